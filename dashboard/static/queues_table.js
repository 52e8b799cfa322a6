// The queues: how each stands now and has done today. Every number leads to its calls.

const QUEUE_COLUMNS = [
  ...["name", "waiting", "longest", "service_level", "offered", "answered", "abandoned", "overflowed"],
  ...["dropped_waiting", "dropped_talking", "asa", "agents"],
];
const QUEUE_NUMBERS = [
  ...["waiting", "longest", "offered", "answered", "abandoned", "overflowed"],
  ...["dropped_waiting", "dropped_talking", "asa"],
];
const BEHIND_COLUMN = { longest: "waiting", asa: "asa_ms" }; // what the drill-down calls them
const MEMBER_STATES = ["ready", "ringing", "talking", "hold", "acw", "not_ready", "unreachable"];
const TOTAL = " total"; // no queue is called so

class QueuesTable {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "view queues", parent);
    this.grid = new Grid(this.node, "queues", QUEUE_COLUMNS, {
      press: (id) => page.go("people", id === TOTAL ? {} : { queue: id }),
      numbers: QUEUE_NUMBERS,
      drill: (id, column) => this.drill(id, column),
      built: {
        agents: (cell, id) => this.build_members(cell, id),
        service_level: (cell, id) => this.build_level(cell, id),
      },
    });
    this.shapes = make("ul", "fw-row fw-note shapes", this.node);
    this.shape_words = MEMBER_STATES.map((state) => {
      const node = make("li", "fw-row", this.shapes);
      mark_state(node, state_sign(node), state);
      return { state, words: text(make("span", "", node)) };
    });
    this.legend = text(make("p", "fw-note legend", this.node));
    this.moves = new MovesPanel(this.node, page);
  }

  build_members(cell, id) {
    const box = make("div", "members", cell);
    return MEMBER_STATES.map((state) => {
      const node = make("button", "member", box, { type: "button" });
      mark_state(node, state_sign(node), state);
      node.addEventListener("click", () => this.page.go("people", { state, ...(id === TOTAL ? {} : { queue: id }) }));
      return { state, node, word: text(make("span", "word", node)), count: text(make("b", "", node)) };
    });
  }

  build_level(cell, id) {
    const button = make("button", "row-number level", cell, { type: "button" });
    button.addEventListener("click", () => this.drill(id, "service_level"));
    const sign = make("i", "fw-shape", button, { "aria-hidden": "true" });
    const value = text(make("b", "", button));
    const goal = text(make("span", "goal", button));
    return { button, sign, value, goal, variant: text(make("span", "variant", button)) };
  }

  drill(id, column) {
    const { page } = this;
    const label = `${page.words.say(`column.${column}`)} · ${this.names.get(id)}`;
    const value = this.values(this.figures.get(id), page.words, page.now)[column];
    page.drill({ ...(id === TOTAL ? {} : { queue: id }), what: BEHIND_COLUMN[column] ?? column, label, value });
  }

  // As they are written.
  values(queue, words, now) {
    return {
      waiting: words.count(queue.waiting),
      longest: words.wait(now - queue.longest_since),
      service_level: words.kept(queue.service_level),
      offered: words.count(queue.offered),
      answered: words.count(queue.answered),
      abandoned: words.count(queue.abandoned),
      overflowed: words.count(queue.overflowed),
      dropped_waiting: words.count(queue.dropped_waiting),
      dropped_talking: words.count(queue.dropped_talking),
      asa: words.wait(queue.asa_ms),
    };
  }

  paint(floor, { words, now }) {
    const totals = floor.body?.totals;
    const all = floor.queues.length > 1 && totals ? [[TOTAL, totals]] : [];
    const entries = [...all, ...floor.queues].map(([id, queue]) => ({ id, queue }));
    this.figures = new Map(entries.map(({ id, queue }) => [id, queue]));
    this.names = new Map(entries.map(({ id }) => [id, id === TOTAL ? words.say("queues.all") : floor.queue_name(id, words)]));
    this.grid.paint(entries, words, (write, { id, queue }, { node, parts }) => {
      mark(node, "data-total", String(id === TOTAL));
      mark(node, "data-state", id === TOTAL ? "live" : (queue.state ?? "unknown"));
      mark(node, "data-late", String(waits_too_long(queue, now)));
      const stale = queue.state === "stale" ? ` · ${words.say("since", { time: words.hour_minute(queue.state_since) })}` : "";
      write.name(`${this.names.get(id)}${stale}`);
      const values = this.values(queue, words, now);
      for (const column of QUEUE_NUMBERS) write[column](values[column]);
      this.paint_level(parts.service_level, queue, words);
      for (const { state, node: member, word, count } of parts.agents) {
        const number = queue.agents?.[state];
        put(word, words.say(`agent.${state}`));
        put(count, words.count(number));
        mark(member, "data-none", String(!number));
        const said = `${words.say(`agent.${state}`)} ${words.count(number)}`;
        called(member, said);
      }
    });
    for (const { state, words: said } of this.shape_words) put(said, words.say(`agent.${state}`));
    mark(this.shapes, "aria-label", words.say("column.agents"));
    put(this.legend, words.say("queues.legend"));
    this.moves.paint(floor, { words, now });
  }

  paint_level({ button, sign, value, goal, variant }, queue, words) {
    const below = is_below_goal(queue);
    const known = Number.isFinite(queue.service_level);
    mark(button, "data-tone", known && Number.isFinite(queue.goal) ? (below ? "bad" : "good") : "");
    mark(sign, "data-shape", below ? "triangle" : "disc");
    put(value, words.kept(queue.service_level));
    const seconds = words.whole_seconds(queue.target_ms);
    const promised = Number.isFinite(queue.goal)
      ? words.say("target", { goal: words.whole_percent(queue.goal), seconds })
      : words.say("queues.within", { seconds });
    put(goal, Number.isFinite(queue.target_ms) ? promised : words.say("target.mixed"));
    const named = VARIANTS.has(queue.variant);
    put(variant, named ? words.say(`variant.${queue.variant}`) : "");
    mark(button, "title", named ? words.say(`variant.${queue.variant}.long`) : "");
  }

  press(letter) {
    return this.grid.step(letter);
  }
}

const VARIANTS = new Set(["short_excluded", "answered_only", "all_count", "in_target_excluded", "in_target_met"]);
