// A question in the cell: some HTML of ours, a box of text if there is one, and buttons. One message is sent back.
export default {
  render({ model, el }) {
    const asked = document.createElement("div");
    asked.className = "jp-RenderedHTMLCommon";
    asked.innerHTML = model.get("html");
    const box = document.createElement("textarea");
    const row = document.createElement("div");
    row.style.cssText = "display: flex; flex-wrap: wrap; gap: .5em; margin: .5em 0";
    const press = (choice) => {
      row.querySelectorAll("button").forEach((button) => (button.disabled = true));
      model.send({ choice, text: box.value });
    };
    for (const [choice, words] of model.get("choices")) {
      const button = document.createElement("button");
      button.className = "jupyter-button";
      button.textContent = words;
      button.addEventListener("click", () => press(choice));
      row.append(button);
    }
    el.classList.add("analyst-question");
    el.append(asked);
    if (model.get("text")) {
      box.value = model.get("text");
      box.rows = Math.min(12, box.value.split("\n").length + 2);
      box.setAttribute("aria-label", "The plan, a step on each line, and what is wanted of the answer");
      box.style.cssText = `box-sizing: border-box; width: 100%; padding: .4em .6em; resize: vertical; font: inherit;
        color: inherit; background: var(--jp-input-background, Field);
        border: 1px solid var(--jp-border-color1, currentColor); border-radius: 3px`;
      el.append(box);
    }
    el.append(row);
    // the notebook would take Shift+Enter for itself, and run the cell again
    el.setAttribute("data-lm-suppress-shortcuts", "true");
    el.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.target === box && event.key === "Enter" && event.shiftKey && !event.isComposing) {
        event.preventDefault();
        press(model.get("choices")[0][0]);
      }
    });
  },
};
