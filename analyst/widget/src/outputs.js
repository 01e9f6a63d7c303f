// What a cell showed: text, tables (as clean HTML), pictures, errors.
import { h } from "./dom.js";
import { cleaned, settle } from "./markdown.js";

/** A view of one output: `el`, `set(output)` to show a later state of it, `done()` when it goes away. */
export function outputView(output) {
  return VIEWS[output.type]?.(output) ?? { el: h("div"), set() {}, done() {} };
}

/** The same output, maybe longer by now: it keeps its view. */
export function sameView(a, b) {
  return a === b || (a.type === "text" && b.type === "text" && a.stream === b.stream);
}

/** An output as JSON has it: a picture's bytes in base64. */
export function plain({ bytes, buffer: _, ...output }) {
  if (!bytes) return output;
  const letters = Array.from(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0), (byte) =>
    String.fromCharCode(byte),
  );
  return { ...output, png: btoa(letters.join("")) };
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
