// Files that are dropped on the question: their paths are written into it. JupyterLab's own file browser and that of the
// machine both come here; a path is told as it is seen from the notebook.

const CONTENTS = "application/x-jupyter-icontents";
/** A path that is found in a question without quotes. */
const BARE = /^[\w~./-]*\.\w{2,8}$/;

/** Have `box` take dropped files; `folder()` is the notebook's folder in the file browser's words, or undefined. */
export function takesFiles(box, folder) {
  const take = (paths) => {
    const words = paths.map((path) => (BARE.test(path) ? path : `"${path}"`)).join(" ");
    const before = box.value.slice(0, box.selectionStart);
    box.setRangeText(`${before && !/\s$/.test(before) ? " " : ""}${words} `, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input"));
    box.focus();
  };
  // drags within JupyterLab are no drags of the browser's
  for (const name of ["lm-dragenter", "lm-dragover", "lm-drop"])
    box.addEventListener(name, (event) => {
      if (!event.mimeData?.hasData(CONTENTS)) return;
      event.preventDefault();
      event.stopPropagation();
      event.dropAction = "copy";
      if (name === "lm-drop") take(event.mimeData.getData(CONTENTS).map((path) => seenFrom(folder(), path)));
    });
  box.addEventListener("drop", (event) => {
    const paths = (event.dataTransfer?.getData("text/uri-list") ?? "")
      .split(/\r?\n/)
      .filter((line) => line.startsWith("file:///"))
      .map((line) => decodeURIComponent(line.slice("file://".length)));
    if (!paths.length) return; // text is taken by the browser itself
    event.preventDefault();
    take(paths);
  });
}

/** A path of the file browser, whose root the kernel need not know, from the notebook's folder. */
function seenFrom(folder, path) {
  const from = (folder ?? "").split("/").filter(Boolean);
  const to = path.replace(/^[^/]*:/, "").split("/").filter(Boolean); // a drive's name
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same += 1;
  const up = from.slice(same).map(() => "..");
  return [...(up.length ? up : ["."]), ...to.slice(same)].join("/");
}
