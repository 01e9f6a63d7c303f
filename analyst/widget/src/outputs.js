// What a cell showed: text, tables, pictures, errors.
import { counted, h } from "./dom.js";
import { cleaned, scrolled, settle } from "./markdown.js";

const NUMBER = /^[-+−]?(\d[\d,]*\.?\d*|\.\d+)([eE][-+]?\d+)?\s?%?$/;

/** A view of one output: `el`, `set(output)` to show a later state of it, `done()` when it goes away. */
export function outputView(output) {
  return VIEWS[output.type]?.(output) ?? { el: h("div"), set() {}, done() {} };
}

/** The same output, maybe longer by now: it keeps its view. */
export function sameView(a, b) {
  return a === b || (a.type === "text" && b.type === "text" && a.stream === b.stream);
}

const VIEWS = {
  text({ text, stream }) {
    const failed = stream === "stderr";
    const el = h("pre", { className: failed ? "out warned" : "out", tabIndex: 0, role: "group" });
    el.setAttribute("aria-label", failed ? "Printed as a warning" : "Printed");
    const node = document.createTextNode(text);
    el.append(node);
    const set = (output) => {
      if (output.text.startsWith(node.data)) node.appendData(output.text.slice(node.length));
      else node.data = output.text;
    };
    return { el, set, done() {} };
  },

  table(output) {
    const table = tableOf(output);
    const box = h("div", { className: "tabular" }, table);
    scrolled(table, output.caption || "Table");
    const more = [
      output.more_rows ? `${counted(output.more_rows, "more row")}` : "",
      output.more_columns ? `${counted(output.more_columns, "more column")}` : "",
    ].filter(Boolean);
    if (more.length) box.append(h("p", { className: "quiet", textContent: `… and ${more.join(", ")}` }));
    return { el: box, set() {}, done() {} };
  },

  image(output) {
    const type = output.mime === "image/jpeg" ? "image/jpeg" : "image/png";
    const bytes = output.bytes ?? decoded(output.png ?? "");
    if (!bytes)
      return {
        el: h("p", { className: "quiet", textContent: `[Figure: ${output.alt ?? ""}]` }),
        set() {},
        done() {},
      };
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    const image = h("img", { src: url, alt: output.alt || "Figure", width: output.width || undefined });
    const el = h("figure", {}, image);
    return { el, set() {}, done: () => URL.revokeObjectURL(url) };
  },

  error({ name, message, traceback }) {
    const what = h(
      "p",
      { className: "raised" },
      h("strong", { textContent: name }),
      message ? `: ${message}` : "",
    );
    const trace = traceback
      ? h(
          "details",
          {},
          h("summary", { textContent: "Traceback" }),
          h("pre", { className: "out", tabIndex: 0, textContent: traceback }),
        )
      : null;
    return { el: h("div", { className: "error" }, what, trace), set() {}, done() {} };
  },

  html({ html }) {
    const el = h("div", { className: "prose" });
    el.innerHTML = cleaned(html);
    return { el: settle(el), set() {}, done() {} };
  },
};

/** The bytes of a picture in base64, or null when it is none. */
function decoded(base64) {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function tableOf({ columns, rows, index = 0, caption }) {
  const numeric = columns.map(
    (_, at) => rows.some((row) => row[at] !== null) && rows.every((row) => isNumber(row[at])),
  );
  const cell = (value, at) => {
    const look = numeric[at] ? "number" : "";
    const text = value === null || value === undefined ? "–" : String(value);
    if (at < index) return h("th", { scope: "row", className: look, textContent: text });
    return h("td", { className: value === null ? `${look} missing` : look, textContent: text });
  };
  const head = columns.map((name, at) =>
    String(name) === "" && at < index
      ? h("td")
      : h("th", { scope: "col", className: numeric[at] ? "number" : "", textContent: String(name) }),
  );
  return h(
    "table",
    {},
    caption ? h("caption", { textContent: caption }) : null,
    h("thead", {}, h("tr", {}, head)),
    h(
      "tbody",
      {},
      rows.map((row) => h("tr", {}, row.map(cell))),
    ),
  );
}

const isNumber = (value) =>
  value === null ||
  typeof value === "number" ||
  (typeof value === "string" && (value === "" || NUMBER.test(value.trim())));
