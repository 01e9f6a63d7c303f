// Elements without a framework.

/**
 * An element. In `props`: `on: {event: listener}`; names of properties of the element (`className`, `textContent`,
 * `hidden`, …); all else are attributes. `null` and `undefined` are left out, among the children too.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (name === "on")
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name in element && name !== "role" && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A button that does something when it is pressed, with an optional look ("primary", "quiet", "icon"). */
export function button(label, press, look = "", props = {}) {
  return h("button", { type: "button", className: look, textContent: label, on: { click: press }, ...props });
}

/** Text for screen readers only. */
export const hidden = (text) => h("span", { className: "hidden", textContent: text });

/** A sign that is seen; what it means is read out. */
export const sign = (glyph, meaning) => [
  h("span", { className: "sign", "aria-hidden": "true", textContent: glyph }),
  hidden(`${meaning}: `),
];

/** Write text only where it changed: what is selected stays selected. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Show or hide an element. */
export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

let last = 0;
/** An id that no other element of the page has: several panels may stand in one. */
export const uid = (name) => `analyst-${name}-${++last}`;

/** Seconds as a person says them. */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** "1 row", "2,300 rows". */
export const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
