// What could stand for the word that is typed: commands after "/", variables after "@", files on a path.
import { h, uid } from "./dom.js";

const WORD = /(?:^|\s)(@\w*|~?[\w.-]*[./~][\w./-]*)$/;

export class Completion {
  /** `panel.state.commands` are known here; variables and paths are asked for. */
  constructor(box, panel) {
    this.box = box;
    this.panel = panel;
    this.items = [];
    this.chosen = 0;
    this.el = h("ul", {
      className: "completions",
      role: "listbox",
      id: uid("completions"),
      "aria-label": "Suggestions",
      hidden: true,
    });
    box.setAttribute("aria-controls", this.el.id);
    box.addEventListener("blur", () => this.close());
  }

  /** The text changed: see whether there is something to suggest. */
  look() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    if (/^\/\w*$/.test(before)) {
      const commands = (this.panel.state.commands ?? []).filter(({ name }) => name.startsWith(before));
      return this.open(
        before,
        commands.map(({ name, about }) => ({ text: name, about })),
      );
    }
    const word = WORD.exec(before)?.[1];
    if (!word || /^[.~/]?$|\.$/.test(word)) return this.close();
    this.asked = { id: uid("completion"), word };
    this.panel.send({ do: "complete", text: word, id: this.asked.id });
  }

  /** The kernel's suggestions; those for an older word are dropped. */
  offer(id, items) {
    if (this.asked?.id === id && document.activeElement === this.box) this.open(this.asked.word, items);
  }

  open(word, items) {
    this.asked = null;
    this.word = word;
    this.items = items.filter(({ text }) => text !== word);
    this.chosen = 0;
    this.moved = false;
    this.el.hidden = !this.items.length;
    if (!this.items.length) return this.close();
    this.el.replaceChildren(...this.items.map((item, at) => this.option(item, at)));
    this.mark();
    this.panel.announce(`${this.items.length} ${this.items.length === 1 ? "suggestion" : "suggestions"}`);
  }

  option({ text, about }, at) {
    const take = (event) => {
      event.preventDefault(); // the box keeps the focus
      this.chosen = at;
      this.take();
    };
    const parts = [
      h("code", { textContent: text }),
      h("span", { className: "quiet", textContent: about ?? "" }),
    ];
    return h("li", { role: "option", id: `${this.el.id}-${at}`, on: { pointerdown: take } }, parts);
  }

  mark() {
    [...this.el.children].forEach((option, at) =>
      option.setAttribute("aria-selected", String(at === this.chosen)),
    );
    this.box.setAttribute("aria-activedescendant", `${this.el.id}-${this.chosen}`);
    this.el.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** Take a key while suggestions are shown. Returns whether it was one for them. */
  key({ key, shiftKey }) {
    if (this.el.hidden) return false;
    if (key === "Escape") this.close();
    else if (key === "Tab" && !shiftKey) this.take();
    // Enter sends, unless one was chosen on purpose: "@sales" must not become "@sales_old"
    else if (key === "Enter" && !shiftKey && (this.moved || this.word.startsWith("/"))) this.take();
    else if (key === "ArrowDown" || key === "ArrowUp") {
      const by = key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + by + this.items.length) % this.items.length;
      this.moved = true;
      this.mark();
    } else return false;
    return true;
  }

  take() {
    const { text } = this.items[this.chosen];
    const end = this.box.selectionStart;
    const goesOn = text.endsWith("/"); // a folder: its files come next
    this.box.setRangeText(goesOn ? text : `${text} `, end - this.word.length, end, "end");
    this.close();
    if (goesOn) this.look();
  }

  close() {
    this.asked = null;
    this.items = [];
    this.el.hidden = true;
    this.box.removeAttribute("aria-activedescendant");
  }
}
