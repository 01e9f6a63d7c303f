// The marks of an answer's numbers: a sign at each, which leads to the cell that shows it, or to what is on record.
import { h } from "./dom.js";

/** Sign and words of each status; what the question itself said has none. */
export const MARKS = {
  supported: ["✓", "shown by an output"],
  derived: ["≈", "computed from what outputs show"],
  unsupported: ["⚠", "not shown by any output"],
};
/** Where the kernel kept a place: the number of the claim between two characters that no text has. */
const PLACE = /\ue000(\d+)\ue001/;

/** Put the marks into their places; `press(claim)` is called when one is pressed. */
export function marked(root, claims, press) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (PLACE.test(texts.currentNode.data)) found.push(texts.currentNode);
  for (const node of found) node.replaceWith(...parts(node.data, claims, press));
}

function parts(text, claims, press) {
  // at odd places stand the numbers
  return text.split(PLACE).map((part, at) => (at % 2 ? mark(claims[Number(part)], press) : part));
}

function mark(claim, press) {
  const [glyph, words] = MARKS[claim?.status] ?? [];
  if (!glyph) return "";
  const where = claim.cell ? `, cell ${claim.cell}` : "";
  return h("button", {
    type: "button",
    className: `mark ${claim.status}`,
    textContent: glyph,
    title: [claim.text, claim.about].filter(Boolean).join(": "),
    ariaLabel: `${claim.text}: ${words}${where}`,
    on: { click: () => press(claim) },
  });
}

/** Show a cell above an answer: unfold what it lies in, and bring the focus there. */
export function reveal(panel, answer, number) {
  const cells = [...answer.closest(".blocks").querySelectorAll(`.cell[data-number="${Number(number)}"]`)];
  const cell = cells.findLast((one) => one.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (!cell) return panel.announce(`Cell ${number} is not shown here.`);
  for (let fold = cell.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest" });
}
