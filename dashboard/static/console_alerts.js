// The alerts: those that go on, those to be closed, those of the day; and beside them how alerts go.

const REPORT_MS = 60000;
const DAY_MS = 86400000;

class AlertLists {
  constructor(page) {
    this.page = page;
    this.cards = new Map();
    this.order = [];
    this.rules = null;
    this.playbooks = {};
    this.node = make("div", "lists", page.stage);
    this.quiet = make("section", "all-quiet", this.node);
    make("i", "tick", this.quiet, { "aria-hidden": "true" });
    this.quiet_words = text(make("p", "calm", this.quiet));
    this.quiet_note = text(make("p", "fw-note", this.quiet));
    this.open = this.build_list("open");
    this.over = this.build_list("over");
    this.today = new Today(this.node, page);
    this.crier = new Crier(page.node);
  }

  build_list(name) {
    const node = make("section", `list ${name}`, this.node);
    const title = text(make("h2", "", node));
    return { name, node, title, cards: make("div", "cards", node) };
  }

  name_of_rule(rule) {
    const known = this.rules?.find((each) => each.id === rule)?.names;
    const told = this.page.incidents.find(([, incident]) => incident.rule === rule)?.[1].rule_names;
    return this.page.words.name(known ?? told, rule);
  }

  playbook(id) {
    const guide = this.playbooks?.[id];
    return guide ? this.page.words.name(guide, "") : "";
  }

  get card() {
    return this.cards.get(this.page.selected) ?? this.cards.get(this.order[0]);
  }

  // j and k go from card to card; other letters are for the card that is the one.
  press(letter) {
    if (letter !== "j" && letter !== "k") return Boolean(this.card?.type(letter));
    const order = this.order.filter((id) => this.cards.get(id).node.offsetParent);
    const place = order.indexOf(this.page.selected);
    const step = letter === "j" ? 1 : -1;
    const next = place < 0 ? 0 : Math.min(order.length - 1, Math.max(0, place + step));
    if (order.length) this.cards.get(order[next]).node.focus();
    return true;
  }

  // Put away what stands open on the card. Says whether anything did.
  fold() {
    const folded = Boolean(this.card?.fold());
    if (folded) this.card.node.focus({ preventScroll: true });
    return folded;
  }

  paint(body, { words, now }) {
    const { incidents } = this.page;
    const open = incidents.filter(([, incident]) => is_open(incident));
    const over = incidents.filter(([, incident]) => incident.state === "ended" && !incident.closed);
    this.order = [...open, ...over].map(([id]) => id);
    for (const [id, card] of this.cards) {
      if (this.order.includes(id)) continue;
      card.node.remove();
      this.cards.delete(id);
    }
    this.paint_list(this.open, open, { words, now });
    this.paint_list(this.over, over, { words, now });
    this.crier.paint(open.filter(([, each]) => each.state === "firing"), words);
    this.quiet.hidden = open.length > 0;
    const watched = Boolean(body?.alerts);
    mark(this.quiet, "data-watched", String(watched));
    put(this.quiet_words, words.say(watched ? "quiet" : body ? "quiet.nobody" : "quiet.awaited"));
    const lit = this.page.strip.lit;
    mark(this.quiet, "data-lit", String(lit.length > 0));
    const but = lit.length ? words.say("quiet.but", { what: lit.join(words.say("list.comma")) }) : "";
    put(this.quiet_note, watched ? [but, this.promise(body, words)].filter(Boolean).join(" ") : "");
    this.today.paint(words, this.order);
  }

  // What we watch, and how often we may be wrong.
  promise(body, words) {
    const queues = words.count(Object.keys(body.queues ?? {}).length);
    const promised = (this.rules ?? []).map(alarms_a_week).filter((alarms) => alarms > 0);
    const sum = Math.round(promised.reduce((all, each) => all + each, 0) * 10) / 10;
    const said = promised.length
      ? words.say("quiet.promise", { queues, rules: words.count(promised.length), alarms: words.count(sum) })
      : words.say("quiet.watching", { queues });
    return body.alerts.learning ? `${said} ${words.say("alerts.learning_floor")}` : said;
  }

  paint_list({ node, title, name, cards }, incidents, { words, now }) {
    node.hidden = incidents.length === 0;
    put(title, words.say(`list.${name}`, { count: words.count(incidents.length) }));
    let after = null;
    for (const [id, incident] of incidents) {
      if (!this.cards.has(id)) this.cards.set(id, new Card(cards, id, this.page));
      const card = this.cards.get(id);
      const place = after ? after.nextElementSibling : cards.firstElementChild;
      if (place !== card.node) cards.insertBefore(card.node, place);
      after = card.node;
      mark(card.node, "data-selected", String(this.page.selected === id));
      card.paint(incident, { words, now });
    }
  }

  // What the feed does not tell: asked for once we are connected, and what changes, now and then.
  async read(body, now) {
    const { road, feed, incidents } = this.page;
    if (feed.link !== "live" || !body?.alerts) return;
    const due = this.read_at === undefined || performance.now() - this.read_at > REPORT_MS;
    const state = JSON.stringify(
      incidents.map(([id, each]) => [id, each.state, each.acked, each.verdict, each.closed]),
    );
    if (!due && state === this.read_state) return;
    this.read_at = performance.now();
    this.read_state = state;
    if (!this.rules) {
      this.playbooks = (await road.ask("playbooks")) ?? {};
      const rules = await road.ask("rules");
      this.rules = Array.isArray(rules) ? rules : (rules?.rules ?? null);
    }
    this.report = await road.ask("alerts/report");
    const to = Math.round(now);
    const from = body.site?.day_start_at ?? to - DAY_MS;
    this.today.take(await road.ask("incidents", { from, to }));
  }
}

// The view of alerts: their lists, and the rail.
class AlertsView {
  constructor(parent, page, lists) {
    this.lists = lists;
    this.node = make("div", "view alerts", parent);
    this.place = make("div", "place", this.node);
    const rail = make("div", "rail", this.node);
    this.week = new Week(rail);
    this.silences = new Silences(rail, page);
    this.muted = new Muted(rail);
    this.rules = new Rules(rail);
    this.keys = text(make("p", "fw-note keys", this.node));
  }

  paint(floor, { words, now }) {
    if (this.lists.node.parentNode !== this.place) this.place.append(this.lists.node);
    const { rules, report } = this.lists;
    const alerts = floor.body?.alerts;
    const rule_name = (rule) => this.lists.name_of_rule(rule);
    this.week.show(report, { words, rule_name });
    this.silences.show(alerts?.silences, { words, now, rule_name });
    this.muted.show(alerts?.muted, { words, rule_name });
    this.rules.show(rules, floor.body, { words, now });
    put(this.keys, words.say("keys"));
  }

  press(letter) {
    return this.lists.press(letter);
  }
}
