// Hundreds of people in a list: only the rows that are seen are there, and they are written in place.

const SPARE_ROWS = 4;
const HOLD_MS = 4000; // rows do not move away under a finger
const PEOPLE_COLUMNS = ["state", "lasts", "over", "name", "team", "on", "queues", "calls", "menu"];

class PeopleRows {
  // `open(id)` is called for a person that is pressed; `drill(person)` for his number of calls.
  constructor(parent, { open, drill }) {
    this.open = open;
    this.drill = drill;
    this.entries = [];
    this.selected = "";
    this.touched_at = -Infinity;
    this.node = make("div", "people-grid", parent, { role: "grid", tabindex: "0" });
    const head = make("div", "person head", make("div", "grid-head", this.node, { role: "rowgroup" }), { role: "row" });
    this.heads = PEOPLE_COLUMNS.map((column) => {
      const cell = make("span", `p-${column}`, head, { role: "columnheader" });
      return text(column === "menu" ? make("span", "fw-unseen", cell) : cell);
    });
    this.space = make("div", "space", this.node, { role: "rowgroup" });
    this.rows = [];
    this.node.addEventListener("scroll", () => this.fill(), { passive: true });
    for (const kind of ["pointermove", "pointerdown"]) {
      this.space.addEventListener(kind, () => (this.touched_at = performance.now()), { passive: true });
    }
    this.space.addEventListener("pointerleave", () => (this.touched_at = -Infinity), { passive: true });
    this.space.addEventListener("click", (event) => this.press(event));
  }

  // Whether somebody is about to press a row.
  get held() {
    return performance.now() - this.touched_at < HOLD_MS;
  }

  press(event) {
    const node = event.target.closest(".person");
    const entry = this.entries[Number(node?.dataset.place)];
    if (!entry?.person) return;
    this.selected = entry.person.id;
    if (event.target.closest(".row-number")) this.drill(entry.person);
    else this.open(entry.person.id);
  }

  paint(entries, floor, words) {
    this.entries = this.held ? kept_in_place(this.entries, entries, floor) : entries;
    this.floor = floor;
    this.words = words;
    PEOPLE_COLUMNS.forEach((column, place) => put(this.heads[place], words.say(`column.${column}`)));
    mark(this.node, "aria-label", words.say("tab.people"));
    mark(this.node, "aria-rowcount", String(this.entries.length + 1));
    this.row_px = parseFloat(getComputedStyle(this.node).getPropertyValue("--row")) || 44;
    const height = `${this.entries.length * this.row_px}px`;
    if (this.space.style.height !== height) this.space.style.height = height;
    this.fill();
  }

  // Write the rows that are in sight.
  fill() {
    if (!this.words) return;
    const { scrollTop, clientHeight } = this.node;
    const first = Math.max(0, Math.floor(scrollTop / this.row_px) - SPARE_ROWS);
    const count = Math.min(this.entries.length - first, Math.ceil(clientHeight / this.row_px) + 2 * SPARE_ROWS);
    while (this.rows.length < count) this.rows.push(this.build());
    let chosen = "";
    this.rows.forEach((row, number) => {
      row.node.hidden = number >= count;
      if (row.node.hidden) return;
      const place = first + number;
      this.fill_row(row, this.entries[place], place);
      if (this.entries[place].person?.id === this.selected) chosen = row.node.id;
    });
    mark(this.node, "aria-activedescendant", chosen);
  }

  build() {
    const node = make("div", "person", this.space, { role: "row", id: `person-${this.rows.length}` });
    const cell = (column) => make("span", `p-${column}`, node, { role: "gridcell" });
    const state = cell("state");
    const row = { node, sign: state_sign(state), state: text(make("b", "", state)), reason: text(make("span", "reason", state)) };
    for (const column of ["lasts", "over", "name", "team", "on", "queues"]) row[column] = text(cell(column));
    row.calls_button = make("button", "row-number", cell("calls"), { type: "button", tabindex: "-1" });
    row.calls = text(row.calls_button);
    row.menu = make("button", "fw-button fw-quiet menu", cell("menu"), { type: "button", tabindex: "-1" });
    put(text(row.menu), "\u22ef");
    return row;
  }

  fill_row(row, { team, count, person }, place) {
    const { words, floor } = this;
    const top = `${place * this.row_px}px`;
    if (row.node.style.top !== top) row.node.style.top = top;
    mark(row.node, "data-place", String(place));
    mark(row.node, "aria-rowindex", String(place + 2));
    mark(row.node, "data-group", String(!person));
    row.menu.hidden = row.calls_button.hidden = row.sign.hidden = !person;
    if (!person) {
      put(row.state, words.say("people.team", { team: floor.team_name(team, words) || words.say("people.no_team"), count: words.count(count) }));
      for (const part of ["reason", "lasts", "over", "name", "team", "on", "queues", "calls"]) put(row[part], "");
      mark(row.node, "data-over", "false");
      return mark(row.node, "aria-selected", "false");
    }
    const { state, name, lasts_ms, over_ms, row: told } = person;
    mark_state(row.node, row.sign, state);
    mark(row.node, "data-over", String(over_ms > 0));
    mark(row.node, "aria-selected", String(person.id === this.selected));
    put(row.state, state_words(state, words));
    put(row.reason, reason_words(told.reason, words));
    put(row.lasts, words.wait(lasts_ms));
    put(row.over, over_ms > 0 ? `+${words.wait(over_ms)}` : "");
    put(row.name, name);
    put(row.team, floor.team_name(person.team, words));
    put(row.on, told.queue ? floor.queue_name(told.queue, words) : "");
    put(row.queues, queues_words(told.queues, floor, words));
    put(row.calls, words.count(told.day?.answered));
    mark(row.calls_button, "aria-label", `${name} · ${words.say("column.calls")} ${words.count(told.day?.answered)}`);
    mark(row.menu, "aria-label", words.say("people.open", { name }));
  }

  // j and k. Says whom.
  step(by) {
    const people = this.entries.filter(({ person }) => person);
    if (!people.length) return;
    const at_now = people.findIndex(({ person }) => person.id === this.selected);
    const next = at_now < 0 ? 0 : Math.max(0, Math.min(people.length - 1, at_now + by));
    this.selected = people[next].person.id;
    const top = this.entries.indexOf(people[next]) * this.row_px;
    const room = this.node.clientHeight - this.row_px - this.space.offsetTop;
    if (top < this.node.scrollTop) this.node.scrollTop = Math.max(0, top - this.row_px);
    else if (top > this.node.scrollTop + room) this.node.scrollTop = top - room;
    this.node.focus({ preventScroll: true });
    this.fill();
  }
}

// The order that is on the screen, with what is known of each now; who came, comes later.
function kept_in_place(shown, fresh, floor) {
  const kept_entries = shown
    .filter(({ person }) => !person || floor.by_id.has(person.id))
    .map((entry) => (entry.person ? { person: floor.by_id.get(entry.person.id) } : entry));
  return kept_entries.length ? kept_entries : fresh;
}

// In which queues he takes calls, and in which he is paused.
function queues_words(queues, floor, words) {
  return Object.entries(queues ?? {})
    .map(([id, active]) => {
      const queue = floor.queue_name(id, words);
      return active ? queue : words.say("people.paused", { queue });
    })
    .join(words.say("list.comma"));
}
