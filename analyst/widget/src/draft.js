// What was typed and not sent outlives its panel: a new one of the same notebook, or a page that is loaded again, has it.

/** Longest text that is kept, in characters. */
const LONGEST = 200_000;

/** The draft of the notebook that a model stands in; in pages without one, of the page. */
export function draftOf(model) {
  const name = `analyst-draft:${model.widget_manager?.context?.path ?? location.pathname}`;
  return {
    /** Keep a text for the panel that comes next. */
    keep(text) {
      attempt(() => {
        if (text.trim() && text.length <= LONGEST) sessionStorage.setItem(name, text);
      });
    },
    /** The text that was kept, once; "" when there is none. */
    taken() {
      return (
        attempt(() => {
          const text = sessionStorage.getItem(name);
          sessionStorage.removeItem(name);
          return text;
        }) ?? ""
      );
    },
  };
}

/** A browser that keeps nothing for a page says so by an exception; then there is no draft. */
function attempt(storing) {
  try {
    return storing();
  } catch (error) {
    console.warn("A draft cannot be kept:", error);
    return null;
  }
}
