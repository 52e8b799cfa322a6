// The page of a floor walk: for a phone in the hand. It works while the connection is away, and sends
// what was noted once it is back. Beside the walk: the hand-over and the notices, on the same phone.

const WALK_TICK_MS = 250;
const WALK_TABS = ["walk", "handover", "notices"];

class WalkPage {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.node = make("main", "fw-desk walk-page", el);
    this.theme = new Theme(this.node);
    this.road = new Road();
    this.self = LifeSelf.of(this.road);
    this.outbox = new WalkOutbox(this.road, this.self, (entry, answer) => this.taken(entry, answer));
    this.tour = new Tour(this.outbox, this.self);
    this.asked = new LifeAsked(this.road, "walk-choices", () => ({}));
    this.build_head();
    const [walk, handover, notices] = WALK_TABS.map((name) => this.build_tab(name));
    this.build_walk(walk.node);
    handover.part = new HandOver(handover.node, this);
    notices.part = new Notices(notices.node, this);
    this.tabs = [walk, handover, notices];
    this.turned = () => this.paint();
    window.addEventListener("hashchange", this.turned);
    this.feed = new Feed(wire(model.feed), () => this.paint());
    this.timer = setInterval(() => {
      this.feed.watch();
      this.road.watch(this.feed);
      this.outbox.flush();
      this.paint();
    }, WALK_TICK_MS);
    this.paint();
  }

  stop() {
    clearInterval(this.timer);
    window.removeEventListener("hashchange", this.turned);
    this.feed.stop();
    this.outbox.stop();
    this.road.stop();
    this.node.remove();
  }

  build_head() {
    const head = make("header", "walk-head", this.node);
    this.title = text(make("h1", "", head));
    const link = make("span", "fw-tag walk-link", head, { role: "status" });
    this.link_node = link;
    this.link_sign = make("i", "fw-shape", link, { "aria-hidden": "true" });
    this.link = text(make("span", "", link));
    this.floor = make("a", "fw-button fw-quiet", head, { href: at("floor") });
    this.floor_words = text(this.floor);
    this.language = button_in(head, "fw-quiet", () => {
      this.words.speak(this.words.next_language, true);
      this.paint();
    });
    this.nav = make("nav", "walk-tabs", this.node);
  }

  build_tab(name) {
    const tab = make("button", "walk-tab", this.nav, { type: "button" });
    tab.addEventListener("click", () => (location.hash = name));
    const node = make("div", "walk-body", this.node, { "data-tab": name });
    return { name, tab, words: text(tab), node, title: text(make("h2", "fw-unseen", node)), part: null };
  }

  build_walk(node) {
    const left = make("div", "walk-left", node);
    const bar = make("div", "walk-bar", left);
    const going = make("div", "walk-going", bar, { role: "status" });
    this.going = text(make("b", "", going));
    this.waiting_node = make("p", "fw-note walk-waiting", going);
    this.waiting = text(this.waiting_node);
    this.begin = button_in(bar, [], () => this.turn());
    this.note = new WalkNote(left, this);
    this.refused = make("ul", "walk-refused", left);
    this.called = new LifeName(left, this.self);
    this.walks = new Walks(node, { ...this, linked: false });
  }

  get body() {
    return this.feed?.body ?? null;
  }

  get now() {
    return Math.round(this.feed?.now ?? Date.now());
  }

  get choices() {
    return this.asked.told;
  }

  get tab() {
    const name = location.hash.slice(1);
    return WALK_TABS.includes(name) ? name : WALK_TABS[0];
  }

  // Begin a walk, or end the one that is going on.
  turn() {
    if (this.tour.going) {
      this.tour.end(this.now);
      this.outbox.release();
    } else this.tour.begin(this.now);
    this.paint();
  }

  async keep(data, wait_ms) {
    const { now } = this;
    const walk = this.tour.begin(now);
    this.tour.noted(1, now);
    return this.outbox.add("walk.note", this.self.signed({ ...data, walk, at: now }), wait_ms);
  }

  async take_back(number) {
    const dropped = await this.outbox.drop(number);
    if (dropped && this.tour.going) this.tour.noted(-1, this.now);
    return dropped;
  }

  taken(entry, answer) {
    this.walks.stale();
    if (entry.deed !== "walk.note" || !answer.again) return;
    const values = { what: this.note.told(entry.data), count: this.words.count(answer.again + 1) };
    this.note.mind(this.words.say("walk.again", values));
  }

  paint() {
    if (!this.feed) return;
    const { words, feed } = this;
    words.set_zone(this.body?.site?.time_zone);
    const link = feed.link;
    mark(this.node, "data-link", link);
    mark(this.node, "lang", words.say("locale"));
    mark(document.documentElement, "lang", words.say("locale"));
    this.self.paint();
    if (link === "live") this.asked.paint(undefined, this.now);
    this.paint_head(link);
    for (const { name, tab, node, title, words: label, part } of this.tabs) {
      put(label, words.say(`walk_tab.${name}`));
      put(title, label.data);
      mark(tab, "aria-current", name === this.tab ? "page" : "false");
      node.hidden = name !== this.tab;
      if (part && !node.hidden) part.paint(this.body, this.now);
    }
    if (this.tab === "walk") this.paint_walk();
    this.newer.follow(feed.build);
  }

  paint_head(link) {
    const { words, feed } = this;
    const site = words.name(this.body?.site?.names, this.body?.site?.id ?? words.say("product"));
    put(this.title, site);
    const title = words.say("walk.page", { site });
    if (document.title !== title) document.title = title;
    mark(this.link_node, "data-tone", link === "live" ? "good" : link === "connecting" ? "" : "warn");
    mark(this.link_sign, "data-shape", link === "live" ? "disc" : "triangle");
    put(this.link, link === "lost" ? words.say("walk.offline") : words.say(`link.${link}`, { time: words.time(feed.heard_at) }));
    put(this.floor_words, words.say("walk.console"));
    put(this.language.words, words.say("language.other"));
    mark(this.language.node, "lang", words.next_language);
  }

  paint_walk() {
    const { words, tour, outbox } = this;
    tour.forget(this.now);
    const { began_at, count = 0 } = tour.going ? tour.kept : {};
    const values = { length: life_length(this.now - began_at, words), count: words.count(count) };
    put(this.going, tour.going ? words.say("walk.going", values) : words.say("walk.not_going"));
    put(this.begin.words, tour.going ? words.say("walk.end") : words.say("walk.begin"));
    this.called.paint(words);
    this.note.paint(words);
    this.paint_waiting(words, outbox);
    this.walks.paint(this.body, this.now);
  }

  paint_waiting(words, outbox) {
    const notes = outbox.waiting.filter(({ deed, due }) => deed === "walk.note" && due <= Date.now());
    const others = notes.filter((entry) => !outbox.mine(entry)).length;
    const count = words.count(notes.length - others);
    const told = notes.length > others ? [words.say(outbox.safe ? "walk.waiting" : "walk.waiting_unsafe", { count })] : [];
    mark(this.waiting_node, "data-waiting", String(told.length > 0));
    if (others) told.push(words.say("walk.others", { count: words.count(others) }));
    put(this.waiting, told.join(" ") || words.say("walk.all_sent"));
    keep_rows(this.refused, outbox.refused.map((entry) => [entry.n, entry]), (list, n) => this.build_refused(list, n), (row, entry) => {
      const what = entry.deed === "walk.note" ? this.note.told(entry.data) : words.say("walk.itself");
      put(row.words, words.say("walk.refused", { what, why: words.refusal(entry) }));
      put(row.out.words, words.say("walk.drop"));
    });
  }

  build_refused(list, n) {
    const node = make("li", "fw-said", list, { "data-tone": "bad" });
    return { node, words: text(make("span", "", node)), out: button_in(node, "fw-quiet", () => this.outbox.drop(n)) };
  }
}

export function render({ model, el }) {
  const page = new WalkPage(model, el);
  model.on("remove", () => page.stop());
}
