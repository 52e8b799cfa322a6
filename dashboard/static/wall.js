// The wall: one board on a television, fed by the gateway, for months. What it draws is in
// board_screen.js; here is what a page of its own needs around that.

const TICK_MS = 200;
const PHONE = "(max-width: 700px)";
const DOUBT_MS = 4000; // between two questions why the feed does not open
const LOOKUP_MS = 60000;

class Wall {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.named = word_after("wall");
    this.unfed = JSON.parse(model.board); // until the feed says which board this is
    this.node = make("main", "wallboard", el);
    this.frame = make("div", "frame", this.node);
    this.screen = new BoardScreen(this.frame, { words: this.words, flows: this.flows });
    this.controls = new WallControls(this.node, {
      board: (id) => location.assign(at(`wall/${encodeURIComponent(id)}${location.search}`)),
      language: () => this.turn_language(),
      theme: () => this.turn_theme(),
    });
    this.kiosk = new Kiosk(this.node);
    this.training = new Training(this.node, this.node, wire("training"), this.words);
    this.missing = make("p", "missing", this.node, { role: "status" });
    this.missing_words = text(this.missing);
    this.doubted_at = performance.now();
    this.barred = false;
    this.boards = new Lookup("boards.json", [], ({ boards }) => Object.values(boards).map(({ board }) => board));
    this.passer = new Lookup("session", "", ({ role }) => role);
    this.asked = this.named ? `?board=${encodeURIComponent(this.named)}` : ""; // a display has its own
    this.feed = new Feed(wire(`${model.feed}${this.asked}`), () => this.paint());
    this.timer = setInterval(() => {
      this.feed.watch();
      this.paint();
    }, TICK_MS);
    this.paint();
  }

  stop() {
    clearInterval(this.timer);
    this.feed.stop();
    this.training.stop();
    this.controls.stop();
    this.kiosk.stop();
    this.screen.stop();
    this.node.remove();
  }

  get flows() {
    return matchMedia(PHONE).matches;
  }

  // What the address asks for, before what the board says.
  get language() {
    return new URLSearchParams(location.search).get("lang");
  }

  get theme() {
    const asked = new URLSearchParams(location.search).get("theme");
    return THEMES.includes(asked) ? asked : (this.board.theme ?? "dark");
  }

  get board() {
    const told_board = this.feed?.body?.board;
    return told_board?.pages?.length ? told_board : this.unfed;
  }

  turn_language() {
    this.words.speak(this.screen.words.next_language, true);
    this.paint();
  }

  turn_theme() {
    const address = new URL(location.href);
    address.searchParams.set("theme", THEMES[1 - THEMES.indexOf(this.theme)]);
    history.replaceState(null, "", address);
    this.paint();
  }

  paint() {
    const { feed } = this;
    if (!feed) return; // the feed tells of its first try before we have it
    const { body, link } = feed;
    const live = link === "live";
    // Waits of a floor that we no longer see stop where we last saw it.
    const now = live ? feed.now : (feed.heard_at ?? 0);
    const clock = feed.now ?? Date.now();
    const { flows } = this;
    const board = { ...this.board, theme: this.theme };
    if (this.language) board.language = this.words.language;
    if (flows !== this.screen.flows) {
      this.screen.flows = flows;
      this.screen.measure();
    }
    this.screen.paint(body, board, { now, link, clock, heard_at: feed.heard_at });
    const { words } = this.screen;
    mark(this.node, "data-theme", board.theme);
    mark(this.node, "data-flows", String(flows));
    for (const node of [this.node, document.documentElement]) mark(node, "lang", words.say("locale"));
    const name = body?.site ? words.name(body.site.names, body.site.id ?? "") : words.say("product");
    if (document.title !== name) document.title = name;
    this.controls.paint({ words, theme: board.theme, incidents: board.sound === false ? [] : incidents_of(body?.alerts), now, live });
    this.controls.bell.button.hidden = !body?.alerts || board.sound === false;
    if (this.words.language !== words.language) this.words.speak(words.language);
    this.words.set_zone(words.zone);
    this.training.paint(body?.training, now);
    this.kiosk.paint({ clock: feed.now ?? NaN, words, board, flows });
    this.newer.follow(feed.build);
    const absent = this.barred || Boolean(live && body && !body.board);
    this.missing.hidden = !absent;
    put(this.missing_words, absent ? words.say("wall.missing", { id: this.named }) : "");
    if (link === "connecting" || link === "lost") this.doubt();
    this.boards.ask(this.controls.wanted);
    this.controls.offer(this.boards.known, board, words);
    this.passer.ask(this.kiosk.is_stirred || flows);
    this.controls.open_doors(this.passer.known);
  }

  // Why the feed does not open. A screen that is not known here (any more) has to be paired.
  async doubt() {
    if (this.pairing || performance.now() - this.doubted_at < DOUBT_MS) return;
    this.doubted_at = performance.now();
    try {
      const { status } = await fetch(at(`frame${this.asked}`), { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(THERE_MS) });
      this.barred = status === 403;
      if (status !== 401 || this.pairing || this.feed.link === "live") return;
    } catch {
      return; // nobody answers: that is another trouble, and the page says so
    }
    if (typeof Pairing === "undefined") return;
    this.pairing = new Pairing(make("section", "pairing", this.node), this.words);
  }
}

// What is asked of the gateway only while somebody stands before the wall: which boards there are, and who he is.
class Lookup {
  // `read` makes of an answer what is known; `nothing` is known until there is one.
  constructor(path, nothing, read) {
    this.path = path;
    this.nothing = nothing;
    this.read = read;
    this.known = nothing;
    this.asked_at = -Infinity;
  }

  async ask(wanted) {
    if (!wanted || performance.now() - this.asked_at < LOOKUP_MS) return;
    this.asked_at = performance.now();
    try {
      const answer = await fetch(at(this.path), { cache: "no-store" });
      this.known = answer.ok ? this.read(await answer.json()) : this.nothing;
    } catch {
      this.known = this.nothing; // a display may not ask everything, and has its board
    }
  }
}

export function render({ model, el }) {
  const wall = new Wall(model, el);
  model.on("remove", () => wall.stop());
}
