// How my queues stand: figures, and of colleagues no more than how many are ready.

class MeQueues {
  constructor(parent) {
    ({ node: this.node, title: this.title } = me_section(parent, "queues"));
    this.list = make("ul", "me-list", this.node);
    this.none_node = make("p", "fw-note", this.node);
    this.none = text(this.none_node);
  }

  build(list) {
    const node = make("li", "me-queue", list);
    const head = make("div", "me-queue-head", node);
    const name = text(make("b", "", head));
    const goal = text(make("span", "fw-note me-goal", head));
    const tag_node = make("span", "fw-tag", head);
    const sign = make("i", "fw-shape", tag_node, { "aria-hidden": "true" });
    const tag = text(make("span", "", tag_node));
    const figures = make("dl", "me-figures", node);
    const figure = () => {
      const under = make("div", "", figures);
      const label = text(make("dt", "fw-label", under));
      const value_node = make("dd", "", under);
      return { node: under, label, value: text(value_node) };
    };
    return { node, name, goal, tag_node, sign, tag, waiting: figure(), longest: figure(), level: figure(), ready: figure() };
  }

  paint(sight) {
    this.sight = sight;
    const { me, queues, words } = sight;
    put(this.title, words.say("me.queues"));
    const own = Object.keys(me.queues ?? {}).filter((id) => Object.hasOwn(queues ?? {}, id));
    own.sort((one, other) => (queues[one].order ?? Infinity) - (queues[other].order ?? Infinity) || one.localeCompare(other));
    this.none_node.hidden = own.length > 0;
    put(this.none, words.say("me.no_queue"));
    const rows = own.map((id) => [id, queues[id]]);
    keep_rows(this.list, rows, (list) => this.build(list), (row, queue, id) => this.paint_row(row, queue, id));
  }

  paint_row(row, queue, id) {
    const { me, now, words } = this.sight;
    put(row.name, words.name(queue.names, id));
    mark(row.node, "data-state", queue.state ?? "unknown");
    this.paint_tag(row, queue, me.queues[id] === false, words);
    put(row.waiting.label, words.say("queue.waiting"));
    put(row.waiting.value, words.count(queue.waiting));
    mark(row.waiting.node, "data-some", String(queue.waiting > 0));
    put(row.longest.label, words.say("queue.longest"));
    put(row.longest.value, Number.isFinite(queue.longest_since) ? words.wait(now - queue.longest_since) : NOTHING);
    put(row.goal, words.say("me.goal", { goal: words.whole_percent(queue.goal), seconds: words.whole_seconds(queue.target_ms) }));
    put(row.level.label, words.say("service_level"));
    put(row.level.value, words.kept(queue.service_level));
    mark(row.level.node, "data-below", String(queue.service_level < queue.goal));
    put(row.ready.label, words.say("me.colleagues"));
    const mine = me.state === "ready" && me.queues[id] === true ? 1 : 0;
    put(row.ready.value, words.count(queue.agents ? Math.max(0, (queue.agents.ready ?? 0) - mine) : NaN));
  }

  // One word at a time: that the figures are not alive, that I am paused here, that calls wait.
  paint_tag(row, queue, paused, words) {
    const state = queue.state ?? "unknown";
    const live = state === "live";
    const below = queue.service_level < queue.goal;
    const told = !live ? ["triangle", "warn", words.say(`state.${state}`)]
      : paused ? ["ring", "", words.say("me.paused")]
      : below ? ["triangle", "warn", words.say("me.below")]
      : null;
    row.tag_node.hidden = !told;
    if (!told) return;
    mark(row.sign, "data-shape", told[0]);
    mark(row.tag_node, "data-tone", told[1]);
    put(row.tag, told[2]);
  }
}
