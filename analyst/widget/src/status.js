// The line above the conversation: what goes on, for how long; and the words that a screen reader hears.
import { button, duration, h, say, show } from "./dom.js";

const PHASES = {
  idle: "Ready",
  thinking: "Thinking",
  streaming: "Writing",
  queued: "Waiting for your cell to end",
  running: "Running code",
  waiting: "Waiting for you",
};

export class Status {
  constructor(panel) {
    this.dot = h("span", { className: "dot", "aria-hidden": "true" });
    this.words = h("span", { className: "words" });
    this.time = h("span", { className: "quiet", "aria-hidden": "true" });
    this.cancel = button("Do not run it", () => panel.send({ do: "cancel" }), "quiet", { hidden: true });
    this.el = h("div", { className: "status" }, this.dot, this.words, this.time, this.cancel);
    this.toast = h("div", { className: "toast", hidden: true });
    this.live = h("div", {
      className: "hidden",
      role: "status",
      "aria-live": "polite",
      "aria-atomic": "true",
    });
  }

  paint(state, lost) {
    const phase = state.phase in PHASES ? state.phase : "idle";
    const busy = phase !== "idle" && !lost;
    this.el.dataset.phase = lost ? "lost" : phase;
    say(this.words, lost ? "Not connected" : (busy && state.activity) || PHASES[phase]);
    show(this.cancel, phase === "queued" && !lost);
    if (state.seconds !== this.told || busy !== this.busy) {
      this.told = state.seconds;
      this.began = performance.now() - 1000 * (state.seconds ?? 0);
    }
    this.busy = busy;
    clearInterval(this.clock);
    if (busy) this.clock = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  tick() {
    const seconds = (performance.now() - this.began) / 1000;
    say(this.time, this.busy && seconds >= 1 ? duration(Math.floor(seconds)) : "");
  }

  /** Say something to a screen reader; the same words twice are said twice. */
  announce(text) {
    this.live.textContent = "";
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => (this.live.textContent = text), 50);
  }

  /** Show a few words for a while. Errors stay until something else was taken. */
  tell(text, level = "info") {
    this.toast.dataset.level = level;
    const close = button("✕", () => (this.toast.hidden = true), "icon", { ariaLabel: "Close" });
    this.toast.replaceChildren(h("span", { textContent: text }), close);
    this.toast.hidden = false;
    this.announce(text);
    clearTimeout(this.fading);
    if (level !== "error") this.fading = setTimeout(() => (this.toast.hidden = true), 8000);
  }

  /** What was wrong is mended: something was sent and taken. */
  settled() {
    if (this.toast.dataset.level === "error") this.toast.hidden = true;
  }

  close() {
    clearInterval(this.clock);
    clearTimeout(this.fading);
    clearTimeout(this.speaking);
  }
}
