// The conversation: blocks by id, brought up to date by the kernel's operations, drawn at most once per frame.
import { KINDS } from "./blocks/index.js";
import { button, h } from "./dom.js";
import { plain, sameView } from "./outputs.js";

/** Distance from the end, in pixels, within which a reader is taken to follow what comes. */
const NEAR = 48;
/** After drawing, the page gets this many times as long for itself, at most so many milliseconds: it stays usable. */
const REST = 3;
const LONGEST_REST = 250;

export class Conversation {
  /** `panel` is what blocks may use: `send`, `copy`, `announce`, `focus`, `model`. */
  constructor(panel) {
    this.panel = panel;
    this.entries = new Map(); // id → {block, view, kind}
    this.dirty = new Set();
    this.following = true;
    this.top = 0; // where the reader was when she last scrolled
    this.empty = h("div", { className: "empty" });
    this.list = h("div", { className: "blocks" });
    this.scroller = h(
      "div",
      { className: "log", role: "log", "aria-live": "off", "aria-label": "Conversation", tabIndex: 0 },
      this.empty,
      this.list,
    );
    this.latest = button("↓ Latest", () => this.toEnd(), "latest", { hidden: true });
    this.el = h("div", { className: "conversation" }, this.scroller, this.latest);
    this.scroller.addEventListener("scroll", () => this.scrolled());
    this.resized = new ResizeObserver(() => this.following && this.toEnd()); // a figure was loaded, the panel became narrower
    this.resized.observe(this.list);
    this.resized.observe(this.scroller);
  }

  /** Replace everything; what stays keeps its view. */
  snapshot(blocks) {
    const ids = new Set(blocks.map(({ id }) => id));
    for (const id of [...this.entries.keys()]) if (!ids.has(id)) this.remove(id);
    for (const block of blocks) this.put(block, { quietly: true });
    const last = new Map(); // of each place: what stands where it should is not touched, it may have the focus
    for (const { id } of blocks) {
      const el = this.entries.get(id)?.view.el;
      if (!el) continue;
      const place = el.parentNode;
      const before = last.get(place) ?? null;
      if (el.previousElementSibling !== before)
        place.insertBefore(el, before ? before.nextElementSibling : place.firstElementChild);
      last.set(place, el);
    }
  }

  /** Add a block, or bring one up to date. */
  put(block, { quietly = false } = {}) {
    const known = this.entries.get(block.id);
    if (known?.block.kind === block.kind) {
      for (const name of Object.keys(known.block)) if (!(name in block)) delete known.block[name];
      Object.assign(known.block, block);
      this.touch(known, quietly);
      return;
    }
    const make = KINDS[block.kind];
    if (!make) return;
    const entry = { block, quietly };
    const place = this.entries.get(block.step)?.view;
    entry.view = make(block, this.panel, place?.inside ? place : {});
    entry.view.el.dataset.block = block.id;
    if (known) {
      known.view.el.replaceWith(entry.view.el);
      known.view.done?.();
    } else (place?.inside ?? this.list).append(entry.view.el);
    this.entries.set(block.id, entry);
    this.touch(entry, quietly);
  }

  /** Change fields of a block. */
  patch(id, fields) {
    const entry = this.entries.get(id);
    if (!entry) return;
    Object.assign(entry.block, fields);
    this.touch(entry, false);
  }

  /** Streamed text goes on. */
  append(id, text) {
    const entry = this.entries.get(id);
    if (!entry) return;
    entry.block.text = (entry.block.text ?? "") + text;
    this.touch(entry, true);
  }

  /** Running code showed something. */
  output(id, output) {
    const entry = this.entries.get(id);
    if (!entry) return;
    const outputs = (entry.block.outputs ??= []);
    const last = outputs.at(-1);
    if (last && output.type === "text" && sameView(last, output)) last.text += output.text;
    else outputs.push(output);
    this.touch(entry, true);
  }

  /** Code has ended: what it showed at these places is not what was shown so far. */
  outputs(id, fresh, count) {
    const entry = this.entries.get(id);
    if (!entry) return;
    const known = entry.block.outputs ?? [];
    entry.block.outputs = Array.from({ length: count }, (_, at) => fresh.get(String(at)) ?? known[at]);
    this.touch(entry, true);
  }

  /** The blocks as plain data. */
  document() {
    return [...this.entries.values()].map(({ block }) =>
      block.outputs ? { ...block, outputs: block.outputs.map(plain) } : { ...block },
    );
  }

  remove(id) {
    const { view } = this.entries.get(id);
    view.el.remove();
    view.done?.();
    this.entries.delete(id);
  }

  touch(entry, quietly) {
    entry.quietly = quietly;
    this.dirty.add(entry);
    this.empty.hidden = true;
    if (this.frame || this.timer) return;
    const wait = (this.restUntil ?? 0) - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.schedule(), wait);
    else this.schedule();
  }

  schedule() {
    this.timer = null;
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = null;
    const began = performance.now();
    const entries = [...this.dirty];
    this.dirty.clear();
    for (const entry of entries) {
      entry.view.paint();
      this.announce(entry);
    }
    if (this.following) this.toEnd();
    else this.latest.hidden = false;
    const ended = performance.now();
    this.restUntil = ended + Math.min(LONGEST_REST, REST * (ended - began));
  }

  announce(entry) {
    const words = entry.view.announcement?.();
    if (words && words !== entry.announced && !entry.quietly) this.panel.announce(words);
    entry.announced = words;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    // only upwards is away: what grows below moves the end, too, and is no wish of the reader's
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.following = true;
    else if (scrollTop < this.top) this.following = false;
    this.top = scrollTop;
    if (this.following) this.latest.hidden = true;
  }

  toEnd() {
    this.following = true;
    this.latest.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Stop drawing: the panel is taken from the page. */
  close() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.resized.disconnect();
    for (const { view } of this.entries.values()) view.done?.();
  }
}
