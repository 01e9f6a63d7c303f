// A button that unfolds a small sheet above it; Escape and a click elsewhere fold it again.
import { h } from "./dom.js";

/** `el`, `label` (an element to write into) and `sheet` (to be filled). */
export function menu(name, className = "") {
  const label = h("span", { textContent: name });
  const summary = h("summary", {}, label);
  const sheet = h("div", { className: "sheet", role: "group", "aria-label": name });
  const el = h("details", { className: `menu ${className}`.trim() }, summary, sheet);
  const elsewhere = (event) => !el.contains(event.target) && fold();
  const fold = () => (el.open = false);
  el.addEventListener("toggle", () => {
    // the page's own listeners may keep a click to themselves: look before they do
    if (el.open) document.addEventListener("pointerdown", elsewhere, true);
    else document.removeEventListener("pointerdown", elsewhere, true);
  });
  el.addEventListener(
    "focusout",
    ({ relatedTarget }) => relatedTarget && !el.contains(relatedTarget) && fold(),
  );
  el.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !el.open) return;
    event.stopPropagation();
    fold();
    summary.focus();
  });
  return { el, label, sheet, fold };
}
