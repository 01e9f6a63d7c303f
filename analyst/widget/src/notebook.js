// The notebook around the panel, where there is one: JupyterLab and Notebook 7 hand it to widgets; others do not.

/** Put a code cell below the one that the panel stands in, or below the active one; it can be undone. */
export function insertCell(model, el, code) {
  const context = model.widget_manager?.context;
  const shared = context?.model?.sharedModel;
  if (!shared?.insertCell) return false;
  const end = shared.cells?.length ?? 0;
  try {
    shared.insertCell(below(el) ?? end, { cell_type: "code", source: code, metadata: { trusted: true } });
  } catch (error) {
    console.warn("The notebook did not take the cell:", error);
    return false;
  }
  return true;
}

/** The place after the cell that holds the panel, or else after the active one; undefined when neither is known. */
function below(el) {
  const own = el.closest(".jp-Notebook .jp-Cell");
  const cell =
    own ??
    document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell.jp-mod-active");
  const siblings = cell?.closest(".jp-Notebook")?.querySelectorAll(".jp-Cell");
  const known = cell?.dataset.windowedListIndex;
  if (known !== undefined) return Number(known) + 1;
  return siblings ? [...siblings].indexOf(cell) + 1 : undefined;
}

/** The notebook's folder, in the words of the front end's file browser; undefined where that is not known. */
export function folderOf(model) {
  const path = model.widget_manager?.context?.path;
  return path?.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Typeset what is marked as mathematics, where the front end has a typesetter. */
export function typeset(model, root) {
  const typesetter = model.widget_manager?.rendermime?.latexTypesetter;
  if (typesetter) for (const span of root.querySelectorAll(".mathjax_process")) typesetter.typeset(span);
}

/** Have the browser save a text as a file. */
export function download({ name, mime, text }) {
  const url = URL.createObjectURL(new Blob([text], { type: mime }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be reading
}
