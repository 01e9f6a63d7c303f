// Tables, from a cell or in an answer: headers that say what they head, numbers to the right, sorting, copying.
import { button, h } from "./dom.js";

const NUMBER = /^[-+−]?(\d[\d,]*\.?\d*|\.\d+)([eE][-+]?\d+)?\s?%?$/;
const MISSING = new Set(["", "NaN", "NaT", "None", "<NA>", "–", "-"]);
/** Fewer rows than this are seen at a glance. */
const SORTED_FROM = 3;
const ORDERS = { none: "ascending", ascending: "descending", descending: "none" };

/** Make of a plain table one that can be used; it comes to stand in a box that scrolls, with what can be done below. */
export function tabular(table) {
  const rows = [...table.querySelectorAll("tbody > tr")];
  const heads = [...table.querySelectorAll("thead > tr")];
  for (const cell of table.querySelectorAll("thead th")) {
    if (cell.textContent.trim()) cell.scope = cell.colSpan > 1 ? "colgroup" : "col";
    else cell.replaceWith(h("td", { colSpan: cell.colSpan, rowSpan: cell.rowSpan })); // a header of nothing is none
  }
  for (const cell of table.querySelectorAll("tbody th")) cell.scope = cell.rowSpan > 1 ? "rowgroup" : "row";
  const width = rows[0]?.cells.length ?? 0;
  const plain = width > 0 && [...heads, ...rows].every((row) => row.cells.length === width && !spans(row));
  if (plain) {
    for (let at = 0; at < width; at++) align(heads, rows, at);
    if (rows.length >= SORTED_FROM && heads.length) sortable(table, heads[0], rows);
  }
  const box = scrolled(table, table.caption?.textContent || "Table");
  if (rows.length) box.after(actions(table));
}

const spans = (row) => [...row.cells].some((cell) => cell.colSpan > 1 || cell.rowSpan > 1);
/** What a cell says, without the marks at its numbers. */
function textOf(cell) {
  const copy = cell.cloneNode(true);
  for (const mark of copy.querySelectorAll(".mark")) mark.remove();
  return copy.textContent.trim();
}

function align(heads, rows, at) {
  const texts = rows.map((row) => textOf(row.cells[at]));
  if (!texts.some((text) => NUMBER.test(text))) return;
  if (!texts.every((text) => NUMBER.test(text) || MISSING.has(text))) return;
  for (const row of [...heads, ...rows]) row.cells[at].classList.add("number");
}

/** Each header becomes a button: rising, falling, as it was. */
function sortable(table, head, rows) {
  const body = rows[0].parentNode;
  const headers = [...head.cells].filter((cell) => cell.tagName === "TH");
  for (const header of headers) {
    const at = header.cellIndex;
    const mark = h("span", { className: "order", "aria-hidden": "true" });
    const press = () => {
      const order = ORDERS[header.getAttribute("aria-sort") ?? "none"];
      for (const other of headers) other.removeAttribute("aria-sort");
      if (order !== "none") header.setAttribute("aria-sort", order);
      body.append(...(order === "none" ? rows : sorted(rows, at, order === "descending" ? -1 : 1)));
    };
    const name = [...header.childNodes];
    header.replaceChildren(button("", press, "sort"));
    header.firstChild.append(...name, mark);
  }
}

/** What is missing stands last, in both orders. */
function sorted(rows, at, sign) {
  const keyed = rows.map((row) => {
    const text = textOf(row.cells[at]);
    const number = NUMBER.test(text) ? Number(text.replaceAll(",", "").replace("−", "-").replace(/\s?%$/, "")) : null;
    return { row, text, number, missing: MISSING.has(text) };
  });
  const compare = (a, b) => {
    if (a.missing || b.missing) return a.missing - b.missing;
    const both = a.number !== null && b.number !== null;
    return sign * (both ? a.number - b.number : a.text.localeCompare(b.text, undefined, { numeric: true }));
  };
  return keyed.sort(compare).map(({ row }) => row);
}

function actions(table) {
  const copy = (event) => {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => textOf(cell).replace(/\s+/g, " ")).join("\t"));
    const detail = { text: lines.join("\n"), what: "Table" };
    event.target.dispatchEvent(new CustomEvent("analyst-copy", { bubbles: true, detail }));
  };
  return h("div", { className: "tools" }, button("Copy table", copy, "quiet"));
}

/** Put an element into a box that scrolls sideways; the box comes where the element was. */
function scrolled(element, label) {
  const box = h("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": label });
  element.replaceWith(box);
  box.append(element);
  return box;
}
