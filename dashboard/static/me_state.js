// What I do now, for how long, and how much of it is left.

const ME_SOON_MS = 120000;

class MeState {
  constructor(parent) {
    this.node = make("section", "fw-tile me-state", parent);
    const name = make("p", "me-doing", this.node);
    this.sign = state_sign(name);
    this.name = text(make("b", "", name));
    this.queue = text(make("span", "me-in", name));
    this.time_node = make("p", "me-time", this.node);
    this.time = text(this.time_node);
    this.left_node = make("div", "me-left", this.node);
    const bar = make("div", "me-bar", this.left_node, { "aria-hidden": "true" });
    this.bar = make("i", "", bar);
    const said = make("p", "me-said", this.left_node);
    this.left_sign = make("i", "fw-shape", said, { "aria-hidden": "true" });
    this.left = text(make("span", "", said));
    this.since_node = make("p", "fw-note me-since", this.node);
    this.since = text(this.since_node);
  }

  paint({ me, allowed, queues, now, words }) {
    const state = state_of(me);
    const reason = state === "not_ready" ? reason_words(me.reason, words) : "";
    mark_state(this.node, this.sign, state);
    put(this.name, reason || state_words(state, words));
    const queue = me.queue ? words.name(queues?.[me.queue]?.names, me.queue) : "";
    put(this.queue, reason ? state_words(state, words) : queue);
    const counts = state !== "signed_out" && state !== "unknown";
    const lasts_ms = Math.max(0, now - me.since);
    this.time_node.hidden = !counts;
    put(this.time, words.wait(lasts_ms));
    this.since_node.hidden = !Number.isFinite(me.since);
    put(this.since, words.say("since", { time: words.hour_minute(me.since) }));
    this.paint_left(allowed_ms(allowed, state, me.reason), lasts_ms, me.since, words);
  }

  paint_left(allowed, lasts_ms, since, words) {
    this.left_node.hidden = !Number.isFinite(allowed);
    if (this.left_node.hidden) return;
    const left_ms = allowed - lasts_ms;
    const tone = left_ms < 0 ? "over" : left_ms <= Math.min(ME_SOON_MS, allowed / 4) ? "soon" : "well";
    mark(this.left_node, "data-tone", tone);
    mark(this.left_sign, "data-shape", tone === "well" ? "disc" : tone === "soon" ? "triangle" : "octagon");
    this.bar.style.inlineSize = `${Math.min(100, (100 * lasts_ms) / Math.max(1, allowed)).toFixed(1)}%`;
    const values = { time: words.wait(Math.abs(left_ms)), until: words.hour_minute(since + allowed) };
    put(this.left, words.say(tone === "over" ? "me.over" : "me.left", values));
  }
}
