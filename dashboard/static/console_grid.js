// A table whose rows stay where they are and are written in place: queues, calls, breaks.

class Grid {
  // The first cell is a button that calls `press(id)`, if that is given; those of `numbers` call
  // `drill(id, column)`; `built[column](node, id)` makes a cell that is more than a text.
  constructor(parent, name, columns, { press = null, numbers = [], drill = null, built = {} } = {}) {
    Object.assign(this, { name, columns, press, numbers, drill, built });
    const scroll = make("div", `fw-tile grid-scroll ${name}`, parent);
    this.table = make("table", "fw-table grid", scroll);
    const head = make("tr", "", make("thead", "", this.table));
    this.heads = columns.map((column) => {
      const cell = make("th", `c-${column}`, head, { scope: "col" });
      return text(column === "menu" ? make("span", "fw-unseen", cell) : cell);
    });
    this.body = make("tbody", "", this.table);
    this.nothing = text(make("p", "fw-empty", scroll));
  }

  // `fill(write, entry, row)` writes one; each entry has an id.
  paint(entries, words, fill) {
    this.columns.forEach((column, place) => put(this.heads[place], words.say(`column.${column}`)));
    this.table.hidden = entries.length === 0;
    put(this.nothing, entries.length ? "" : words.say(`none.${this.name}`));
    keep_rows(this.body, entries.map((entry) => [entry.id, entry]), (_, id) => this.build(id), (row, entry) => {
      this.columns.forEach((column, place) => mark(row.cells[column], "data-label", this.heads[place].data));
      fill(row.write, entry, row);
    });
  }

  build(id) {
    const row = { node: make("tr", "", this.body, { "data-id": id }), cells: {}, write: {}, parts: {} };
    for (const column of this.columns) this.build_cell(row, column, id);
    return row;
  }

  build_cell(row, column, id) {
    const cell = make("td", `c-${column}`, row.node);
    row.cells[column] = cell;
    if (this.built[column]) {
      row.parts[column] = this.built[column](cell, id);
      return;
    }
    const act = this.act_of(column, id);
    const holder = act ? make("button", act.name, cell, { type: "button" }) : cell;
    if (act) holder.addEventListener("click", act.press);
    const said = text(holder);
    row.write[column] = (words) => put(said, words);
  }

  act_of(column, id) {
    if (this.press && column === this.columns[0]) return { name: "row-name", press: () => this.press(id) };
    if (this.drill && this.numbers.includes(column)) return { name: "row-number", press: () => this.drill(id, column) };
    return null;
  }

  // j and k go from row to row.
  step(letter) {
    if (letter !== "j" && letter !== "k") return false;
    const names = [...this.body.querySelectorAll("tr > td:first-child > button")];
    const place = names.indexOf(this.body.getRootNode().activeElement);
    const next = place < 0 ? 0 : Math.max(0, Math.min(names.length - 1, place + (letter === "j" ? 1 : -1)));
    names[next]?.focus();
    return true;
  }
}
