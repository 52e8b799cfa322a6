// My breaks: ask for one, what became of it, and what the plan has for me.

const ME_BREAK_MARKS = {
  asked: ["calm", "bars"],
  approved: ["good", "disc"],
  refused: ["warn", "cross"],
  away: ["calm", "disc"],
  lapsed: ["", "ring"],
};
const ME_BREAK_SHOWN_MS = 20 * 60000;

class MeBreak {
  constructor(parent, page) {
    this.page = page;
    ({ node: this.node, title: this.title } = me_section(parent, "break"));
    this.plan_node = make("p", "fw-note", this.node);
    this.plan = text(this.plan_node);
    this.said_node = make("p", "fw-said me-break-said", this.node, { role: "status" });
    this.sign = make("i", "fw-shape", this.said_node, { "aria-hidden": "true" });
    this.said = text(make("span", "", this.said_node));
    this.buttons = make("div", "fw-row me-break-buttons", this.node);
    this.meal = button_in(this.buttons, ["fw-go"], () => this.wish("break.ask", { pause: "meal" }));
    this.short = button_in(this.buttons, ["fw-go"], () => this.wish("break.ask", { pause: "break" }));
    this.withdraw = button_in(this.buttons, [], () => this.wish("break.withdraw", { ask: this.open_id }));
    this.trouble_node = make("p", "fw-said", this.node, { "data-tone": "bad", role: "alert" });
    this.trouble = text(this.trouble_node);
    this.why = "";
  }

  async wish(deed, data) {
    const { page } = this;
    const mine = page.agent ? { agent: page.agent } : {}; // where nobody signs in
    const answer = await page.road.wish(deed, deed === "break.ask" ? { ...mine, ...data } : data);
    this.why = answer.done ? "" : page.words.refusal(answer);
    page.paint();
  }

  paint({ me, breaks, now, words }) {
    this.node.hidden = !breaks;
    if (!breaks) return;
    put(this.title, words.say("my_break.title"));
    const asks = Object.entries(breaks.asks ?? {}).sort(([, one], [, other]) => other.asked_at - one.asked_at);
    const [id, ask] = asks[0] ?? ["", null];
    const open = ask && (ask.state === "asked" || ask.state === "approved" || ask.state === "away");
    this.open_id = open ? id : "";
    const next = (breaks.plan ?? []).find((lane) => lane.to > now);
    this.plan_node.hidden = !next;
    if (next) put(this.plan, words.say("my_break.plan", { pause: words.say(`brk_pause.${next.pause}`), from: words.hour_minute(next.from), to: words.hour_minute(next.to) }));
    const told_at = ask?.back_at ?? ask?.answered_at ?? ask?.asked_at;
    this.said_node.hidden = !ask || ask.state === "back" || ask.state === "withdrawn" || (!open && now - told_at > ME_BREAK_SHOWN_MS);
    if (!this.said_node.hidden) this.paint_said(ask, now, words);
    const away = state_of(me) === "signed_out";
    for (const button of [this.meal, this.short]) button.node.hidden = Boolean(open) || away;
    this.withdraw.node.hidden = !(open && ask.state !== "away");
    put(this.meal.words, words.say("my_break.meal"));
    put(this.short.words, words.say("my_break.break"));
    put(this.withdraw.words, words.say("my_break.withdraw"));
    put(this.trouble, this.why);
    this.trouble_node.hidden = !this.why;
  }

  paint_said(ask, now, words) {
    const late_ms = ask.until ? now - ask.until : -1;
    const [tone, shape] = late_ms >= 0 ? ["bad", "octagon"] : ME_BREAK_MARKS[ask.state] ?? ["", "ring"];
    mark(this.said_node, "data-tone", tone);
    mark(this.sign, "data-shape", shape);
    const pause = words.say(`brk_pause.${ask.pause}`);
    const minutes = words.count(ask.minutes);
    const time = words.hour_minute(ask.answered_at ?? ask.asked_at);
    if (ask.state === "away") {
      const late = words.count(Math.floor(late_ms / 60000));
      const until = words.hour_minute(ask.until);
      const called = late_ms >= 0 && ask.called_at;
      put(this.said, called ? words.say("my_break.called") : late_ms >= 0 ? words.say("my_break.over", { minutes: late }) : words.say("my_break.until", { time: until }));
      return;
    }
    const why = ask.why ? words.say("my_break.why", { why: ask.why }) : "";
    put(this.said, `${words.say(`my_break_state.${ask.state}`, { pause, minutes, time })}${why}`);
  }
}
