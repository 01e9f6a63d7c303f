// A cell: its code, what it showed, what it changed, and what can be done with it.
import { codeView } from "../code.js";
import { button, duration, h, hidden, say } from "../dom.js";
import { outputView, sameView } from "../outputs.js";

const STATES = {
  running: ["◐", "running"],
  ok: ["✓", "ran"],
  error: ["✗", "failed"],
  interrupted: ["■", "interrupted"],
  refused: ["⊘", "not run"],
};

export function cell(block, panel, place) {
  const mark = h("span", { className: "sign", "aria-hidden": "true" });
  const name = h("span", { className: "name" });
  const words = h("span", { className: "quiet" });
  const code = codeView("", "Code");
  const note = h("p", { className: "note" });
  const outputs = h("div", { className: "outputs" });
  const changed = h("ul", { className: "changed", "aria-label": "Changed variables" });
  const copy = button("Copy", () => panel.copy(block.code, "Code"), "quiet");
  const insert = button("Insert as cell", () => panel.send({ do: "insert", cell: block.number }), "quiet");
  const undo = button("Undo", () => panel.send({ do: "undo", cell: block.number }), "quiet");
  const head = h(
    "div",
    { className: "cellhead" },
    mark,
    name,
    words,
    h("div", { className: "tools" }, copy, insert, undo),
  );
  const el = h("div", { className: "cell", role: "group" }, head, code.el, note, outputs, changed);
  const shown = shownOutputs(outputs, place.figures);
  const paint = () => {
    const [glyph, state] = STATES[block.state] ?? STATES.running;
    const label = block.number ? `Cell ${block.number}` : "Cell";
    el.dataset.state = block.undone ? "undone" : block.state;
    el.dataset.number = block.number ?? "";
    el.setAttribute("aria-label", `${label}, ${block.undone ? "taken back" : state}`);
    say(mark, block.undone ? "↶" : glyph);
    say(name, label);
    say(words, about(block));
    code.set(block.code ?? "");
    say(note, block.note ?? "");
    note.hidden = !block.note;
    shown.paint(block.outputs ?? []);
    paintChanged(changed, block.changed ?? []);
    insert.hidden = !block.number;
    undo.hidden = !block.undoable;
  };
  return { el, paint, done: () => shown.paint([]) };
}

function about({ state, attempt, seconds, undone }) {
  const [, words] = STATES[state] ?? STATES.running;
  const parts = [
    state === "ok" ? "" : words,
    attempt > 1 ? `attempt ${attempt}` : "",
    undone ? "taken back" : "",
  ];
  return [...parts, seconds ? duration(seconds) : ""].filter(Boolean).join(" · ");
}

/** Outputs in their order; pictures go to `figures` where the cell lies in a step that can be folded. */
function shownOutputs(el, figures) {
  let views = [];
  return {
    paint(outputs) {
      const known = views;
      views = outputs.map((output, at) => {
        const old = known[at];
        if (old && sameView(old.output, output)) {
          old.view.set(output);
          return { output, view: old.view };
        }
        return { output, view: outputView(output) };
      });
      const kept = new Set(views.map(({ view }) => view));
      for (const { view } of known) {
        if (kept.has(view)) continue;
        view.el.remove();
        view.done();
      }
      for (const { output, view } of views) {
        if (!view.el.parentNode) (output.type === "image" && figures ? figures : el).append(view.el);
      }
    },
  };
}

function paintChanged(list, changed) {
  const wanted = JSON.stringify(changed);
  list.hidden = !changed.length;
  if (list.dataset.shown === wanted) return;
  list.dataset.shown = wanted;
  const item = ({ name, what }) => h("li", {}, h("code", { textContent: name }), hidden(":"), ` ${what}`);
  list.replaceChildren(...changed.map(item));
}
