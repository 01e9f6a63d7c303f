// Where a question is typed. The text stays until the kernel says that it arrived.
import { Completion } from "./completion.js";
import { button, h, uid } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { folderOf } from "./notebook.js";

/** Milliseconds after which it is said that the kernel did not answer. */
const PATIENCE = 10_000;

export class Composer {
  /** `panel`: as for blocks; `late` is called when what was sent did not arrive in time. */
  constructor(panel, late) {
    this.panel = panel;
    this.late = late;
    this.history = [];
    this.recalled = null; // place in the history, while one looks through it
    this.draft = "";
    this.waiting = null; // {id, text, timer, late} of what was sent and has not arrived
    this.box = h("textarea", {
      rows: 2,
      placeholder: "Ask about your data",
      "aria-label": "Question or command",
      "aria-describedby": "",
      maxLength: 200_000,
      autocomplete: "off",
      dir: "auto",
      spellcheck: true,
      "aria-autocomplete": "list",
    });
    this.submit = h("button", { type: "submit", className: "primary", textContent: "Send" });
    this.stop = button("Stop", () => panel.send({ do: "stop" }), "stop", { hidden: true });
    this.completion = new Completion(this.box, panel);
    takesFiles(this.box, () => folderOf(panel.model));
    const hint = h("p", {
      className: "hidden",
      id: uid("hint"),
      textContent:
        "Enter sends, Shift and Enter begin a new line, Escape stops. @ names a variable, / a command.",
    });
    this.box.setAttribute("aria-describedby", hint.id);
    const send = (event) => {
      event.preventDefault();
      this.send();
    };
    this.el = h(
      "form",
      { className: "composer", on: { submit: send } },
      this.completion.el,
      this.box,
      this.stop,
      this.submit,
      hint,
    );
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("input", () => this.edited());
  }

  /** Text that was typed before, into a panel that is gone. */
  write(text) {
    this.box.value = text;
    if (text) this.edited();
  }

  send() {
    const text = this.box.value.trim();
    if (!text || (this.waiting && !this.waiting.late)) return;
    const id = crypto.randomUUID?.() ?? uid("sent"); // http pages have no randomUUID
    const timer = setTimeout(() => this.gaveUp(), PATIENCE);
    this.waiting = { id, timer, text: this.box.value };
    this.el.setAttribute("aria-busy", "true");
    this.completion.close();
    this.panel.send({ do: "send", text, id });
  }

  /** The kernel has it. What was typed meanwhile stays. */
  taken(id) {
    if (this.waiting?.id !== id) return;
    const { text } = this.waiting;
    this.release();
    this.waiting = null;
    this.box.value = this.box.value.startsWith(text)
      ? this.box.value.slice(text.length).trimStart()
      : this.box.value;
    this.recalled = null;
    this.edited();
  }

  /** It cannot be done, and why is said: the text stays, to be mended. */
  refused(id) {
    if (this.waiting?.id !== id) return;
    this.release();
    this.waiting = null;
  }

  /** Wait no longer: it may be sent again. When it did arrive, it is taken all the same. */
  release() {
    if (this.waiting) {
      clearTimeout(this.waiting.timer);
      this.waiting.late = true;
    }
    this.el.removeAttribute("aria-busy");
  }

  gaveUp() {
    this.release();
    this.late();
  }

  busy(busy) {
    this.stop.hidden = !busy;
  }

  edited() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 240)}px`;
    this.completion.look();
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method takes this key
    if (this.completion.key(event)) return void event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      if (!event.shiftKey && this.recall(event.key === "ArrowUp" ? -1 : 1)) event.preventDefault();
    }
  }

  /** Look through earlier questions: up from the first line, down while looking. */
  recall(by) {
    const { value, selectionStart, selectionEnd } = this.box;
    const onFirstLine = selectionStart === selectionEnd && !value.slice(0, selectionStart).includes("\n");
    if (this.recalled === null ? by > 0 || !onFirstLine : value !== this.history[this.recalled]) return false;
    if (this.recalled === null) this.draft = value;
    const place = (this.recalled ?? this.history.length) + by;
    if (place < 0 || !this.history.length) return false;
    this.recalled = place < this.history.length ? place : null;
    this.box.value = this.recalled === null ? this.draft : this.history[place];
    this.box.setSelectionRange(this.box.value.length, this.box.value.length);
    this.edited();
    return true;
  }
}
