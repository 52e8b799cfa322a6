// My day: calls, and the time spent on what.

const ME_CALLS = ["answered", "unanswered", "transferred"];
const ME_TIMES = ["signed_in", "ready", "talk", "acw", "not_ready"];
const ME_AWAY = new Set(["signed_out", "unknown"]);

class MeDay {
  constructor(parent) {
    ({ node: this.node, title: this.title } = me_section(parent, "day"));
    this.calls = this.build_list("me-calls", ME_CALLS);
    this.times = this.build_list("me-times", ME_TIMES);
    this.breaks_node = make("div", "me-breaks", this.node);
    this.breaks_title = text(make("h3", "", this.breaks_node));
    this.breaks = make("dl", "me-rows", this.breaks_node);
  }

  build_list(name, keys) {
    const list = make("dl", name, this.node);
    return keys.map((key) => ({ key, ...this.build_row(list) }));
  }

  build_row(list) {
    const node = make("div", "", list);
    const name = text(make("dt", "fw-label", node));
    return { node, name, value: text(make("dd", "", node)) };
  }

  paint({ me, allowed, now, words }) {
    const { day } = me;
    put(this.title, words.say("me.day"));
    for (const { key, name, value } of this.calls) {
      put(name, words.say(`me_calls.${key}`));
      put(value, words.count(day?.[key]));
    }
    const state = state_of(me);
    // The state goes on from where the sums end; a conversation counts once it is over.
    const on_ms = day ? Math.max(0, now - day.at) : 0;
    for (const { key, name, value } of this.times) {
      put(name, words.say(`me_times.${key}`));
      const goes_on = key === state || (key === "signed_in" && !ME_AWAY.has(state));
      put(value, me_length(day?.[`${key}_ms`] + (goes_on ? on_ms : 0), words));
    }
    this.paint_breaks(day, state === "not_ready" ? (me.reason ?? "") : null, on_ms, allowed, words);
  }

  paint_breaks(day, reason, on_ms, allowed, words) {
    const by = { ...day?.not_ready_by };
    if (day && reason !== null) by[reason] = (by[reason] ?? 0) + on_ms;
    const rows = Object.entries(by).sort(([, one], [, other]) => other - one);
    this.breaks_node.hidden = rows.length === 0;
    put(this.breaks_title, words.say("me.breaks"));
    keep_rows(this.breaks, rows, (list) => this.build_row(list), (row, ms, why) => {
      const length = me_length(ms, words);
      const most = allowed_ms(allowed, "not_ready", why);
      put(row.name, reason_words(why, words) || words.say("me.no_reason"));
      put(row.value, Number.isFinite(most) ? words.say("me.each", { length, most: me_length(most, words) }) : length);
    });
  }
}
