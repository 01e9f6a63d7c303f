// The answer: its text, what was asked for by name, and where its numbers come from.
import { button, counted, h, hidden } from "../dom.js";
import { cleaned, markdown, settle } from "../markdown.js";
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
    settle(text);
    el.replaceChildren(
      ...[
        label(block),
        undone(block),
        text,
        named(block.named),
        claims(block.claims),
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

function claims(list) {
  if (!list?.length) return null;
  const open = list.filter((claim) => !claim.ok).length;
  const title = open
    ? `${counted(open, "number")} of ${list.length} not found in the outputs`
    : `${list.length === 1 ? "Its number comes" : `All ${list.length} numbers come`} from the outputs`;
  const items = list.map((claim) =>
    h(
      "li",
      { className: claim.ok ? "good" : "bad" },
      h("span", { className: "sign", "aria-hidden": "true", textContent: claim.ok ? "✓" : "!" }),
      hidden(claim.ok ? "found: " : "not found: "),
      h("strong", { textContent: claim.text }),
      claim.about ? ` ${claim.about}` : "",
    ),
  );
  return h(
    "details",
    { className: open ? "claims open" : "claims" },
    h("summary", { textContent: title }),
    h("ul", {}, items),
  );
}

const tools = (block, panel) =>
  h(
    "div",
    { className: "tools" },
    button("Copy answer", () => panel.copy(block.text ?? "", "Answer"), "quiet"),
  );
