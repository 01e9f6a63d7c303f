// The line below the question: the model and how it works, the variables in sight, what it cost, and the way out.
import { button, counted, h, say, uid } from "./dom.js";
import { menu } from "./menu.js";

export class Controls {
  constructor(panel) {
    this.panel = panel;
    this.settings = settings(panel);
    this.variables = variables();
    this.exports = exports(panel);
    this.cost = h("span", { className: "cost" });
    this.context = h("meter", {
      min: 0,
      max: 1,
      low: 0.6,
      high: 0.85,
      optimum: 0,
      "aria-label": "Context used",
    });
    this.full = h("span");
    this.meter = h(
      "span",
      { className: "context", title: "How full the model's context is" },
      this.context,
      this.full,
    );
    this.el = h(
      "div",
      { className: "controls" },
      this.settings.el,
      this.variables.el,
      this.exports.el,
      h("span", { className: "meters" }, this.cost, this.meter),
    );
  }

  paint(state) {
    this.settings.paint(state);
    this.variables.paint(state.kernel === "sandbox" ? [] : (state.variables ?? []), state.kernel);
    say(this.cost, costOf(state));
    this.cost.title = state.tokens ? `${counted(state.tokens, "token")} in this conversation` : "";
    const context = state.context ?? 0;
    this.meter.hidden = !context;
    this.context.value = context;
    say(this.full, `${Math.round(context * 100)} %`);
    this.context.setAttribute("aria-valuetext", `${Math.round(context * 100)} percent`);
  }
}

function costOf({ usd, budget, tokens }) {
  const money = (amount) => (amount > 0 && amount < 0.01 ? amount.toFixed(4) : amount.toFixed(2));
  if (!tokens && !usd) return budget ? `budget ${money(budget)} USD` : "";
  if (budget && typeof usd === "number") return `${money(usd)} of ${money(budget)} USD`;
  const spent =
    usd === null || usd === undefined ? "price unknown" : usd === 0 ? "free" : `${money(usd)} USD`;
  return budget ? `${spent}, budget ${money(budget)} USD` : spent;
}

function settings(panel) {
  const { el, label, sheet } = menu("Settings", "settings");
  const reason = h("p", { className: "quiet" });
  const models = h("datalist", { id: uid("models") });
  const model = h("input", {
    type: "text",
    list: models.id,
    spellcheck: false,
    autocomplete: "off",
    maxLength: 200,
  });
  const approve = h("select");
  const plan = h("select");
  const kernel = h("select");
  const budget = h("input", { type: "number", min: 0, step: "any", placeholder: "none" });
  const set = (name, value) => panel.send({ do: "set", [name]: value });
  const chosen = () => model.value.trim() && set("model", model.value.trim());
  model.addEventListener("change", chosen);
  approve.addEventListener("change", () => set("approve", approve.value));
  plan.addEventListener("change", () => set("plan", plan.value));
  kernel.addEventListener("change", () => set("kernel", kernel.value));
  budget.addEventListener("change", () =>
    set("budget", Number(budget.value) > 0 ? Number(budget.value) : null),
  );
  const field = (words, input) => h("label", {}, h("span", { textContent: words }), input);
  const where = h("p", { className: "quiet" });
  sheet.append(
    field("Model", model),
    models,
    reason,
    field("Before code runs", approve),
    field("Plan", plan),
    field("Where code runs", kernel),
    field("Budget in USD", budget),
    where,
  );
  return {
    el,
    paint(state) {
      const apart = state.kernel === "sandbox";
      say(label, `${state.model || "no model"}${apart ? " · sandbox" : ""}`);
      el.querySelector("summary").setAttribute(
        "aria-label",
        `Settings; the model is ${state.model || "not chosen"}${apart ? "; code runs in a sandbox" : ""}`,
      );
      say(reason, state.model_reason ?? "");
      options(
        models,
        (state.models ?? []).map((value) => ({ value, label: "" })),
      );
      options(approve, state.approves ?? []);
      options(plan, state.plans ?? []);
      options(kernel, state.kernels ?? []);
      for (const [input, value] of [
        [model, state.model],
        [approve, state.approve],
        [plan, state.plan],
        [kernel, state.kernel],
        [budget, state.budget],
      ]) {
        if (document.activeElement !== input) input.value = value ?? "";
      }
      say(where, [state.sandbox, state.run && `Log: ${state.run}`].filter(Boolean).join(" · "));
    },
  };
}

function options(select, choices) {
  const wanted = JSON.stringify(choices);
  if (select.dataset.shown === wanted) return;
  select.dataset.shown = wanted;
  select.replaceChildren(...choices.map(({ value, label }) => h("option", { value, textContent: label })));
}

function variables() {
  const { el, label, sheet } = menu("Variables", "variables");
  const list = h("dl");
  const none = h("p", {
    className: "quiet",
  });
  sheet.append(none, list);
  let shown = "";
  return {
    el,
    paint(all, kernel) {
      const now = JSON.stringify([all, kernel]);
      if (now === shown) return;
      shown = now;
      none.textContent =
        kernel === "sandbox"
          ? "The sandbox has none of your variables. Name a file in your question."
          : "No variables yet. Name a file in your question, or load data in a cell.";
      say(label, counted(all.length, "variable"));
      none.hidden = all.length > 0;
      list.hidden = !all.length;
      const row = ({ name, type, about }) =>
        h(
          "div",
          {},
          h(
            "dt",
            {},
            h("code", { textContent: name }),
            h("span", { className: "quiet", textContent: ` ${type}` }),
          ),
          h("dd", { textContent: about ?? "" }),
        );
      list.replaceChildren(...all.map(row));
    },
  };
}

function exports(panel) {
  const { el, sheet, fold } = menu("Export", "exports");
  const choice = (label, message) =>
    button(label, () => {
      panel.send(message);
      fold();
      el.querySelector("summary").focus();
    });
  sheet.append(
    choice("Notebook (.ipynb)", { do: "export", to: "ipynb" }),
    choice("Report (.html)", { do: "export", to: "html" }),
    choice("Markdown (.md)", { do: "export", to: "md" }),
    choice("Log (.json)", { do: "export", to: "json" }),
    choice("All code as a cell", { do: "insert", cell: "all" }),
  );
  return { el };
}
