// What a board shows: its pages, and the tiles of the page at hand.

const TILE_SIZES = [1, 2, 3, 4];

class TileRow {
  constructor(list, part, place) {
    this.part = part;
    this.place = place;
    this.node = make("li", "tile-row", list, { "data-row": "" });
    const head = make("div", "tile-line", this.node);
    this.handle = make("button", "fw-button fw-quiet handle", head, { type: "button" });
    make("i", "grip", this.handle, { "aria-hidden": "true" });
    part.sorter.hold(this.handle, this.node);
    this.name = text(make("b", "tile-name", head));
    this.up = this.button(head, "\u2191", () => part.move(place, place - 1, "up"));
    this.down = this.button(head, "\u2193", () => part.move(place, place + 1, "down"));
    this.away = this.button(head, "\u00d7", () => part.remove(place));
    this.line = make("div", "tile-line", this.node);
    this.size_label = text(make("span", "fw-label", this.line));
    this.size = new OneOf(this.line, "sizes", TILE_SIZES, (size) => part.set(place, { size }));
    this.queue = make("select", "fw-field queue-of", this.line);
    this.queue.addEventListener("change", () => part.set(place, { queue: this.queue.value }));
    this.wrong = new EditorWrong(this.node);
    for (const name of ["pointerenter", "focusin"]) this.node.addEventListener(name, () => part.point(place));
    for (const name of ["pointerleave", "focusout"]) this.node.addEventListener(name, () => part.point(-1));
  }

  button(parent, sign, press) {
    const node = make("button", "fw-button fw-quiet small", parent, { type: "button" });
    text(make("span", "", node, { "aria-hidden": "true" })).data = sign;
    node.addEventListener("click", press);
    return node;
  }

  paint(words, tile, count) {
    const kind = words.say(`piece.${tile.kind}`);
    put(this.name, kind);
    called(this.handle, words.say("boards.tile.drag", { tile: kind }));
    called(this.up, words.say("boards.tile.up", { tile: kind }));
    called(this.down, words.say("boards.tile.down", { tile: kind }));
    called(this.away, words.say("boards.tile.remove", { tile: kind }));
    this.up.disabled = this.place === 0;
    this.down.disabled = this.place === count - 1;
    put(this.size_label, words.say("boards.tile.size"));
    this.line.hidden = count === 1 && !KINDS_OF_ONE.has(tile.kind);
    this.size_label.parentNode.hidden = this.size.node.hidden = count === 1; // it has the page to itself
    this.size.paint(words.say("boards.tile.size_of", { tile: kind }), tile.size, (size) => words.count(size));
    this.paint_queue(words, tile, kind);
    this.wrong.paint(this.part.page.wrong_at(`pages[${this.part.at}].tiles[${this.place}]`));
  }

  paint_queue(words, tile, kind) {
    this.queue.hidden = !KINDS_OF_ONE.has(tile.kind);
    if (this.queue.hidden) return;
    mark(this.queue, "aria-label", words.say("boards.tile.queue_of", { tile: kind }));
    const { page } = this.part;
    const rows = page.feed.body?.queues ?? {};
    const { queues } = page.draft.board;
    const ids = queues.length ? [...queues] : page.queues.there;
    if (tile.queue && !ids.includes(tile.queue)) ids.push(tile.queue);
    const together = words.say(queues.length ? "boards.tile.of_board" : "boards.tile.together");
    const none = tile.kind === "queue" ? words.say("boards.tile.which") : together;
    const options = [["", none], ...ids.map((id) => [id, words.name(rows[id]?.names, id)])];
    const made = JSON.stringify(options);
    if (made !== this.made) {
      this.made = made;
      this.queue.replaceChildren();
      for (const [value, said] of options) text(make("option", "", this.queue, { value })).data = said;
    }
    if (this.queue.value !== tile.queue) this.queue.value = tile.queue;
  }
}

class TilesPart {
  constructor(parent, page) {
    this.page = page;
    this.at = 0; // the page at hand
    this.node = make("section", "fw-tile part tiles-part", parent);
    this.title = text(make("h2", "", this.node));
    this.build_pages();
    this.sizes = text(make("p", "fw-note", this.node));
    this.list = make("ol", "tile-rows", this.node);
    this.sorter = new Sorter(this.list, (from, to) => this.move(from, to, "handle"));
    this.rows = [];
    this.wrong = new EditorWrong(this.node);
    this.build_more();
  }

  build_pages() {
    this.tabs_node = make("div", "fw-row pages", this.node);
    this.tabs = [];
    this.paging = make("div", "fw-row paging", this.node);
    const attributes = { min: "5", max: "3600", step: "1", inputmode: "numeric" };
    const changed = (seconds) => this.page.change((board) => (board.pages[this.at].seconds = seconds), "seconds");
    this.seconds = new EditorField(this.paging, "seconds", {
      ...{ type: "number", attributes, read: whole_number(5, 3600), changed },
    });
    this.earlier = this.build_turn("\u2190", () => this.move_page(-1));
    this.later = this.build_turn("\u2192", () => this.move_page(1));
    this.drop = this.build_turn("", () => this.drop_page());
  }

  build_turn(sign, press) {
    const node = make("button", "fw-button fw-quiet", this.paging, { type: "button" });
    const words = text(node);
    words.data = sign;
    node.addEventListener("click", press);
    return { node, words };
  }

  build_more() {
    const row = make("div", "fw-row", this.node);
    this.more = make("button", "fw-button more", row, { type: "button", "aria-expanded": "false" });
    this.more_words = text(this.more);
    this.new_page = make("button", "fw-button fw-quiet new-page", row, { type: "button" });
    this.new_page_words = text(this.new_page);
    this.new_page.addEventListener("click", () => this.add_page());
    this.palette = make("div", "palette", this.node);
    this.palette.hidden = true;
    this.more.addEventListener("click", () => this.open(this.palette.hidden));
    this.kinds = TILE_KINDS.map((kind) => {
      const node = make("button", "fw-button kind", this.palette, { type: "button", "data-kind": kind });
      node.addEventListener("click", () => this.add(kind));
      return { kind, node, name: text(make("b", "", node)), about: text(make("span", "fw-note", node)) };
    });
  }

  open(wide) {
    this.palette.hidden = !wide;
    mark(this.more, "aria-expanded", String(wide));
  }

  get tiles() {
    return this.page.draft.board.pages[this.at].tiles;
  }

  set(place, values) {
    this.page.change((board) => Object.assign(board.pages[this.at].tiles[place], values));
  }

  move(from, to, hand) {
    if (to < 0 || to >= this.tiles.length) return;
    this.page.change((board) => moved_in(board.pages[this.at].tiles, from, to));
    // The hand stays on the tile that it moved; at the end it turns back.
    const button = this.rows[to][hand];
    (button.disabled ? this.rows[to].handle : button).focus();
  }

  remove(place) {
    this.page.change((board) => board.pages[this.at].tiles.splice(place, 1));
    const next = this.rows[Math.min(place, this.tiles.length - 1)];
    (next && this.tiles.length ? next.away : this.more).focus();
    this.point(-1);
  }

  add(kind) {
    if (this.tiles.length >= BOARD_MOST.tiles) return;
    const { queues } = this.page.draft.board;
    const queue = kind === "queue" ? (queues[0] ?? this.page.queues.there[0] ?? "") : "";
    const size = kind === "queues" || kind === "trend" ? 3 : kind === "clock" ? 1 : 2;
    this.page.change((board) => board.pages[this.at].tiles.push({ kind, size, queue }));
    this.open(false);
    this.show(this.tiles.length - 1);
  }

  // To the row of a tile, from the tile in the preview.
  show(place) {
    const row = this.rows[place];
    if (!row || row.node.hidden) return;
    row.node.scrollIntoView({ block: "nearest" });
    row.handle.focus({ preventScroll: true });
  }

  point(place) {
    this.page.preview.point(place);
  }

  go(page) {
    this.at = page;
    this.open(false);
    this.page.paint();
  }

  add_page() {
    const place = this.page.draft.board.pages.length;
    if (place >= BOARD_MOST.pages) return;
    const tiles = [{ kind: "queues", size: 4, queue: "" }];
    this.page.change((board) => board.pages.push({ tiles, seconds: PAGE_SECONDS }));
    this.go(place);
  }

  move_page(by) {
    const { at } = this;
    this.page.change((board) => moved_in(board.pages, at, at + by));
    this.go(at + by);
  }

  drop_page() {
    const { at } = this;
    this.page.change((board) => board.pages.splice(at, 1));
    this.go(Math.max(0, at - 1));
  }

  paint(words, board) {
    this.at = Math.min(this.at, board.pages.length - 1);
    put(this.title, words.say("boards.shows"));
    this.paint_pages(words, board.pages);
    const { tiles } = board.pages[this.at];
    while (this.rows.length < tiles.length) this.rows.push(new TileRow(this.list, this, this.rows.length));
    this.rows.forEach((row, place) => {
      row.node.hidden = place >= tiles.length;
      if (!row.node.hidden) row.paint(words, tiles[place], tiles.length);
    });
    put(this.sizes, tiles.length > 1 ? words.say("boards.tile.sizes") : "");
    this.wrong.paint(this.page.wrong_at(`pages[${this.at}]`));
    const full = tiles.length >= BOARD_MOST.tiles;
    this.more.disabled = full;
    put(this.more_words, words.say(full ? "boards.tile.full" : "boards.tile.add"));
    for (const { kind, name, about } of this.kinds) {
      put(name, words.say(`piece.${kind}`));
      put(about, words.say(`piece_note.${kind}`));
    }
  }

  paint_pages(words, pages) {
    while (this.tabs.length < pages.length) this.add_tab();
    this.tabs.forEach(({ node, label }, place) => {
      node.hidden = place >= pages.length;
      const wrong = this.page.has_wrong(`pages[${place}]`) ? " \u26a0" : "";
      put(label, words.say("boards.page", { number: words.count(place + 1) }) + wrong);
      mark(node, "aria-pressed", String(place === this.at));
    });
    put(this.new_page_words, words.say("boards.page.add"));
    this.new_page.disabled = pages.length >= BOARD_MOST.pages;
    this.tabs_node.hidden = this.paging.hidden = pages.length < 2;
    this.seconds.paint(words.say("boards.page.seconds"), pages[this.at].seconds);
    called(this.earlier.node, words.say("boards.page.earlier"));
    called(this.later.node, words.say("boards.page.later"));
    put(this.drop.words, words.say("boards.page.remove"));
    this.earlier.node.disabled = this.at === 0;
    this.later.node.disabled = this.at === pages.length - 1;
  }

  add_tab() {
    const place = this.tabs.length;
    const node = make("button", "fw-button page-tab", this.tabs_node, { type: "button" });
    node.addEventListener("click", () => this.go(place));
    this.tabs.push({ node, label: text(node) });
  }
}
