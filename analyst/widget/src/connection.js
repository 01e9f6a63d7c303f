// The way to the kernel. Whether it is there is known from what comes: after a restart the old channel stays silent.
import { button, h } from "./dom.js";

const done = new WeakSet();

/** Whether this is the first view of a model that looks at a message: some things must happen once. */
export function first(message) {
  if (done.has(message)) return false;
  done.add(message);
  return true;
}

export class Connection {
  /** `heard(message, buffers)` is called for each message, `changed(lost)` when the kernel is gone or back. */
  constructor(model, heard, changed) {
    this.model = model;
    this.changed = changed;
    this.lost = false;
    const words =
      "The connection to the kernel is lost. What you typed is kept. To go on, run analyst.chat() again: it picks this conversation up.";
    this.el = h(
      "div",
      { className: "lost", role: "alert", hidden: true },
      h("span", { textContent: words }),
      button("Try again", () => this.hello()),
    );
    this.listeners = {
      "msg:custom": (message, buffers) => {
        this.tell(false);
        heard(message, buffers ?? []);
      },
      comm_live_update: () => {
        this.tell(true); // an answer says that it is not so
        this.hello();
      },
    };
    for (const [event, listener] of Object.entries(this.listeners)) model.on(event, listener);
  }

  hello() {
    this.send({ do: "hello" });
  }

  send(message) {
    try {
      this.model.send(message);
    } catch (error) {
      console.warn("The kernel cannot be reached:", error);
      this.tell(true);
    }
  }

  tell(lost) {
    if (lost === this.lost) return;
    this.lost = lost;
    this.el.hidden = !lost;
    this.changed(lost);
  }

  close() {
    for (const [event, listener] of Object.entries(this.listeners)) this.model.off(event, listener);
  }
}
