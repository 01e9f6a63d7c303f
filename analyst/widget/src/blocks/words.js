// Words: what was asked, what the model says, what else is to be known.
import { h, say } from "../dom.js";
import { markdown, settle } from "../markdown.js";

/** Characters from which text that still grows is cut into a finished part and a rest: only the rest is drawn anew. */
const SPLIT = 4_000;

export function question(block) {
  const text = h("p", { dir: "auto" });
  const el = h("div", { className: "question", role: "group", "aria-label": "You asked" }, text);
  return { el, paint: () => say(text, block.text) };
}

export function notice(block) {
  const el = h("div", { className: "notice prose" });
  return { el, paint: painted(el, () => block.text) };
}

export function stopped(block) {
  const why = h("strong");
  const detail = h("span");
  const el = h("div", { className: "stopped", role: "group", "aria-label": "Stopped" }, why, " ", detail);
  const paint = () => {
    say(why, `Stopped: ${block.reason}.`);
    say(detail, block.detail ?? "");
  };
  return { el, paint, announcement: () => `Stopped: ${block.reason}.` };
}

export function said(block) {
  const el = h("div", { className: "said prose" });
  const growing = growingText(el);
  const paint = () => {
    el.toggleAttribute("data-streaming", Boolean(block.streaming));
    if (block.streaming) el.setAttribute("aria-busy", "true");
    else el.removeAttribute("aria-busy");
    growing.paint(block.text ?? "", !block.streaming);
  };
  return { el, paint };
}

/** A painter that draws Markdown again only where it changed. */
function painted(el, text) {
  let shown = null;
  return () => {
    if (text() === shown) return;
    shown = text();
    el.innerHTML = markdown(shown);
    settle(el);
  };
}

/**
 * Markdown that grows. Finished parts are left alone, so that the cost of a long text is proportional to its length;
 * when it is complete it is drawn once as a whole: lists and references across the parts come right.
 */
function growingText(el) {
  let settled = "";
  let drawn = null;
  let rest = null;
  const restart = () => {
    settled = "";
    rest = h("div");
    el.replaceChildren(rest);
  };
  const draw = (into, text) => {
    into.innerHTML = markdown(text);
    settle(into);
  };
  return {
    paint(text, complete) {
      if (text === drawn && !(complete && settled)) return;
      drawn = text;
      if (!rest || complete || !text.startsWith(settled)) restart();
      let tail = text.slice(settled.length);
      const cut = complete ? 0 : lastBreak(tail);
      if (cut) {
        const part = h("div");
        draw(part, tail.slice(0, cut));
        rest.before(part);
        settled += tail.slice(0, cut);
        tail = tail.slice(cut);
      }
      draw(rest, tail);
    },
  };
}

/** The end of the last blank line outside of fenced code, when the text is long enough to be cut there; else 0. */
function lastBreak(text) {
  if (text.length < SPLIT) return 0;
  let fence = "";
  let at = 0;
  let cut = 0;
  for (const line of text.split("\n")) {
    at += line.length + 1;
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence) {
      if (mark.startsWith(fence) && !line.trim().slice(mark.length)) fence = "";
    } else if (mark) fence = mark;
    else if (!line.trim() && at <= text.length) cut = at;
  }
  return cut;
}
