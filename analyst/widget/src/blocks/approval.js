// A question whether code may run, or a step begin. It never takes the focus: Enter typed elsewhere must not say yes.
import { codeView } from "../code.js";
import { button, h, say } from "../dom.js";

const DECIDED = {
  allowed: "You allowed it.",
  skipped: "Skipped: it was not run.",
  "step allowed": "You let this step begin.",
  "step skipped": "You did not let this step begin.",
};

export function approval(block, panel) {
  const step = Boolean(block.goal);
  const question = step ? "May this step begin?" : "May this code run?";
  const title = h("p", { className: "title", textContent: question });
  const goal = h("p", { className: "goal", textContent: block.goal ?? "", hidden: !step });
  const reasons = h("ul", { className: "reasons" });
  const code = codeView("", "Code that waits for your yes");
  const decide = (choice) => () => {
    for (const one of buttons) one.disabled = true;
    panel.send({ do: "decide", call_id: block.call_id, choice });
    panel.focus();
  };
  const buttons = (block.choices ?? []).map(({ value, label }) =>
    button(label, decide(value), value === "allow" ? "primary" : ""),
  );
  const choices = h("div", { className: "choices" }, buttons);
  const decided = h("p", { className: "decided" });
  const fold = h("details", { open: true, hidden: step }, h("summary", { textContent: "Code" }), code.el);
  const el = h(
    "div",
    { className: "approval", role: "group", "aria-label": question },
    title,
    goal,
    reasons,
    fold,
    choices,
    decided,
  );
  let open = true;
  const paint = () => {
    code.set(block.code ?? "");
    const texts = block.reasons ?? [];
    if (reasons.childElementCount !== texts.length)
      reasons.replaceChildren(...texts.map((text) => h("li", { textContent: text })));
    reasons.hidden = !texts.length;
    if (open && block.decided) {
      open = false;
      if (choices.contains(document.activeElement)) panel.focus(); // its buttons go away
      fold.open = false;
    }
    el.dataset.state = block.decided ?? "open";
    title.hidden = choices.hidden = Boolean(block.decided);
    if (!block.decided) for (const one of buttons) one.disabled = false; // what was said may not have arrived
    say(decided, DECIDED[step ? `step ${block.decided}` : block.decided] ?? "");
    decided.hidden = !block.decided;
  };
  const announcement = () =>
    block.decided ? "" : `Your yes is needed: ${(block.reasons ?? []).join("; ") || "code wants to run"}.`;
  return { el, paint, announcement };
}
