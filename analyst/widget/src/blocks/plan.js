// The plan: what is to be done, in which order, and how far it is. Where a person may change it, it can be edited.
import { button, h, hidden } from "../dom.js";
import { planEditor } from "./plan-editor.js";
import { SIGNS } from "./step.js";

export function plan(block, panel) {
  const list = h("ol", { className: "steps" });
  const note = h("p", { className: "note" });
  const title = h("p", { className: "title" });
  const actions = h("div", { className: "choices" });
  const body = h("div", {}, list);
  const el = h("div", { className: "plan", role: "group", "aria-label": "Plan" }, title, note, body, actions);
  let editor = null;
  let editing = ""; // which plan it is that is edited
  let drawn = "";

  const send = (message) => {
    panel.send(message);
    editor = null;
    panel.focus();
    paint();
  };
  const answer = (accepted, steps, note = "") => send({ do: "plan", accepted, steps, note });
  const edit = () => {
    const seen = ids(block.steps);
    editing = String(seen);
    editor = planEditor(block.steps, {
      accept: (steps) => (block.review ? answer(true, steps) : send({ do: "revise", steps, seen })),
      cancel: () => {
        editor = null;
        paint();
        actions.querySelector("button")?.focus();
      },
      announce: (words) => panel.announce(words),
      label: block.review ? "Start with this plan" : "Save the plan",
    });
    paint();
    editor.focus();
  };
  const review = () => {
    const why = h("input", {
      type: "text",
      className: "why",
      "aria-label": "What should be different (optional)",
      placeholder: "What should be different? (optional)",
      maxLength: 2000,
    });
    return [
      button("Start", () => answer(true, kept(block.steps)), "primary"),
      button("Edit", edit),
      h(
        "form",
        {
          className: "refuse",
          on: { submit: (event) => (event.preventDefault(), answer(false, [], why.value.trim())) },
        },
        why,
        h("button", { type: "submit", textContent: "Refuse" }),
      ),
    ];
  };

  const paint = () => {
    const may = block.review || block.editable;
    if (!may) editor = null;
    const state = JSON.stringify([block, Boolean(editor)]);
    if (state === drawn) return;
    drawn = state;
    el.classList.toggle("review", Boolean(block.review));
    title.textContent = block.review ? "Shall the work go like this?" : "Plan";
    note.textContent = block.note ?? "";
    note.hidden = !block.note;
    if (editor) {
      editor.follow(block.steps);
      if (String(ids(block.steps)) !== editing) editor.outdate();
      if (!body.contains(editor.el)) body.replaceChildren(editor.el);
      actions.replaceChildren();
      return;
    }
    const focused = actions.contains(document.activeElement);
    list.replaceChildren(...block.steps.map(item));
    body.replaceChildren(list);
    actions.replaceChildren(...(block.review ? review() : may ? [button("Edit plan", edit, "quiet")] : []));
    if (focused) panel.focus(); // its buttons went away
  };
  const announcement = () => (block.review ? "The plan waits for you." : "");
  return { el, paint, announcement };
}

const standing = (steps) => steps.filter(({ state }) => state !== "dropped");

/** Which plan this is: the ids of its steps, in order. */
const ids = (steps) => standing(steps).map(({ id }) => id);

/** The steps as they are sent back. */
const kept = (steps) =>
  standing(steps).map(({ id, goal, evidence, ask }) => ({
    id,
    goal,
    evidence: evidence ?? "",
    ask: Boolean(ask),
  }));

function item({ goal, evidence, state, ask }) {
  const [glyph, words] = SIGNS[state] ?? SIGNS.todo;
  const props = { className: state };
  if (state === "active") props["aria-current"] = "step";
  return h(
    "li",
    props,
    h("span", { className: "sign", "aria-hidden": "true", textContent: glyph }),
    h(
      "span",
      {},
      hidden(`${words}: `),
      goal,
      ask ? h("span", { className: "tag", textContent: "asks first" }) : null,
      evidence && state !== "done" ? h("span", { className: "quiet evidence", textContent: evidence }) : null,
    ),
  );
}
