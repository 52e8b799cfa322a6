// Parts of a form: one of a few, a number, a switch, and rows that can be put into another order.

// A few words beside each other, of which one holds.
class OneOf {
  constructor(parent, name, values, chosen) {
    this.node = make("div", `one-of ${name}`, parent, { role: "group" });
    this.buttons = values.map((value) => {
      const node = make("button", "fw-button", this.node, { type: "button", "data-value": String(value) });
      node.addEventListener("click", () => chosen(value));
      return { value, node, words: text(node) };
    });
  }

  paint(label, value, said) {
    mark(this.node, "aria-label", label);
    for (const each of this.buttons) {
      put(each.words, said(each.value));
      mark(each.node, "aria-pressed", String(each.value === value));
    }
  }
}

// A labelled field. `read` makes a value of the text, undefined if it is none.
class EditorField {
  constructor(parent, name, { type = "text", attributes = {}, read = (words) => words, changed }) {
    this.node = make("label", `fw-ask field ${name}`, parent);
    this.label = text(make("span", "fw-label", this.node));
    this.input = make("input", "fw-field", this.node, { type, ...attributes });
    this.read = read;
    this.input.addEventListener("input", () => {
      const value = read(this.input.value);
      if (value !== undefined) changed(value);
    });
    // What is no value goes back to what was.
    this.input.addEventListener("change", () => this.show(this.value));
  }

  // A field that is being typed into is left alone, unless something else changed what it stands for.
  paint(label, value, wrong = false) {
    put(this.label, label);
    const typed = this.input.getRootNode().activeElement === this.input;
    if (!typed || (value !== this.value && this.read(this.input.value) !== value)) this.show(value);
    this.value = value;
    mark(this.input, "aria-invalid", String(wrong));
  }

  show(value) {
    if (this.input.value !== String(value)) this.input.value = value;
  }
}

function whole_number(low, high) {
  return (words) => {
    const value = Number(words);
    return words.trim() && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
  };
}

class EditorSwitch {
  constructor(parent, name, changed) {
    this.node = make("label", `switch ${name}`, parent);
    this.input = make("input", "", this.node, { type: "checkbox" });
    this.words = text(make("span", "", this.node));
    this.input.addEventListener("change", () => changed(this.input.checked));
  }

  paint(words, on) {
    put(this.words, words);
    this.input.checked = on;
  }
}

// What is wrong with a field, below it.
class EditorWrong {
  constructor(parent) {
    this.node = make("p", "wrong", parent, { role: "alert" });
    this.words = text(this.node);
  }

  paint(words) {
    put(this.words, words);
    this.node.hidden = !words;
  }
}

// Puts rows into another order: by dragging their handles, with a finger too, or by arrow keys on them.
class Sorter {
  constructor(list, moved) {
    this.list = list;
    this.moved = moved;
  }

  // `handle` stands in `row`, which is a child of the list.
  hold(handle, row) {
    handle.addEventListener("pointerdown", (event) => event.button === 0 && this.begin(event, handle, row));
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const from = this.rows.indexOf(row);
      if (this.rows[from + by]) this.moved(from, from + by);
    });
  }

  get rows() {
    return [...this.list.children].filter((node) => "row" in node.dataset && !node.hidden);
  }

  begin(event, handle, row) {
    const from = this.rows.indexOf(row);
    let to = from;
    let dragged = false;
    const move = ({ clientX, clientY }) => {
      dragged ||= Math.hypot(clientX - event.clientX, clientY - event.clientY) > 4;
      if (!dragged) return;
      mark(row, "data-held", "true");
      to = this.place_at(clientX, clientY);
      this.show_gap(from, to);
    };
    const end = (last) => {
      handle.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) handle.removeEventListener(name, end);
      row.removeAttribute("data-held");
      for (const each of this.rows) each.removeAttribute("data-gap");
      if (dragged && last.type === "pointerup" && to !== from) this.moved(from, to);
      if (dragged) row.addEventListener("click", swallowed, { capture: true, once: true });
      setTimeout(() => row.removeEventListener("click", swallowed, { capture: true }));
    };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) handle.addEventListener(name, end);
  }

  // The place of the row that is nearest.
  place_at(x, y) {
    let best = { place: 0, far: Infinity };
    this.rows.forEach((row, place) => {
      const box = row.getBoundingClientRect();
      const far = Math.hypot(x - (box.left + box.right) / 2, (y - (box.top + box.bottom) / 2) * 3);
      if (far < best.far) best = { place, far };
    });
    return best.place;
  }

  show_gap(from, to) {
    this.rows.forEach((row, place) => {
      if (place === to && to !== from) mark(row, "data-gap", to < from ? "before" : "after");
      else row.removeAttribute("data-gap");
    });
  }
}

// What was dragged was not pressed.
function swallowed(event) {
  event.stopPropagation();
  event.preventDefault();
}

function moved_in(items, from, to) {
  const [item] = items.splice(from, 1);
  items.splice(to, 0, item);
}
