// A step of the plan: it folds away what was done, but not its figures.
import { button, duration, h, hidden, say, show } from "../dom.js";

export const SIGNS = {
  todo: ["○", "to do"],
  active: ["◐", "in progress"],
  done: ["✓", "done"],
  failed: ["✗", "not reached"],
  dropped: ["–", "dropped"],
};

export function step(block, panel) {
  const mark = h("span", { className: "sign", "aria-hidden": "true" });
  const state = hidden("");
  const title = h("span", { className: "title" });
  const time = h("span", { className: "quiet time" });
  const fold = h("summary", {}, mark, state, title, time);
  const summary = h("p", { className: "summary" });
  const inside = h("div", { className: "inside" });
  const details = h("details", {}, fold, inside);
  const figures = h("div", { className: "figures" });
  const undo = button("Undo from this step on", () => panel.send({ do: "undo", cell: block.undo }), "quiet");
  const el = h("div", { className: "step" }, details, summary, figures, h("div", { className: "tools" }, undo));
  let wanted = null;
  let folded = false; // by the reader: what she opened or closed stays so
  fold.addEventListener("click", () => (folded = true));
  const paint = () => {
    const [glyph, words] = SIGNS[block.state] ?? SIGNS.active;
    el.dataset.state = block.state;
    say(mark, glyph);
    say(state, `${words}: `);
    say(title, block.number ? `${block.number}. ${block.title}` : block.title);
    say(time, block.seconds ? duration(block.seconds) : "");
    say(summary, block.summary ?? "");
    summary.hidden = !block.summary;
    show(undo, Boolean(block.undo));
    if (block.open !== wanted && !folded) details.open = Boolean(block.open);
    wanted = block.open;
  };
  return { el, inside, figures, paint };
}
