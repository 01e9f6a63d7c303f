// A question whether code may run. It never takes the focus: Enter typed elsewhere must not say yes.
import { codeView } from "../code.js";
import { button, h, say } from "../dom.js";

const DECIDED = {
  allowed: "You allowed it.",
  skipped: "Skipped: it was not run.",
  always: "You allowed it, and all that follows in this run.",
};

export function approval(block, panel) {
  const title = h("p", { className: "title", textContent: "May this code run?" });
  const reasons = h("ul", { className: "reasons" });
  const code = codeView("", "Code that waits for your yes");
  const decide = (choice) => () => {
    for (const one of buttons) one.disabled = true;
    panel.send({ do: "decide", call_id: block.call_id, choice });
    panel.focus();
  };
  const buttons = [
    button("Allow", decide("allow"), "primary"),
    button("Skip", decide("skip")),
    button("Always in this run", decide("always")),
  ];
  const choices = h("div", { className: "choices" }, buttons);
  const decided = h("p", { className: "decided" });
  const fold = h("details", { open: true }, h("summary", { textContent: "Code" }), code.el);
  const el = h(
    "div",
    { className: "approval", role: "group", "aria-label": "May this code run?" },
    title,
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
    say(decided, DECIDED[block.decided] ?? "");
    decided.hidden = !block.decided;
  };
  const announcement = () =>
    block.decided ? "" : `Your yes is needed: ${(block.reasons ?? []).join("; ") || "code wants to run"}.`;
  return { el, paint, announcement };
}
