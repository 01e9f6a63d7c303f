// The kernel's side of the wire, played by a test: what ipywidgets' model is to a widget.

export class FakeModel {
  constructor(doc = {}) {
    this.values = { doc };
    this.listeners = [];
    this.sent = [];
    this.dead = false; // whether sending fails, as over a closed connection
    this.inserted = []; // cells that a notebook got, when there is one
  }

  get(name) {
    return this.values[name];
  }

  set(name, value, { silent = false } = {}) {
    this.values[name] = value;
    if (!silent) this.trigger(`change:${name}`);
  }

  save_changes() {}

  send(message) {
    if (this.dead) throw new Error("the connection is closed");
    this.sent.push(structuredClone(message));
  }

  on(event, listener) {
    this.listeners.push([event, listener]);
  }

  off(event, listener) {
    this.listeners = this.listeners.filter(([name, known]) => name !== event || known !== listener);
  }

  trigger(event, ...values) {
    for (const [name, listener] of [...this.listeners]) if (name === event) listener(...values);
  }

  /** A message of the kernel; `buffers` are base64. */
  say(message, buffers = []) {
    const bytes = buffers.map(
      (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer),
    );
    this.trigger("msg:custom", message, bytes);
  }

  /** Stand in a notebook of so many cells. */
  inNotebook(count) {
    const insertCell = (place, cell) => this.inserted.push({ place, ...cell });
    this.widget_manager = { context: { model: { sharedModel: { cells: { length: count }, insertCell } } } };
  }
}
