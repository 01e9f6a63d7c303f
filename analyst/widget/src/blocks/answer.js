// The answer: its text, what was asked for by name, and where its numbers come from.
import { button, counted, h, sign } from "../dom.js";
import { cleaned, markdown, settle } from "../markdown.js";
import { MARKS, marked, reveal } from "../marks.js";
import { typeset } from "../notebook.js";

export function answer(block, panel) {
  const el = h("div", { className: "answer", role: "group", "aria-label": "Answer" });
  let drawn = "";
  const paint = () => {
    const state = JSON.stringify(block);
    if (state === drawn) return;
    drawn = state;
    el.classList.toggle("partial", Boolean(block.partial));
    const text = h("div", { className: "prose mathjax_ignore tex2jax_ignore" });
    text.innerHTML = block.html ? cleaned(block.html) : markdown(block.text ?? "");
    const facts = record(block, panel, el);
    marked(text, block.claims ?? [], (claim) => {
      if (claim.cell) return reveal(panel, el, claim.cell);
      facts.open = true;
      facts.querySelector("summary").focus();
    });
    settle(text);
    el.replaceChildren(
      ...[
        label(block),
        undone(block),
        text,
        named(block.named),
        facts,
        limited(block.limits),
        tools(block, panel),
      ].filter(Boolean),
    );
    typeset(panel.model, text);
  };
  return {
    el,
    paint,
    announcement: () => (block.partial ? "A partial answer is there." : "The answer is there."),
  };
}

const label = ({ partial }) =>
  partial
    ? h("p", { className: "label", textContent: "Partial answer: the run ended before it was done" })
    : null;

const undone = ({ undone }) =>
  undone?.length
    ? h("p", {
        className: "label",
        textContent: `Taken back since: what ${undone.length > 1 ? "cells" : "cell"} ${undone.join(", ")} did to your variables`,
      })
    : null;

function named(values) {
  const entries = Object.entries(values ?? {});
  if (!entries.length) return null;
  const rows = entries.map(([name, value]) =>
    h("div", {}, h("dt", { textContent: name }), h("dd", { textContent: String(value) })),
  );
  return h("dl", { className: "named" }, rows);
}

/** What is on record: what nothing shows first. Nothing needs to be said of what the question said itself. */
function record(block, panel, el) {
  const order = ["unsupported", "derived", "supported"];
  const list = (block.claims ?? []).filter(({ status }) => order.includes(status));
  if (!list.length) return null;
  list.sort((one, other) => order.indexOf(one.status) - order.indexOf(other.status));
  const open = list.filter(({ status }) => status === "unsupported").length;
  const title = open
    ? `${counted(open, "number")} of ${list.length} not found in the outputs`
    : `${list.length === 1 ? "Its number comes" : `All ${list.length} numbers come`} from the outputs`;
  const items = list.map((claim) => {
    const [glyph, words] = MARKS[claim.status];
    const show = claim.cell ? button(`Cell ${claim.cell}`, () => reveal(panel, el, claim.cell), "quiet") : null;
    const what = h("strong", { textContent: claim.text });
    const told = h("span", {}, what, claim.about ? ` ${claim.about}` : "");
    return h("li", { className: claim.status }, sign(glyph, words), told, show);
  });
  return h(
    "details",
    { className: open ? "claims open" : "claims" },
    h("summary", { textContent: title }),
    h("ul", {}, items),
  );
}

function limited(limits) {
  if (!limits?.length) return null;
  const items = limits.map((words) => h("li", { textContent: words }));
  return h("details", { className: "limits" }, h("summary", { textContent: "Limits and assumptions" }), h("ul", {}, items));
}

const tools = (block, panel) =>
  h(
    "div",
    { className: "tools" },
    button("Copy answer", () => panel.copy(block.text ?? "", "Answer"), "quiet"),
  );
