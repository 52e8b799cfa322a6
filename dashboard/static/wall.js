// The wall: one page, built once and repainted in place. Every text from the floor goes into the
// page as text, never as markup.

const TROUBLES = ["gaps", "rejected", "out_of_step", "late", "repeated", "ghosts"];
const DENSE_ROWS = 5;
const TICK_MS = 200;

class Wall {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.rows = new Map();
    this.node = make("main", "wallboard", el);
    this.build_head();
    this.banner = new Banner(this.node);
    this.totals = new Totals(this.node);
    this.build_table();
    this.build_foot();
    this.training = new Training(this.head, this.node, wire("training"), this.words);
    this.feed = new Feed(wire(model.feed), () => this.paint());
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
    this.bell.stop();
    this.node.remove();
  }

  build_head() {
    const head = make("header", "head", this.node);
    this.head = head;
    this.site = text(make("h1", "site", head));
    const link = make("p", "link", head, { role: "status" });
    make("i", "sign", link, { "aria-hidden": "true" });
    this.link = text(make("span", "", link));
    this.day = text(make("span", "date", head));
    this.clock = text(make("time", "clock", head));
    this.bell = new Bell(head);
    this.toggle = make("button", "language", head, { type: "button" });
    this.toggle_words = text(this.toggle);
    this.toggle.addEventListener("click", () => {
      this.words.speak(this.words.next_language, true);
      this.paint();
    });
  }

  build_table() {
    this.table = make("section", "queues", this.node, { role: "table" });
    const heads = make("div", "row heads", this.table, { role: "row" });
    const names = ["name", "waiting", "longest", "service", ...COUNTS, "people", "day"];
    this.heads = names.map((name) => {
      const cell = make("div", `cell ${name}`, heads, { role: "columnheader" });
      if (name === "people") this.agents = new Agents(cell);
      return [name, text(cell)];
    });
    this.none = make("p", "none", this.node);
    this.none_words = text(this.none);
  }

  build_foot() {
    const foot = make("footer", "foot", this.node);
    this.parts = new Parts(foot);
    this.feeds = text(make("span", "feeds", foot));
    this.learning = text(make("span", "learning", foot));
    this.health = text(make("span", "health", foot));
  }

  paint() {
    const { feed, words } = this;
    const body = feed.body;
    const link = feed.link;
    words.set_zone(body?.site?.time_zone);
    // Waits of a floor that we no longer see stop where we last saw it.
    const now = link === "live" ? feed.now : (feed.heard_at ?? 0);
    mark(this.node, "data-link", link);
    mark(this.node, "lang", words.say("locale"));
    mark(document.documentElement, "lang", words.say("locale"));
    this.paint_head(body, link);
    this.paint_alerts(body?.alerts, { now, live: link === "live" });
    const queues = Object.entries(body?.queues ?? {}).sort(in_order);
    const figures = queues.map(([, queue]) => queue);
    this.totals.paint(body?.totals ?? {}, figures, { words, now });
    const live = link === "live";
    this.paint_rows(queues, { now, live });
    this.paint_foot(body, live);
    this.training.paint(body?.training, now);
    this.newer.follow(feed.build);
  }

  paint_head(body, link) {
    const { feed, words } = this;
    const site = body?.site;
    const name = site ? words.name(site.names, site.id ?? "") : words.say("product");
    put(this.site, name);
    if (document.title !== name) document.title = name;
    put(this.link, words.say(`link.${link}`, { time: words.time(feed.heard_at) }));
    put(this.clock, words.time(feed.now ?? NaN));
    put(this.day, words.day(feed.now ?? NaN));
    put(this.toggle_words, words.say("language.other"));
    mark(this.toggle, "lang", words.next_language);
  }

  paint_alerts(alerts, { now, live }) {
    const { words } = this;
    const shown = this.banner.paint(alerts, { words, now });
    mark(this.node, "data-alarms", String(shown > 0));
    this.bell.button.hidden = !alerts;
    this.bell.paint(incidents_of(alerts), { words, now, live });
    put(this.learning, alerts?.learning ? words.say("alerts.learning_floor") : "");
  }

  paint_rows(queues, { now, live }) {
    const { words } = this;
    for (const [name, label] of this.heads) {
      if (name !== "people") put(label, words.say(`head.${name}`));
    }
    this.agents.paint(undefined, words);
    mark(this.table, "aria-label", words.say("head.name"));
    mark(this.table, "data-dense", String(queues.length > DENSE_ROWS));
    this.table.style.setProperty("--rows", String(Math.max(queues.length, 1)));
    for (const [id, row] of this.rows) {
      if (queues.some(([name]) => name === id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    const figures = queues.map(([, queue]) => queue);
    const mixed = ["target_ms", "variant", "goal"].some((key) => shared(figures, key) === undefined);
    let after = this.table.firstElementChild;
    for (const [id, queue] of queues) {
      if (!this.rows.has(id)) this.rows.set(id, new Row(this.table));
      const row = this.rows.get(id);
      if (after.nextElementSibling !== row.node) after.after(row.node);
      after = row.node;
      row.paint(id, queue, { words, now, mixed, live });
    }
    this.none.hidden = queues.length > 0;
    put(this.none_words, words.say(this.feed.body ? "queues.none" : "queues.awaited"));
  }

  paint_foot(body, live) {
    const { words } = this;
    const feeds = Object.entries(body?.feeds ?? {}).map(([name, feed]) => {
      const state = QUEUE_STATES.has(feed.state) ? feed.state : "unknown";
      return `${name} ${told(state, feed.heard_at, { words, live })}`;
    });
    put(this.feeds, feeds.join("   "));
    this.parts.paint(body?.parts ?? {}, words);
    const health = body?.health ?? {};
    const troubles = TROUBLES.filter((name) => health[name] > 0).map((name) =>
      words.say(`health.${name}`, { count: words.count(health[name]) }),
    );
    put(this.health, troubles.join(" · "));
  }
}

function in_order([a, one], [b, other]) {
  return (one.order ?? Infinity) - (other.order ?? Infinity) || (a < b ? -1 : 1);
}

export function render({ model, el }) {
  const wall = new Wall(model, el);
  model.on("remove", () => wall.stop());
}
