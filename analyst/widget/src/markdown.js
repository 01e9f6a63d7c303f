// What a model wrote, as HTML that can neither run nor fetch anything. The one place where text becomes HTML.
import DOMPurify from "dompurify";
import { Marked } from "marked";
import { highlighted } from "./highlight.js";
import { tabular } from "./tables.js";

const IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,[a-z0-9+/=\s]*$/i;
const LINK = /^(https?:|mailto:|#)/i;
/** Classes of highlighted code (ours, Pygments') and of marked mathematics; any other could be one the page listens to. */
const CLASS = /^(hljs-[a-z_]+|[a-z][a-z0-9]{0,2}|highlight|(mathjax|tex2jax)_(process|ignore))$/;
const SPAN = /^[1-9]\d{0,2}$/;

const RULES = {
  ALLOWED_TAGS: (
    "p br hr b strong i em s del u sub sup code kbd pre blockquote ul ol li dl dt dd h1 h2 h3 h4 h5 h6 " +
    "table caption thead tbody tfoot tr th td a img details summary span div"
  ).split(" "),
  ALLOWED_ATTR: [
    "href",
    "src",
    "alt",
    "title",
    "align",
    "start",
    "open",
    "class",
    "colspan",
    "rowspan",
    "scope",
  ],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  FORBID_CONTENTS: ["script", "style", "template", "title", "iframe", "noscript", "math", "svg"],
};

const allowed = {
  src: (value) => IMAGE.test(value),
  href: (value) => LINK.test(value.trim()),
  class: (value) => value.split(/\s+/).every((name) => !name || CLASS.test(name)),
  colspan: (value) => SPAN.test(value),
  rowspan: (value) => SPAN.test(value),
};

const purifier = DOMPurify(window); // an instance of its own: hooks do not leak into the page
purifier.addHook("uponSanitizeAttribute", (_node, attribute) => {
  const rule = allowed[attribute.attrName];
  if (rule && !rule(attribute.attrValue)) attribute.keepAttr = false;
});
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("rel", "noopener noreferrer nofollow");
  node.setAttribute("target", "_blank");
});

const marked = new Marked({ gfm: true, async: false });
marked.use({
  renderer: {
    code({ text, lang }) {
      return `<pre><code>${highlighted(text, lang)}</code></pre>\n`;
    },
    checkbox({ checked }) {
      return checked ? "☑ " : "☐ ";
    },
  },
});

/** Clean HTML for `innerHTML`, from Markdown. */
export const markdown = (text) => purifier.sanitize(marked.parse(text), RULES);

/** Clean HTML for `innerHTML`, from HTML. */
export const cleaned = (html) => purifier.sanitize(html, RULES);

/**
 * What clean HTML needs to be used: headings below those of the page, without gaps; tables that can be
 * sorted and copied; wide ones and code scroll by themselves, with the keyboard too.
 */
export function settle(root) {
  const above = [];
  for (const heading of root.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    while (above.length && above.at(-1) >= own) above.pop();
    above.push(own);
    heading.setAttribute("role", "heading");
    heading.setAttribute("aria-level", Math.min(6, 2 + above.length));
  }
  for (const table of root.querySelectorAll("table")) tabular(table);
  for (const part of root.querySelectorAll("p, li, h1, h2, h3, h4, h5, h6, blockquote")) part.dir = "auto";
  for (const pre of root.querySelectorAll("pre")) pre.tabIndex = 0;
  for (const image of root.querySelectorAll("img:not([alt])")) image.alt = "";
  return root;
}
