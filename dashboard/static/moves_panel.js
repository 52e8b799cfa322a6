// Who could help: moves between queues by the calls they save, how sure each half-hour is, and what came of moves.

const MOVE_MARKS = {
  asked: ["calm", "bars"],
  made: ["calm", "bars"],
  not_made: ["", "cross"],
  over: ["good", "disc"],
};
const LIKELY_BELOW = 0.5;

class MovesPanel {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile moves", parent);
    const head = make("header", "moves-head", this.node);
    this.title = text(make("h3", "", head));
    this.note = text(make("p", "fw-note", head));
    this.trouble_node = make("p", "fw-said", this.node, { "data-tone": "bad", role: "alert" });
    this.trouble = text(this.trouble_node);
    this.why = "";
    this.odds = make("ul", "moves-odds", this.node);
    this.list = make("ul", "moves-list", this.node);
    this.none = text(make("p", "moves-none", this.node));
    this.made_title = text(make("h3", "", this.node));
    this.made = make("ul", "moves-list", this.node);
  }

  // The move is followed from here on; where the site lets supervisors act, it is made, too.
  async make_move({ agent, giver, taker }) {
    const { page } = this;
    const who = page.person.name || (await page.person.ask());
    if (!who) return;
    let answer = await page.road.wish("move.follow", { agent, giver, taker, who });
    if (answer.done && page.actions.allowed.has("move")) {
      const wish = { agent, from: giver, to: taker, key: act_key(), who };
      answer = await page.road.wish("action.move", wish);
    }
    this.why = answer.done ? "" : page.words.refusal(answer);
    page.paint();
  }

  paint(floor, { words, now }) {
    Object.assign(this, { floor, words, now });
    const { ranked = [], made = {}, below = {}, at = null } = floor.body?.moves ?? {};
    this.node.hidden = at === null && Object.keys(made).length === 0;
    put(this.title, words.say("moves.title"));
    put(this.note, at === null ? "" : words.say("moves.note", { time: words.time(at) }));
    put(this.trouble, this.why);
    this.trouble_node.hidden = !this.why;
    this.paint_odds(below);
    const advised = ranked.filter(({ giver, taker }) => is_heard(floor, giver) && is_heard(floor, taker));
    const acts = this.page.actions.allowed.has("move");
    keep_rows(this.list, advised.map((move) => [`${move.agent} ${move.taker}`, move]), (list) => this.build_move(list), (row, move) => {
      row.move = move;
      this.paint_move(row, move, acts);
    });
    put(this.none, advised.length ? "" : words.say("moves.none"));
    const done = Object.entries(made).sort(([, one], [, other]) => other.at - one.at).slice(0, 6);
    put(this.made_title, done.length ? words.say("moves.made") : "");
    keep_rows(this.made, done, (list) => this.build_made(list), (row, move) => this.paint_made(row, move));
  }

  paint_odds(below) {
    const { words, floor } = this;
    const entries = floor.queues.filter(([id]) => Number.isFinite(below[id]) && is_heard(floor, id)).map(([id]) => [id, below[id]]);
    keep_rows(this.odds, entries, (list) => this.build_odd(list), (row, chance, id) => {
      const likely = chance >= LIKELY_BELOW;
      mark(row.node, "data-tone", likely ? "bad" : "good");
      mark(row.sign, "data-shape", likely ? "triangle" : "disc");
      put(row.name, floor.queue_name(id, words));
      put(row.value, words.say("moves.percent", { chance: words.whole_percent(chance) }));
      called(row.node, words.say("moves.odds", { queue: floor.queue_name(id, words), chance: words.whole_percent(chance) }));
    });
    this.odds.hidden = entries.length === 0;
    mark(this.odds, "data-label", words.say("moves.below"));
  }

  build_odd(list) {
    const node = make("li", "moves-odd", list);
    const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
    return { node, sign, name: text(make("span", "", node)), value: text(make("b", "", node)) };
  }

  build_move(list) {
    const node = make("li", "moves-row", list);
    const row = { node, gain: text(make("b", "moves-gain", node)) };
    const texts = make("div", "brk-texts", node);
    row.what = text(make("b", "", texts));
    row.price = text(make("span", "fw-note", texts));
    row.go = button_in(node, ["fw-go"], () => this.make_move(row.move));
    return row;
  }

  paint_move(row, move, acts) {
    const { words, floor } = this;
    const [giver, taker] = [move.giver, move.taker].map((id) => floor.queue_name(id, words));
    put(row.gain, `+${words.count(move.gain)}`);
    put(row.what, words.say("moves.what", { name: floor.person_name(move.agent, words), giver, taker }));
    const [was, will] = move.giver_level.map((share) => words.whole_percent(share));
    const saved = words.count(move.saved);
    const price = words.count(move.price);
    put(row.price, words.say("moves.price", { saved, price, giver, was, will, sure: words.say(`moves_sure.${move.sure}`) }));
    put(row.go.words, words.say(acts ? "moves.go" : "moves.follow"));
  }

  build_made(list) {
    const node = make("li", "moves-row", list);
    const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
    const texts = make("div", "brk-texts", node);
    return { node, sign, what: text(make("b", "", texts)), said: text(make("span", "fw-note", texts)) };
  }

  paint_made(row, move) {
    const { words, floor } = this;
    const [tone, shape] = MOVE_MARKS[move.state] ?? MOVE_MARKS.asked;
    mark(row.node, "data-tone", tone);
    mark(row.sign, "data-shape", shape);
    const [giver, taker] = [move.giver, move.taker].map((id) => floor.queue_name(id, words));
    put(row.what, words.say("moves.what", { name: floor.person_name(move.agent, words), giver, taker }));
    put(row.said, this.made_words(move));
  }

  made_words(move) {
    const { words } = this;
    const time = words.hour_minute(move.at);
    const saved = words.count(move.saved);
    if (move.state === "asked") return words.say("moves.asked", { time, saved });
    if (move.state === "not_made") return words.say("moves.not_made", { time });
    const figures = { saved, without: words.count(move.without), expected: words.count(move.expected), chance: words.count(move.chance) };
    if (move.state === "made") return words.say("moves.running", { ...figures, time: words.hour_minute(move.until), lost: words.count(move.so_far) });
    if (!Number.isFinite(move.happened)) return words.say("moves.unknown", { time });
    return words.say("moves.over", { ...figures, lost: words.count(move.happened) });
  }
}
