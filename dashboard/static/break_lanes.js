// The day's plan as lanes: who goes when, from a little ago to some hours ahead.

const LANES_BACK_MS = 30 * 60000;
const LANES_AHEAD_MS = 210 * 60000;
const LANES_STEP_MS = 30 * 60000;
const LANES_MOST = 40;

class BreakLanes {
  constructor(parent) {
    this.node = make("section", "fw-tile brk-plan", parent);
    this.title = text(make("h3", "", this.node));
    this.note = text(make("p", "fw-note", this.node));
    this.scroll = make("div", "brk-lanes", this.node);
    this.ruler = make("div", "brk-ruler", this.scroll, { "aria-hidden": "true" });
    this.list = make("ul", "brk-lane-list", this.scroll);
    this.line = make("i", "brk-now", this.scroll, { "aria-hidden": "true" });
  }

  paint(plan, floor, { words, now }) {
    const from = Math.floor((now - LANES_BACK_MS) / LANES_STEP_MS) * LANES_STEP_MS;
    const to = from + LANES_BACK_MS + LANES_AHEAD_MS;
    this.part = (at) => Math.max(0, Math.min(100, (100 * (at - from)) / (to - from)));
    const shown = plan.filter((lane) => lane.to > from && lane.from < to);
    const by_agent = new Map();
    for (const lane of shown) by_agent.set(lane.agent, [...(by_agent.get(lane.agent) ?? []), lane]);
    const first = (lanes) => lanes.find((lane) => lane.to > now)?.from ?? Number.MAX_SAFE_INTEGER; // who is back comes last
    const entries = [...by_agent].sort(([, one], [, other]) => first(one) - first(other)).slice(0, LANES_MOST);
    this.node.hidden = plan.length === 0;
    put(this.title, words.say("brk.plan"));
    put(this.note, words.say(entries.length ? "brk.plan_note" : "brk.plan_none", { count: words.count(by_agent.size) }));
    this.scroll.hidden = entries.length === 0;
    this.line.style.setProperty("--at", (this.part(now) / 100).toFixed(4));
    const hours = [];
    for (let at = from; at < to; at += LANES_STEP_MS) hours.push([at, at]);
    keep_rows(this.ruler, hours, (list) => this.build_hour(list), (row, at) => {
      row.node.style.setProperty("--at", `${this.part(at).toFixed(2)}%`);
      put(row.words, words.hour_minute(at));
    });
    keep_rows(this.list, entries, (list) => this.build_lane(list), (row, lanes, agent) => {
      put(row.name, floor.person_name(agent, words));
      this.paint_bars(row, lanes, words, now);
    });
  }

  build_hour(list) {
    const node = make("span", "brk-hour", list);
    return { node, words: text(node) };
  }

  build_lane(list) {
    const node = make("li", "brk-lane", list);
    return { node, name: text(make("span", "brk-lane-name", node)), bars: make("div", "brk-bars", node) };
  }

  paint_bars(row, lanes, words, now) {
    keep_rows(row.bars, lanes.map((lane) => [lane.from, lane]), (list) => this.build_bar(list), (bar, lane) => {
      mark(bar.node, "data-pause", lane.pause);
      mark(bar.node, "data-now", String(lane.from <= now && now < lane.to));
      bar.node.style.setProperty("--at", `${this.part(lane.from).toFixed(2)}%`);
      bar.node.style.setProperty("--long", `${(this.part(lane.to) - this.part(lane.from)).toFixed(2)}%`);
      const pause = PAUSES.includes(lane.pause) ? words.say(`brk_pause.${lane.pause}`) : "";
      const said = words.say("brk.lane", { pause, from: words.hour_minute(lane.from), to: words.hour_minute(lane.to) });
      called(bar.node, said);
      put(bar.words, lane.pause === "meal" ? `${pause} ${words.hour_minute(lane.from)}` : "");
    });
  }

  build_bar(list) {
    const node = make("span", "brk-bar", list, { role: "img" });
    return { node, words: text(node) };
  }
}
