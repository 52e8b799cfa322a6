// Who is away from calls: why, since when, how long it may last, and how much of that is left.

class Breaks {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "view break", parent);
    const head = make("header", "view-head", this.node);
    this.title = text(make("h2", "", head));
    this.share = text(make("p", "fw-note", head));
    this.order = text(make("p", "fw-note", head));
    this.reasons_node = make("div", "fw-row reasons", head);
    this.reasons = [];
    this.board = new BreakBoard(this.node, page);
    this.table = new Grid(this.node, "break", ["name", "team", "reason", "began", "lasts", "allowed", "left"], {
      press: (id) => page.open_person(id),
    });
  }

  paint(floor, { words, now }) {
    this.board.paint(floor, { words, now });
    const others = floor.over.filter(({ state }) => state !== "not_ready");
    const shown = [...floor.away, ...others].sort(by_over);
    put(this.title, words.say("break.title", { count: words.count(floor.away.length) }));
    const signed_in = floor.present.length;
    const share = words.whole_percent(signed_in ? floor.away.length / signed_in : NaN);
    put(this.share, words.say("break.share", { count: words.count(signed_in), share }));
    put(this.order, shown.length > 1 ? words.say("break.order") : "");
    this.paint_reasons(floor, words);
    this.table.paint(shown, words, (cells, person, { node }) => {
      const over = person.over_ms > 0;
      mark(node, "data-tone", over ? "warn" : "");
      cells.name(person.name);
      cells.team(floor.team_name(person.team, words));
      const reason = reason_words(person.row.reason, words);
      cells.reason(person.state === "not_ready" ? reason || words.say("break.no_reason") : state_words(person.state, words));
      cells.began(words.hour_minute(person.row.since));
      cells.lasts(words.wait(person.lasts_ms));
      cells.allowed(words.wait(person.allowed_ms));
      cells.left(over ? words.say("sheet.over", { time: words.wait(person.over_ms) }) : words.wait(-person.over_ms));
    });
  }

  paint_reasons(floor, words) {
    const counts = new Map();
    for (const { row } of floor.away) counts.set(row.reason ?? "", (counts.get(row.reason ?? "") ?? 0) + 1);
    const sorted = [...counts].sort(([, one], [, other]) => other - one);
    while (this.reasons.length < sorted.length) {
      const node = make("span", "fw-tag", this.reasons_node);
      this.reasons.push({ node, words: text(node) });
    }
    this.reasons.forEach(({ node, words: said }, place) => {
      node.hidden = place >= sorted.length;
      if (node.hidden) return;
      const [reason, count] = sorted[place];
      put(said, `${reason_words(reason, words) || words.say("break.no_reason")} ${words.count(count)}`);
    });
  }

  press(letter) {
    return this.table.step(letter);
  }
}
