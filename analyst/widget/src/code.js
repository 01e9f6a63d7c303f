// Code that can be read, scrolled with the keyboard and copied.
import { h } from "./dom.js";
import { highlighted } from "./highlight.js";

/** A block of Python; `set(code)` shows another. */
export function codeView(code, label) {
  const inner = h("code");
  const el = h("pre", { className: "code", tabIndex: 0, role: "group", "aria-label": label }, inner);
  let shown = null;
  const set = (text) => {
    if (text === shown) return;
    shown = text;
    inner.innerHTML = highlighted(text); // escaped by the highlighter
  };
  set(code);
  return { el, set };
}

/** Put text on the clipboard. Returns whether it is there. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByCommand(text); // no permission, or a page over http, which has no clipboard of its own
  }
}

function copiedByCommand(text) {
  const focused = document.activeElement;
  const area = h("textarea", { value: text, className: "hidden", "aria-hidden": "true" });
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus?.({ preventScroll: true });
  return done;
}
