// The chat panel: another view of a run. All that it shows came from the kernel; all that is done goes there.
import { copied } from "./code.js";
import { Composer } from "./composer.js";
import { Connection, first } from "./connection.js";
import { Controls } from "./controls.js";
import { Conversation } from "./conversation.js";
import { h, say } from "./dom.js";
import { draftOf } from "./draft.js";
import { download, insertCell } from "./notebook.js";
import { Status } from "./status.js";

const WELCOME = {
  own: "Ask a question about the data in this notebook. Your variables and files are in sight; what the agent does to variables can be undone.",
  sandbox:
    "Ask a question about files, and name them. The code runs in a sandbox, which has none of your variables and cannot change them.",
};

/** Milliseconds without news after which the document of a saved notebook is brought up to date. */
const SETTLED = 300;

class Panel {
  constructor(model, el) {
    this.model = model;
    this.state = {};
    this.seen = -1; // number of the last operation that was done
    this.connection = new Connection(
      model,
      (message, buffers) => this.hear(message, buffers),
      (lost) => this.reconnected(lost),
    );
    this.status = new Status(this);
    this.conversation = new Conversation(this);
    this.composer = new Composer(this, () => this.late());
    this.controls = new Controls(this);
    this.welcome = h("p");
    this.conversation.empty.append(this.welcome);
    this.el = h(
      "section",
      { className: "analyst-panel", "aria-label": "Analyst" },
      this.status.el,
      this.conversation.el,
      this.status.toast,
      this.connection.el,
      this.composer.el,
      this.controls.el,
      this.status.live,
    );
    // both are needed: else the notebook runs the cell on Shift+Enter, or swallows the new line
    this.el.dataset.lmSuppressShortcuts = "true";
    this.el.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing && this.busy)
        this.send({ do: "stop" });
    });
    this.el.addEventListener("analyst-copy", ({ detail }) => this.copy(detail.text, detail.what));
    el.append(this.el);
    this.changed = () => this.snapshot(model.get("doc") ?? {});
    this.changed();
    this.draft = draftOf(model);
    this.composer.write(this.draft.taken());
    this.leaving = () => this.draft.keep(this.composer.box.value);
    window.addEventListener("pagehide", this.leaving);
    model.on("change:doc", this.changed);
    this.connection.hello();
  }

  close() {
    this.leaving();
    window.removeEventListener("pagehide", this.leaving);
    this.model.off("change:doc", this.changed);
    clearTimeout(this.keeping);
    this.connection.close();
    this.conversation.close();
    this.composer.release();
    this.status.close();
  }

  // ── what comes from the kernel ──

  hear(message, buffers) {
    const { op, n } = message;
    if (op === "snapshot") return this.snapshot(message);
    if (n !== undefined && n <= this.seen) return; // the snapshot has it already
    this.seen = n ?? this.seen;
    this.operations[op]?.call(this, message, buffers);
    clearTimeout(this.keeping);
    if (!this.busy) this.keeping = setTimeout(() => this.keep(), SETTLED);
  }

  operations = {
    block({ block }, buffers) {
      this.conversation.put({
        ...block,
        ...(block.outputs ? { outputs: withBytes(block.outputs, buffers) } : {}),
      });
    },
    patch({ id, set }, buffers) {
      this.conversation.patch(id, {
        ...set,
        ...(set.outputs ? { outputs: withBytes(set.outputs, buffers) } : {}),
      });
    },
    append({ id, text }) {
      this.conversation.append(id, text);
    },
    output({ id, output }, buffers) {
      this.conversation.output(id, withBytes([output], buffers)[0]);
    },
    outputs({ id, new: changed, count }, buffers) {
      const fresh = Object.entries(changed).map(([at, output]) => [at, withBytes([output], buffers)[0]]);
      this.conversation.outputs(id, new Map(fresh), count);
    },
    state({ set }) {
      Object.assign(this.state, set);
      this.paint();
    },
    toast({ text, level }) {
      this.status.tell(text, level);
    },
    taken({ id }) {
      this.composer.taken(id);
      this.status.settled();
    },
    refused({ id }) {
      this.composer.refused(id);
    },
    completions({ for: id, items }) {
      this.composer.completion.offer(id, items);
    },
    insert(message) {
      if (first(message)) this.insert(message.code);
    },
    download(message) {
      if (first(message)) download(message);
    },
  };

  snapshot({ blocks = [], state = {}, n = this.seen }) {
    if (n < this.seen) return;
    this.seen = n;
    this.state = { ...state };
    this.conversation.snapshot(structuredClone(blocks)); // blocks are changed here: the model's are not ours
    this.conversation.empty.hidden = blocks.length > 0;
    this.paint();
  }

  /** What a saved notebook shows of the widget; nothing of it is sent, the kernel has it all. */
  keep() {
    const doc = { blocks: this.conversation.document(), state: { ...this.state }, n: this.seen };
    this.model.set("doc", doc, { silent: true });
  }

  paint() {
    const { state, connection } = this;
    const busy = (this.busy = (state.phase ?? "idle") !== "idle");
    this.status.paint(state, connection.lost);
    this.controls.paint(state);
    say(this.welcome, WELCOME[state.kernel] ?? WELCOME.own);
    this.composer.history = state.history ?? [];
    this.composer.busy(busy && !connection.lost);
    this.conversation.scroller.setAttribute("aria-busy", String(busy && state.phase !== "waiting"));
  }

  reconnected(lost) {
    if (lost) {
      this.composer.release();
      this.announce("The connection to the kernel is lost. What you typed is kept.");
    }
    this.paint();
  }

  late() {
    this.status.tell("The kernel did not answer yet: it may be busy or gone. Your text is kept.", "warning");
    this.connection.hello();
  }

  // ── what blocks and controls may use ──

  send(message) {
    this.connection.send(message);
  }

  announce(text) {
    this.status.announce(text);
  }

  /** Bring the focus back to where one types. */
  focus() {
    this.composer.box.focus({ preventScroll: true });
  }

  async copy(text, what) {
    const done = await copied(text);
    if (done) this.status.tell(`${what} copied.`);
    else this.status.tell("The browser does not let the panel copy. Select the text and copy it.", "warning");
  }

  async insert(code) {
    if (insertCell(this.model, this.el, code)) return this.status.tell("Inserted as a new cell.");
    if (await copied(code))
      return this.status.tell(
        "The notebook takes no cells from here: the code is copied, paste it into a cell.",
        "warning",
      );
    this.status.tell("The notebook takes no cells from here. Copy the code into a cell.", "warning");
  }
}

/** Outputs whose pictures hold their bytes: a message has them beside its JSON. */
const withBytes = (outputs, buffers) =>
  outputs.map((output) =>
    Number.isInteger(output.buffer) ? { ...output, bytes: buffers[output.buffer] } : { ...output },
  );

export default {
  render({ model, el }) {
    const panel = new Panel(model, el);
    return () => panel.close();
  },
};
