// Which queues a board shows: each a word to press, which stays where it is. Their line is the site's, as far
// as nobody dragged one; the board shows those that are chosen in this order.

const MANY_QUEUES = 8; // from here on one searches

class QueueChoice {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile part queues-part", parent);
    this.title = text(make("h2", "", this.node));
    const row = make("div", "fw-row", this.node);
    this.all = make("button", "fw-button all", row, { type: "button" });
    this.all_words = text(this.all);
    this.all.addEventListener("click", () => this.choose(this.shows_all ? this.there : []));
    this.find = make("input", "fw-field find", row, { type: "search", autocomplete: "off" });
    this.find.addEventListener("input", () => page.paint());
    this.chips_node = make("div", "chips", this.node);
    this.sorter = new Sorter(this.chips_node, (from, to) => this.move(from, to));
    this.chips = [];
    this.line = []; // all of them, in the order in which they stand here
    this.none = text(make("p", "fw-note", this.node));
    this.note = text(make("p", "fw-note", this.node));
    this.wrong = new EditorWrong(this.node);
  }

  get shows_all() {
    return this.page.draft.board.queues.length === 0;
  }

  get there() {
    return Object.entries(this.page.feed.body?.queues ?? {}).sort(in_order).map(([id]) => id);
  }

  choose(queues) {
    this.page.change((board) => {
      board.queues = queues;
    });
  }

  press(id) {
    const chosen = new Set(this.shows_all ? this.there : this.page.draft.board.queues);
    if (!chosen.delete(id)) chosen.add(id);
    if (chosen.size) this.choose(this.line.filter((each) => chosen.has(each)));
  }

  move(from, to) {
    if (this.shows_all) return;
    const id = this.shown[from];
    moved_in(this.line, this.line.indexOf(id), this.line.indexOf(this.shown[to]));
    const { queues } = this.page.draft.board;
    this.choose(this.line.filter((each) => queues.includes(each)));
    this.chips[this.shown.indexOf(id)]?.node.focus();
  }

  paint(words, board) {
    const { there, page } = this;
    const rows = page.feed.body?.queues ?? {};
    const all = board.queues.length === 0;
    put(this.title, words.say("boards.queues"));
    put(this.all_words, words.say("boards.queues.all"));
    mark(this.all, "aria-pressed", String(all));
    this.all.hidden = page.limited;
    this.find.hidden = there.length < MANY_QUEUES;
    mark(this.find, "aria-label", words.say("boards.queues.find"));
    mark(this.find, "placeholder", words.say("boards.queues.find"));
    const wanted = this.find.hidden ? "" : this.find.value.trim().toLowerCase();
    if (this.draft !== page.draft) this.line = [];
    this.draft = page.draft;
    this.line = all ? there : in_line(this.line, there, board.queues);
    const found = (id) => `${id} ${Object.values(rows[id]?.names ?? {}).join(" ")}`.toLowerCase().includes(wanted);
    this.shown = this.line.filter(found);
    while (this.chips.length < this.shown.length) this.add();
    this.chips.forEach((chip, place) => {
      const id = this.shown[place];
      chip.node.hidden = id === undefined;
      if (id === undefined) return;
      const on = all || board.queues.includes(id);
      put(chip.words, words.name(rows[id]?.names, id));
      put(chip.note, rows[id] || !page.feed.body ? "" : words.say("boards.queues.gone"));
      mark(chip.node, "aria-pressed", String(on));
      mark(chip.node, "data-all", String(all));
    });
    put(this.none, this.shown.length ? "" : words.say(there.length ? "boards.queues.none" : "boards.queues.awaited"));
    const order = board.queues.length > 1;
    put(this.note, words.say(all ? "boards.queues.all_note" : order ? "boards.queues.order" : "boards.queues.these"));
    this.wrong.paint(page.wrong_at("queues"));
  }

  add() {
    const node = make("button", "chip-button", this.chips_node, { type: "button", "data-row": "" });
    make("i", "tick", node, { "aria-hidden": "true" });
    const words = text(make("span", "", node));
    const note = text(make("span", "fw-note", node));
    const place = this.chips.length;
    node.addEventListener("click", () => this.press(this.shown[place]));
    this.sorter.hold(node, node);
    this.chips.push({ node, words, note });
  }
}

// The line as it was, with what came since; those that are chosen stand in their places of it in the order
// of the board.
function in_line(line, there, chosen) {
  const known = new Set([...there, ...chosen]);
  const next = line.filter((id) => known.has(id));
  for (const ids of [there, chosen]) {
    ids.forEach((id, place) => {
      if (!next.includes(id)) next.splice(place && next.indexOf(ids[place - 1]) + 1, 0, id);
    });
  }
  const places = chosen.map((id) => next.indexOf(id)).sort((a, b) => a - b);
  places.forEach((place, turn) => {
    next[place] = chosen[turn];
  });
  return next;
}
