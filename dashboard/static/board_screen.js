// Draws any board, from any body of the feed, into any box: a television, or a preview in a page.
//
//   const screen = new BoardScreen(container, { words });
//   screen.paint(body, board, { now, link });        // as often as anything may have changed
//   screen.stop();
//
// The container has a size of its own; the board fills it, and scales with it. `words` speaks for the
// page; the board speaks its own language (`board.language`) if it has one. Scripts that it needs stand in
// dashboard.wall.BOARD_SCRIPTS (after dom.js, words.js, feed.js), styles in BOARD_STYLES, and the words
// in the domains "shared" and "wall".

const TILES = {
  waiting: WaitingTile,
  longest: LongestTile,
  service_level: ServiceTile,
  counts: CountsTile,
  agents: AgentsTile,
  trend: TrendTile,
  queues: QueuesTile,
  queue: QueueTile,
  notice: NoticeTile,
  alerts: AlertsTile,
  clock: ClockTile,
};
const LANGUAGE_TURN_MS = 20000;
const LEAST_STAY_MS = 8000;
const FLOW_U = 6.2; // px, on a phone
const FLOW_LEAST = 17;
const FLOW_HEIGHTS = { waiting: 28, longest: 28, service_level: 30, counts: 44, agents: 46, trend: 44, queue: 34, notice: 34, alerts: 40, clock: 24 };

class BoardScreen {
  // `flows`: on a phone, where the tiles stand one below the other and the page scrolls.
  constructor(container, { words, flows = false }) {
    this.words = new Words(words.catalogues, words.language);
    this.spoken = words;
    this.flows = flows;
    this.node = make("div", "board fw-wall", container);
    this.head = new BoardHead(this.node);
    this.banner = new Banner(this.node);
    this.stage = make("div", "stage", this.node);
    this.foot = new BoardFoot(this.node);
    this.pages = [];
    this.built = "";
    this.turns = []; // what stands on the screen at once, one after the other
    this.turn_place = 0;
    this.turned_at = performance.now();
    this.laid = "";
    this.digits = 2;
    this.unreachable = false;
    this.room = { width: 0, height: 0, u: 1, least: 1 };
    // In a frame of its own: what we change there must not be seen by the same watch.
    this.watcher = new ResizeObserver(() => requestAnimationFrame(() => this.measure()));
    this.watcher.observe(this.node);
    this.watcher.observe(this.stage);
    this.measure();
  }

  stop() {
    this.watcher.disconnect();
    this.node.remove();
  }

  // The board's box sets the unit; what head, banner and foot leave is for the tiles.
  measure() {
    const width = this.node.clientWidth;
    const height = this.node.clientHeight;
    const u = this.flows ? FLOW_U : Math.min(width, height) / 100;
    const least = this.flows ? FLOW_LEAST : Math.max(2.5 * u, height / 40);
    mark(this.node, "data-flows", String(this.flows));
    mark(this.node, "data-shape", width < height * 0.9 ? "tall" : "wide");
    this.node.style.setProperty("--u", `${u.toFixed(3)}px`);
    this.node.style.setProperty("--least", `${least.toFixed(2)}px`);
    this.room = { width: this.stage.clientWidth, height: this.stage.clientHeight, u, least };
    if (this.last) this.paint(...this.last);
  }

  // `now`: the moment that the figures are of; `clock`: what the time is, if that is another one;
  // `heard_at`: when we last heard of the floor.
  paint(body, board, { now, link = "live", clock = now, heard_at = now }) {
    this.last = [body, board, { now, link, clock, heard_at }];
    this.build(board);
    this.speak(board, body, clock);
    const { words } = this;
    mark(this.node, "data-link", link);
    mark(this.node, "data-theme", board.theme ?? "dark");
    mark(this.node, "lang", words.say("locale"));
    const queues = queues_of(body, board);
    const view = { body, board, words, now, link, clock, heard_at, queues };
    this.lay(body, queues.length);
    this.turn(view);
    view.shown_ms = performance.now() - this.turned_at;
    this.head.paint(view);
    this.banner.paint(body?.alerts, { words, now });
    const { u, width, least } = this.room;
    const strip = this.flows
      ? { width: width - 5 * u, height: Infinity, least, most: least }
      : { width: width - 34 * u, height: least * (least > 3 * u ? 4 : 2.7), least, most: Math.max(least, 4 * u) };
    const shows_notices = board.pages.some((page) => page.tiles.some(({ kind }) => kind === "notice"));
    this.foot.paint(view, { shows_notices, room: strip });
    for (const tile of this.shown) tile.paint(view);
  }

  speak(board, body, clock) {
    const { words, spoken } = this;
    const languages = Object.keys(words.catalogues);
    let wished = board.language || spoken.language;
    if (wished === "both") wished = languages[Math.floor((clock ?? 0) / LANGUAGE_TURN_MS) % languages.length];
    if (wished in words.catalogues && wished !== words.language) words.speak(wished);
    words.set_zone(body?.site?.time_zone);
  }

  // Tiles are made once for a board; a board that was changed makes them anew.
  build(board) {
    const built = JSON.stringify(board.pages);
    if (built === this.built) return;
    this.built = built;
    this.laid = "";
    this.turns = []; // of the tiles that went; laid anew as soon as there is room
    this.turn_place = 0;
    this.turned_at = performance.now();
    this.stage.replaceChildren();
    this.pages = board.pages.map((page) => {
      const node = make("div", "page", this.stage);
      const tiles = page.tiles.filter(({ kind }) => kind in TILES);
      return { node, tiles: tiles.map((tile) => new TILES[tile.kind](node, tile)) };
    });
  }

  // The tiles that stand on the screen now.
  get shown() {
    if (this.flows) return this.pages.flatMap(({ tiles }) => tiles);
    const turn = this.turns[this.turn_place];
    return turn ? turn.boxes.map(({ place }) => this.pages[turn.page].tiles[place]) : [];
  }

  // The next turn, when this one was seen for long enough: all turns of its tables too.
  turn({ board }) {
    const count = this.flows ? 1 : this.turns.length;
    const tables = Math.max(1, ...this.shown.map((tile) => tile.pages ?? 1));
    const turn = this.turns[this.turn_place];
    const parts = this.turns.filter(({ page }) => page === turn?.page).length || 1;
    const seconds = board.pages[turn?.page ?? 0]?.seconds ?? 20;
    const stay_ms = Math.max((seconds * 1000) / parts, LEAST_STAY_MS, tables * TURN_MS);
    const passed_ms = performance.now() - this.turned_at;
    if (count > 1 && passed_ms >= stay_ms) {
      this.turn_place = (this.turn_place + 1) % count;
      this.turned_at = performance.now();
      this.show_turn();
    }
    this.head.dots.paint(count, this.turn_place, Math.min(1, passed_ms / stay_ms));
  }

  // Everything that a page has is kept, and only what has its turn is shown.
  show_turn() {
    const shown = new Set(this.shown);
    this.pages.forEach(({ node, tiles }, place) => {
      node.hidden = !this.flows && place !== this.turns[this.turn_place]?.page;
      for (const tile of tiles) tile.node.hidden = !shown.has(tile);
    });
    if (this.flows) return;
    for (const { place, box } of this.turns[this.turn_place]?.boxes ?? []) {
      this.pages[this.turns[this.turn_place].page].tiles[place].place(box, this.room);
    }
  }

  lay(body, queues) {
    const { room, flows } = this;
    const agents = body?.totals?.agents ?? {};
    const most = Math.max(1, ...AGENT_STATES.map((state) => agents[state] || 0));
    // Never less than it was: the page must not swing to and fro.
    this.digits = Math.max(this.digits, String(most).length);
    this.unreachable ||= agents.unreachable > 0;
    const contents = { queues, digits: this.digits, unreachable: this.unreachable };
    const laid = JSON.stringify([room, flows, contents]);
    if (laid === this.laid || room.width <= 0 || room.height <= 0) return;
    this.laid = laid;
    const box = { ...room, gap: 1.4 * room.u };
    contents.row = room.least * (room.least > 3 * room.u ? 2.75 : 1.62); // a tall screen's stand in two lines
    this.turns = flows ? [] : this.pages.flatMap(({ tiles }, page) =>
      turns_of(tiles.map(({ tile }) => tile), box, contents).map((boxes) => ({ page, boxes })),
    );
    if (this.turn_place >= this.turns.length) {
      this.turn_place = 0;
      this.turned_at = performance.now();
    }
    if (flows) this.let_flow();
    this.show_turn();
  }

  // On a phone: each tile as wide as the page, two of the small ones side by side.
  let_flow() {
    const { room } = this;
    for (const { tiles } of this.pages) {
      tiles.forEach((tile, place) => {
        const narrow = [tiles[place - 1], tiles[place + 1]].some((other) => is_small(tile) && other && is_small(other));
        const width = narrow ? room.width / 2 - room.u : room.width;
        const height = tile.tile.kind === "queues" ? 0 : FLOW_HEIGHTS[tile.tile.kind] * room.u;
        tile.flows = true;
        tile.place({ left: 0, top: 0, width, height }, room);
      });
    }
  }
}

function is_small({ tile }) {
  return tile.kind === "waiting" || tile.kind === "longest";
}

// The board's queues: in its order if it names any, else in the site's.
function queues_of(body, board) {
  const all = body?.queues ?? {};
  if (board.queues?.length) return board.queues.filter((id) => all[id]).map((id) => [id, all[id]]);
  return Object.entries(all).sort(in_order);
}

function in_order([a, one], [b, other]) {
  return (one.order ?? Infinity) - (other.order ?? Infinity) || (a < b ? -1 : 1);
}
