// The supervisor's console: what needs somebody, who has it, and how alerts have gone.

const TICK_MS = 200;
const WHO_KEY = "floorwatch.who";
const REPORT_MS = 60000;
const DAY_MS = 86400000;
const REFUSALS = new Set([
  ...["lost", "unreadable", "over", "still_open", "acknowledged_already", "not_acknowledged"],
  ...["unknown_incident", "unknown_silence", "bad_until", "not_kept"],
]);

class Console {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.cards = new Map();
    this.selected = "";
    this.rules = null;
    this.playbooks = {};
    this.rule_name = (rule) => this.name_of_rule(rule);
    this.node = make("main", "alertboard", el);
    this.theme = new Theme(this.node);
    this.desk = new AlertDesk();
    this.build_head();
    this.build_lists();
    this.build_rail();
    this.story = new Story(this.node, this);
    this.person = new Person(this.node, () => this.words);
    this.crier = new Crier(this.node);
    this.keys = text(make("footer", "keys", this.node));
    this.key = (event) => this.press(event);
    window.addEventListener("keydown", this.key);
    this.feed = new Feed(wire(model.feed), () => this.paint());
    this.timer = setInterval(() => {
      this.feed.watch();
      this.paint();
    }, TICK_MS);
    this.paint();
  }

  stop() {
    clearInterval(this.timer);
    window.removeEventListener("keydown", this.key);
    this.feed.stop();
    this.desk.stop();
    this.bell.stop();
    this.node.remove();
  }

  build_head() {
    const head = make("header", "head", this.node);
    this.site = text(make("h1", "site", head));
    const link = make("p", "link", head, { role: "status" });
    make("i", "sign", link, { "aria-hidden": "true" });
    this.link = text(make("span", "", link));
    this.clock = text(make("time", "clock", head));
    this.wall = make("a", "quiet to-wall", head, { href: at("wall") });
    this.wall_words = text(this.wall);
    this.who = make("button", "who", head, { type: "button" });
    this.who_words = text(this.who);
    this.who.addEventListener("click", () => this.person.ask());
    this.bell = new Bell(head);
    this.toggle = make("button", "language", head, { type: "button" });
    this.toggle_words = text(this.toggle);
    this.toggle.addEventListener("click", () => {
      this.words.speak(this.words.next_language, true);
      this.paint();
    });
  }

  build_lists() {
    this.lists = make("div", "lists", this.node);
    this.quiet = make("section", "all-quiet", this.lists);
    make("i", "shape", this.quiet, { "aria-hidden": "true" });
    this.quiet_words = text(make("p", "calm", this.quiet));
    this.quiet_note = text(make("p", "note", this.quiet));
    this.open = this.build_list("open");
    this.over = this.build_list("over");
    this.today = new Today(this.lists, this);
  }

  build_list(name) {
    const node = make("section", `list ${name}`, this.lists);
    const title = text(make("h2", "", node));
    return { name, node, title, cards: make("div", "cards", node) };
  }

  build_rail() {
    const rail = make("div", "rail", this.node);
    this.week = new Week(rail);
    this.silences = new Silences(rail, this);
    this.muted = new Muted(rail);
    this.rules_panel = new Rules(rail);
  }

  // The server's time now; that of the last frame where the feed is not alive.
  get now() {
    return this.feed.link === "live" ? this.feed.now : (this.feed.heard_at ?? 0);
  }

  get focused() {
    return this.node.getRootNode().activeElement;
  }

  get incidents() {
    return incidents_of(this.feed.body?.alerts);
  }

  playbook(id) {
    const guide = this.playbooks?.[id];
    return guide ? this.words.name(guide, "") : "";
  }

  name_of_rule(rule) {
    const known = this.rules?.find((each) => each.id === rule)?.names;
    const told = this.incidents.find(([, incident]) => incident.rule === rule)?.[1].rule_names;
    return this.words.name(known ?? told, rule);
  }

  // Carry out a wish of a card or panel, as the person who sits here. Resolves to whether it was done.
  async act(from, wish) {
    const who = this.person.name || (await this.person.ask());
    if (!who) return false;
    const incident = from.id ? { incident: from.id } : {};
    from.refuse("");
    const answer = await this.desk.wish({ ...incident, ...wish, who });
    const why = REFUSALS.has(answer.why) ? answer.why : "other";
    if (!answer.done) from.refuse(this.words.say(`refused.${why}`, { why: answer.why }));
    this.paint();
    return answer.done;
  }

  select(id) {
    this.selected = id;
  }

  tell_story(id) {
    this.story.tell(id);
  }

  // j and k go from card to card; other letters are for the card that is the one.
  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.key === "Escape") return this.escape();
    if (event.composedPath()[0]?.matches?.("input, select, textarea") || this.story.open) return;
    const letter = event.key.toLowerCase();
    if (letter === "j" || letter === "k") this.step(letter === "j" ? 1 : -1);
    else if (!this.card?.type(letter)) return;
    event.preventDefault();
  }

  escape() {
    if (this.person.open) return; // it closes itself
    if (this.story.open) return this.story.shut();
    if (this.card?.fold()) this.card.node.focus({ preventScroll: true });
  }

  get card() {
    return this.cards.get(this.selected) ?? this.cards.get(this.order?.[0]);
  }

  step(by) {
    const order = this.order ?? [];
    if (!order.length) return;
    const place = order.indexOf(this.selected);
    const next = place < 0 ? 0 : Math.min(order.length - 1, Math.max(0, place + by));
    this.cards.get(order[next]).node.focus();
  }

  paint() {
    const { feed, words } = this;
    const body = feed.body;
    const link = feed.link;
    words.set_zone(body?.site?.time_zone);
    words.places = places_of(body);
    const now = this.now;
    mark(this.node, "data-link", link);
    mark(this.node, "lang", words.say("locale"));
    mark(document.documentElement, "lang", words.say("locale"));
    this.paint_head(body, link);
    this.paint_lists(body, now);
    this.paint_rail(body, now);
    const incident = body?.alerts?.incidents?.[this.story.id];
    this.story.paint(incident, words);
    this.person.paint(words);
    put(this.keys, words.say("keys"));
    this.bell.paint(this.incidents, { words, now, live: link === "live" });
    this.newer.follow(feed.build);
    this.read();
  }

  paint_head(body, link) {
    const { feed, words } = this;
    const site = body?.site;
    const name = site ? words.name(site.names, site.id ?? "") : words.say("product");
    const calling = this.incidents.filter(([, each]) => calls_for_somebody(each, this.now)).length;
    put(this.site, words.say("console.title", { site: name }));
    const title = `${calling ? `(${words.count(calling)}) ` : ""}${this.site.data}`;
    if (document.title !== title) document.title = title;
    put(this.link, words.say(`link.${link}`, { time: words.time(feed.heard_at) }));
    put(this.clock, words.time(feed.now ?? NaN));
    put(this.wall_words, words.say("console.wall"));
    put(this.who_words, this.person.name || words.say("who.unknown"));
    mark(this.who, "title", words.say("who.change"));
    put(this.toggle_words, words.say("language.other"));
    mark(this.toggle, "lang", words.next_language);
  }

  paint_lists(body, now) {
    const { words } = this;
    const open = this.incidents.filter(([, incident]) => is_open(incident));
    const over = this.incidents.filter(([, incident]) => incident.state === "ended" && !incident.closed);
    this.order = [...open, ...over].map(([id]) => id);
    for (const [id, card] of this.cards) {
      if (this.order.includes(id)) continue;
      card.node.remove();
      this.cards.delete(id);
    }
    this.paint_list(this.open, open, now);
    this.paint_list(this.over, over, now);
    this.crier.paint(open.filter(([, each]) => each.state === "firing"), words);
    this.quiet.hidden = open.length > 0;
    const watched = Boolean(body?.alerts);
    mark(this.quiet, "data-watched", String(watched));
    put(this.quiet_words, words.say(watched ? "quiet" : body ? "quiet.nobody" : "quiet.awaited"));
    put(this.quiet_note, watched ? this.promise(body) : "");
    this.today.paint(words, this.order);
  }

  // What we watch, and how often we may be wrong.
  promise(body) {
    const { words } = this;
    const queues = words.count(Object.keys(body.queues ?? {}).length);
    const promised = (this.rules ?? []).map(alarms_a_week).filter((alarms) => alarms > 0);
    const sum = Math.round(promised.reduce((all, each) => all + each, 0) * 10) / 10;
    const said = promised.length
      ? words.say("quiet.promise", { queues, rules: words.count(promised.length), alarms: words.count(sum) })
      : words.say("quiet.watching", { queues });
    return body.alerts.learning ? `${said} ${words.say("alerts.learning_floor")}` : said;
  }

  paint_list({ node, title, name, cards }, incidents, now) {
    const { words } = this;
    node.hidden = incidents.length === 0;
    put(title, words.say(`list.${name}`, { count: words.count(incidents.length) }));
    let after = null;
    for (const [id, incident] of incidents) {
      if (!this.cards.has(id)) this.cards.set(id, new Card(cards, id, this));
      const card = this.cards.get(id);
      const place = after ? after.nextElementSibling : cards.firstElementChild;
      if (place !== card.node) cards.insertBefore(card.node, place);
      after = card.node;
      mark(card.node, "data-selected", String(this.selected === id));
      card.paint(incident, { words, now });
    }
  }

  paint_rail(body, now) {
    const { words, rule_name } = this;
    const alerts = body?.alerts;
    this.week.show(this.report, { words, rule_name });
    this.silences.show(alerts?.silences, { words, now, rule_name });
    this.muted.show(alerts?.muted, { words, rule_name });
    this.rules_panel.show(this.rules, body, { words, now });
  }

  // What the feed does not tell: asked for once we are connected, and what changes, now and then.
  async read() {
    if (this.feed.link !== "live" || !this.feed.body?.alerts) return;
    const due = this.read_at === undefined || performance.now() - this.read_at > REPORT_MS;
    const state = JSON.stringify(
      this.incidents.map(([id, each]) => [id, each.state, each.acked, each.verdict, each.closed]),
    );
    if (!due && state === this.read_state) return;
    this.read_at = performance.now();
    this.read_state = state;
    if (!this.rules) {
      this.playbooks = (await this.desk.ask("playbooks")) ?? {};
      const rules = await this.desk.ask("rules");
      this.rules = Array.isArray(rules) ? rules : (rules?.rules ?? null);
    }
    this.report = await this.desk.ask("alerts/report");
    const to = Math.round(this.now);
    const from = this.feed.body?.site?.day_start_at ?? to - DAY_MS;
    this.today.take(await this.desk.ask("incidents", { from, to }));
  }
}

export function render({ model, el }) {
  const page = new Console(model, el);
  model.on("remove", () => page.stop());
}
