// Python with its words in colours.
import hljs from "highlight.js/lib/core";
import python from "highlight.js/lib/languages/python";

hljs.registerLanguage("python", python);

/** Longest code, in characters, that gets colours: beyond it they cost more time than they are worth. */
const LONGEST = 50_000;
const PYTHON = new Set(["python", "py", "python3", "ipython"]);
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Code as HTML: escaped, and coloured where it is Python. */
export function highlighted(code, language = "python") {
  const name = String(language ?? "")
    .trim()
    .split(/\s/)[0]
    .toLowerCase();
  if (code.length > LONGEST || !PYTHON.has(name)) return code.replace(/[&<>"']/g, (found) => ENTITIES[found]);
  return hljs.highlight(code, { language: "python" }).value;
}
