// The break board: who may go now and until when, who asks, who is away or may leave, and the day's plan.

const PAUSES = ["meal", "break"];
const BRK_MARKS = { asked: ["calm", "bars"], approved: ["good", "ring"], away: ["calm", "disc"] };
const MINUTE_MS = 60000;

function is_heard(floor, queue) {
  return !["stale", "unknown"].includes(floor.body?.queues?.[queue]?.state);
}

class BreakBoard {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "brk-board", parent);
    this.trouble_node = make("p", "fw-said brk-trouble", this.node, { "data-tone": "bad", role: "alert" });
    this.trouble = text(this.trouble_node);
    this.why = "";
    this.may = this.section("may");
    this.asks = this.section("asks");
    this.out = this.section("out");
    this.lanes = new BreakLanes(this.node);
  }

  section(name) {
    const node = make("section", `fw-tile brk-${name}`, this.node);
    const title = text(make("h3", "", node));
    const list = make("ul", "brk-list", node);
    return { node, title, list, none: text(make("p", "fw-note", node)) };
  }

  // Carry out a wish as whoever sits here; what is refused is said above.
  async act(deed, data) {
    const { page } = this;
    const who = page.person.name || (await page.person.ask());
    if (!who) return null;
    const answer = await page.road.wish(deed, { ...data, who });
    this.why = answer.done ? "" : page.words.refusal(answer);
    page.paint();
    return answer.done ? answer : null;
  }

  // Where the site lets supervisors act, whoever may go is taken off his queues at once.
  async let_go(deed, data) {
    const answer = await this.act(deed, data);
    if (!answer?.agent || !this.page.actions.allowed.has("pause") || data.yes === false) return;
    await this.act("action.pause", { agent: answer.agent, reason: answer.pause, key: act_key() });
  }

  paint(floor, { words, now }) {
    Object.assign(this, { floor, words, now });
    const { asks = {}, may_go = {}, plan = [] } = floor.body?.breaks ?? {};
    put(this.trouble, this.why);
    this.trouble_node.hidden = !this.why;
    const every = Object.entries(asks);
    const open = every.filter(([, ask]) => ask.state === "asked" || ask.state === "approved" || ask.state === "away");
    this.busy = new Set(open.map(([, ask]) => ask.agent));
    this.paint_may(Object.entries(may_go));
    this.paint_asks(every.filter(([, ask]) => ask.state === "asked"));
    this.paint_out(every.filter(([, ask]) => ask.state === "approved" || ask.state === "away"));
    this.lanes.paint(plan, floor, { words, now });
  }

  paint_may(entries) {
    const { may, words, floor } = this;
    // Of a queue that is not heard of any more nothing is advised.
    entries = entries.map(([id, each]) => (is_heard(floor, id) ? [id, each] : [id, { ...each, number: 0, why: "stale" }]));
    const all = entries.reduce((sum, [, each]) => sum + each.number, 0);
    put(may.title, words.say("brk.may", { count: words.count(all) }));
    put(may.none, entries.length ? words.say("brk.may_note") : words.say("brk.may_none"));
    entries.sort(([one], [other]) => floor.queues.findIndex(([id]) => id === one) - floor.queues.findIndex(([id]) => id === other));
    keep_rows(may.list, entries, (list, id) => this.build_may(list, id), (row, each, id) => {
      mark(row.node, "data-tone", each.number ? "good" : "");
      mark(row.sign, "data-shape", each.number ? "disc" : "ring");
      put(row.number, words.count(each.number));
      put(row.name, floor.queue_name(id, words));
      const until = each.until ? words.say("brk.until", { time: words.hour_minute(each.until) }) : words.say("brk.until_open");
      const why = words.say(`brk_why.${each.why}`);
      put(row.said, each.number ? `${words.say("brk.go")}${until}` : words.say("brk.nobody", { why }));
      const first = each.number ? each.agents.filter((agent) => !this.busy.has(agent)).slice(0, 4) : [];
      keep_rows(row.people, first.map((agent) => [agent, agent]), (list, agent) => this.build_send(list, agent), (each_row, agent) => {
        put(each_row.words, words.say("brk.send", { name: floor.person_name(agent, words) }));
      });
    });
  }

  build_may(list) {
    const node = make("li", "brk-may-row", list);
    const head = make("div", "brk-line", node);
    const sign = make("i", "fw-shape", head, { "aria-hidden": "true" });
    const number = text(make("b", "brk-number", head));
    const texts = make("div", "brk-texts", head);
    const name = text(make("b", "", texts));
    const said = text(make("span", "fw-note", texts));
    return { node, sign, number, name, said, people: make("div", "fw-row brk-people", node) };
  }

  build_send(list, agent) {
    return button_in(list, ["brk-send"], () => this.let_go("break.send", { agent, pause: "break" }));
  }

  paint_asks(entries) {
    const { asks, words, floor, now } = this;
    put(asks.title, words.say("brk.asks", { count: words.count(entries.length) }));
    put(asks.none, entries.length ? "" : words.say("brk.asks_none"));
    keep_rows(asks.list, entries, (list, id) => this.build_ask(list, id), (row, ask) => {
      put(row.name, floor.person_name(ask.agent, words));
      const waits = words.wait(now - ask.asked_at);
      put(row.said, words.say("brk.asked", { pause: this.pause_words(ask), time: words.hour_minute(ask.asked_at), waits }));
      put(row.yes.words, words.say("brk.yes"));
      put(row.no.words, words.say("brk.no"));
    });
  }

  build_ask(list, id) {
    const node = make("li", "brk-row", list);
    const texts = make("div", "brk-texts", node);
    const name = text(make("b", "", texts));
    const said = text(make("span", "fw-note", texts));
    const yes = button_in(node, ["fw-go"], () => this.let_go("break.answer", { ask: id, yes: true }));
    const no = button_in(node, [], () => this.act("break.answer", { ask: id, yes: false }));
    return { node, name, said, yes, no };
  }

  paint_out(entries) {
    const { out, words, floor, now } = this;
    const over = ([, ask]) => (ask.until ? now - ask.until : -Infinity);
    entries.sort((one, other) => over(other) - over(one));
    put(out.title, words.say("brk.out", { count: words.count(entries.length) }));
    put(out.none, entries.length ? "" : words.say("brk.out_none"));
    keep_rows(out.list, entries, (list, id) => this.build_out(list, id), (row, ask) => {
      const late_ms = ask.until ? now - ask.until : -1;
      const [tone, shape] = late_ms >= 0 ? ["bad", "octagon"] : BRK_MARKS[ask.state];
      mark(row.node, "data-tone", tone);
      mark(row.node, "data-over", String(late_ms >= 0));
      mark(row.sign, "data-shape", shape);
      put(row.name, floor.person_name(ask.agent, words));
      put(row.said, this.out_words(ask, late_ms));
      put(row.back.words, words.say(ask.state === "away" ? "brk.call_back" : "brk.take_back"));
      row.back.node.hidden = Boolean(ask.called_at);
    });
  }

  out_words(ask, late_ms) {
    const { words } = this;
    const pause = this.pause_words(ask);
    if (ask.state === "approved") return words.say("brk.may_leave", { pause, time: words.hour_minute(ask.answered_at) });
    const called = ask.called_at ? words.say("brk.called", { time: words.hour_minute(ask.called_at) }) : "";
    const minutes = words.count(Math.floor(Math.abs(late_ms) / MINUTE_MS));
    if (late_ms >= 0) return `${words.say("brk.over", { pause, minutes })}${called}`;
    return words.say("brk.back_at", { pause, time: words.hour_minute(ask.until), minutes });
  }

  build_out(list, id) {
    const node = make("li", "brk-row", list);
    const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
    const texts = make("div", "brk-texts", node);
    const name = text(make("b", "", texts));
    const said = text(make("span", "brk-said", texts));
    return { node, sign, name, said, back: button_in(node, [], () => this.act("break.call_back", { ask: id })) };
  }

  pause_words(ask) {
    const pause = PAUSES.includes(ask.pause) ? this.words.say(`brk_pause.${ask.pause}`) : "";
    return this.words.say("brk.long", { pause, minutes: this.words.count(ask.minutes) });
  }
}
