// Editing a plan: reword, reorder (buttons, or Alt with the arrow keys), drop, add, "ask me before this one".
import { button, h } from "../dom.js";

const OUTDATED = "The plan was changed meanwhile. Cancel, and edit the new one.";

/** Steps in these states stand fast: they were begun, and did not fail. */
const FIXED = new Set(["active", "done"]);

/**
 * An editor of steps. Steps that were begun stand fast; those to do can be changed.
 * `accept(steps)` gets the whole plan, in order; a new step has the id "".
 */
export function planEditor(steps, { accept, cancel, announce, label }) {
  const list = h("ol", { className: "steps editing" });
  let rows = steps.filter(({ state }) => state !== "dropped").map(rowOf);
  const add = button("Add a step", () => {
    const row = rowOf({ id: "", goal: "", evidence: "", ask: false, state: "todo" });
    rows.push(row);
    draw();
    row.goal.focus();
  });
  const submit = (event) => {
    event.preventDefault();
    const empty = rows.find((row) => row.free && !row.goal.value.trim());
    if (empty) return void empty.goal.focus();
    if (rows.length) accept(rows.map((row) => row.value()));
  };
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    cancel();
  };
  const save = h("button", { type: "submit", className: "primary", textContent: label });
  const choices = h("div", { className: "choices" }, save, add, button("Cancel", cancel));
  const el = h(
    "form",
    { className: "editor", "aria-label": "Edit the plan", on: { submit, keydown: keys } },
    list,
    choices,
  );
  draw();
  return {
    el,
    focus: () => (rows.find((row) => row.free) ?? rows[0])?.goal.focus(),
    /** Take over how far the work is by now, and leave what was typed. */
    follow(now) {
      const state = new Map(now.map((step) => [step.id, step.state]));
      for (const row of rows) if (row.id && state.has(row.id)) row.fix(FIXED.has(state.get(row.id)));
    },
    /** There is another plan by now: what was typed can be read, and not be saved. */
    outdate() {
      if (save.disabled) return;
      save.disabled = true;
      list.before(h("p", { className: "note", textContent: OUTDATED }));
      announce(OUTDATED);
    },
  };

  function rowOf(step) {
    const goal = h("input", { type: "text", value: step.goal, placeholder: "What to do", maxLength: 2000 });
    const evidence = h("input", {
      type: "text",
      value: step.evidence ?? "",
      placeholder: "Done when … (optional)",
      className: "evidence",
      maxLength: 2000,
    });
    const ask = h("input", { type: "checkbox", checked: Boolean(step.ask) });
    const row = { id: step.id, goal, evidence, ask, free: true };
    row.up = button("↑", () => move(row, -1), "icon");
    row.down = button("↓", () => move(row, 1), "icon");
    row.drop = button("✕", () => drop(row), "icon");
    const arrows = (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || !event.altKey) return;
      event.preventDefault();
      move(row, by);
    };
    const checkbox = h("label", { className: "ask" }, ask, "Ask me before this one");
    row.el = h(
      "li",
      { on: { keydown: arrows } },
      h("div", { className: "row" }, goal, row.up, row.down, row.drop),
      h("div", { className: "row" }, evidence, checkbox),
    );
    row.fix = (fixed) => {
      row.free = !fixed;
      for (const part of [goal, evidence, ask, row.up, row.down, row.drop]) part.disabled = fixed;
    };
    row.value = () => ({
      id: row.id,
      goal: goal.value.trim(),
      evidence: evidence.value.trim(),
      ask: ask.checked,
    });
    row.fix(FIXED.has(step.state));
    return row;
  }

  function draw() {
    list.replaceChildren(...rows.map((row) => row.el));
    rows.forEach((row, at) => {
      const name = `step ${at + 1}`;
      row.goal.setAttribute("aria-label", `Goal of ${name}`);
      row.evidence.setAttribute("aria-label", `${name} is done when`);
      row.up.setAttribute("aria-label", `Move ${name} up`);
      row.down.setAttribute("aria-label", `Move ${name} down`);
      row.drop.setAttribute("aria-label", `Drop ${name}`);
    });
  }

  function move(row, by) {
    const at = rows.indexOf(row);
    const other = rows[at + by];
    if (!row.free || !other?.free) return;
    const focused = document.activeElement;
    [rows[at], rows[at + by]] = [other, row];
    draw();
    focused?.focus?.();
    announce(`Step moved to place ${at + by + 1} of ${rows.length}.`);
  }

  function drop(row) {
    const at = rows.indexOf(row);
    rows = rows.filter((other) => other !== row);
    draw();
    const near = rows.slice(at).find(({ free }) => free) ?? rows.findLast(({ free }) => free);
    (near?.goal ?? add).focus();
    announce("Step dropped.");
  }
}
