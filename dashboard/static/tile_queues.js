// A row for each queue.

const TURN_MS = 9000;
const PEOPLE = ["ready", "talking", "acw", "not_ready"];
const COUNTED = ["offered", "answered", "abandoned"];

class QueuesTile extends BoardTile {
  build(parent) {
    this.rows = new Map();
    this.table = make("div", "queues", parent, { role: "table" });
    this.head = make("div", "row heads", this.table, { role: "row" });
    this.heads = ["name", ...TABLE_ORDER].map((name) => {
      const cell = make("div", `cell ${name}`, this.head, { role: "columnheader" });
      if (PEOPLE.includes(name)) {
        sign(cell, STATE_SHAPES[name]);
        mark(cell, "data-agents", name);
      }
      return { name, cell, label: text(make("span", "", cell)) };
    });
    this.none = make("p", "none", parent);
    this.none_words = text(this.none);
    this.planned = "";
    this.pages = 1;
  }

  show(view) {
    const { words } = view;
    const queues = this.queues_in(view);
    const mixed = ["target_ms", "goal"].some((key) => in_common(queues, key) === undefined);
    this.name(words.say("tile.queues", { count: words.count(queues.length) }));
    mark(this.table, "aria-label", words.say("head.name"));
    for (const { name, label } of this.heads) {
      put(label, PEOPLE.includes(name) ? words.say(`agent.${name}`) : words.say(`head.${name}`));
    }
    this.keep(queues);
    for (const [id, queue] of queues) this.rows.get(id).paint(id, queue, view);
    this.plan(queues, { words, mixed });
    this.turn(queues.length, view);
    this.none.hidden = queues.length > 0;
    this.table.hidden = queues.length === 0;
    put(this.none_words, words.say(view.body ? "queues.none" : "queues.awaited"));
  }

  // Each row tells for itself; the table is as alive as the liveliest of them.
  freshness(view) {
    const each = this.queues_in(view).map(([, queue]) => freshness_of([queue], view));
    const rank = ({ state }) => FRESHNESS.indexOf(state);
    return each.sort((one, other) => rank(one) - rank(other))[0] ?? freshness_of([], view);
  }

  // A row for each queue, in their order; those of queues that went are gone.
  keep(queues) {
    const there = new Set(queues.map(([id]) => id));
    for (const [id, row] of this.rows) {
      if (there.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    let after = this.head;
    for (const [id] of queues) {
      if (!this.rows.has(id)) this.rows.set(id, new QueueRow(this.table));
      const { node } = this.rows.get(id);
      if (after.nextElementSibling !== node) after.after(node);
      after = node;
    }
  }

  // The plan depends on the longest texts only, so it seldom changes.
  plan(queues, { words, mixed }) {
    const names = queues.map(([id, queue]) => words.name(queue.names, id));
    const wanted = TABLE_ORDER.filter((name) => mixed || name !== "target");
    const heads = [1, 2].map((lines) =>
      Object.fromEntries(this.heads.map(({ name, label }) => [name, head_width(name, label.data, lines)])),
    );
    const noted = queues.some(([, queue]) => queue.state !== "live");
    const widths = Object.fromEntries(wanted.map((name) => [name, this.widest(name)]));
    const { width, height, u, least } = this.size;
    const key = JSON.stringify([names, widths, heads, noted, width, height, least, this.flows]);
    if (key === this.planned || !width) return;
    this.planned = key;
    const room = { width, height: this.flows ? Infinity : height - 8.6 * u, u, least };
    const plan = table_plan(room, { count: queues.length, widths, heads, names, noted });
    if (plan) this.wear(plan, widths, heads[plan.head_lines - 1]);
  }

  widest(name) {
    if (name === "day") return 5;
    let em = em_width(name === "longest" ? "00:00" : PEOPLE.includes(name) ? "00" : "000");
    for (const row of this.rows.values()) em = Math.max(em, em_width(row.words(name)));
    if (name === "waiting" || name === "longest" || name === "service") em += 0.9; // its shape
    return name === "target" ? em * 0.7 : em;
  }

  wear(plan, widths, heads) {
    const { style } = this.table;
    const { u } = this.size;
    this.fitting = plan.rows;
    mark(this.table, "data-stacked", String(plan.stacked));
    style.setProperty("--font", `${plan.font.toFixed(1)}px`);
    style.setProperty("--name", `${plan.name_font.toFixed(1)}px`);
    style.setProperty("--lines", String(plan.lines));
    style.setProperty("--least-row", `${plan.height.toFixed(1)}px`);
    const track = (width) => `minmax(${width.toFixed(1)}px, ${width.toFixed(1)}fr)`;
    const tracks = plan.columns.map((name) => track(Math.max(widths[name] * plan.font, heads[name] * 2.5 * u)));
    if (!plan.stacked) tracks.unshift(track(plan.wanted));
    style.setProperty("--tracks", tracks.join(" "));
    style.setProperty("--head", `${plan.head.toFixed(1)}px`);
    style.setProperty("--gap", `${(GAP_EM * plan.font).toFixed(1)}px`);
    for (const { name, cell } of this.heads) cell.hidden = name !== "name" && !plan.columns.includes(name);
    if (plan.stacked) this.heads[0].cell.hidden = true;
    this.columns = plan.columns;
  }

  // More rows than fit take turns; how long the page must stay is for who turns the pages.
  turn(count, view) {
    const fitting = Math.max(1, this.fitting ?? count);
    this.pages = Math.max(1, Math.ceil(count / fitting));
    const page = this.pages > 1 ? Math.floor(view.shown_ms / TURN_MS) % this.pages : 0;
    const each = Math.ceil(count / this.pages);
    const rows = this.pages > 1 ? Math.min(fitting, each) : Math.max(count, 1);
    this.table.style.setProperty("--rows", String(rows));
    let place = 0;
    for (const [id] of this.queues_in(view)) {
      const row = this.rows.get(id);
      row.show_columns(this.columns);
      row.node.hidden = Math.floor(place / rows) !== page;
      place += 1;
    }
    const { words } = view;
    const said = this.pages > 1 ? words.say("table.page", { page: words.count(page + 1), pages: words.count(this.pages) }) : "";
    if (said) this.name(`${words.say("tile.queues", { count: words.count(count) })} · ${said}`);
  }
}

// A head may stand in two lines, unless a sign stands before it.
function head_width(name, words, lines) {
  if (PEOPLE.includes(name)) return em_width(words) + 1.3;
  return (lines === 1 ? em_width(words) : Math.max(...words.split(" ").map(em_width))) + 0.1;
}

class QueueRow {
  constructor(parent) {
    this.node = make("div", "row", parent, { role: "row" });
    const name = this.cell("name", "rowheader");
    this.name = make("span", "queue", name);
    this.name_words = text(this.name);
    this.state = make("span", "state", name);
    this.state_sign = sign(this.state);
    this.state_words = text(make("span", "", this.state));
    this.cells = new Map();
    for (const column of TABLE_ORDER) {
      const people = PEOPLE.includes(column);
      const cell = this.cell(people ? `people ${column}` : COUNTED.includes(column) ? `count ${column}` : column);
      if (column === "day") {
        this.trend = new Trend(cell, false);
        this.cells.set(column, { cell });
        continue;
      }
      if (people) mark(cell, "data-agents", column);
      const form = ["waiting", "longest", "service"].includes(column) ? sign(cell, "triangle") : null;
      const value = make("b", "value", cell);
      this.cells.set(column, { cell, form, value: text(value) });
    }
    this.level = new LevelBar(this.cells.get("service").cell);
  }

  cell(name, role = "cell") {
    return make("div", `cell ${name}`, this.node, { role });
  }

  words(column) {
    return this.cells.get(column).value?.data ?? "";
  }

  show_columns(columns) {
    if (!columns || this.columns === columns) return;
    this.columns = columns;
    for (const [name, { cell }] of this.cells) cell.hidden = !columns.includes(name);
  }

  paint(id, queue, { words, now, link, board }) {
    const state = QUEUE_STATES.has(queue.state) ? queue.state : "unknown";
    const limits = board.limits ?? {};
    const longest_ms = longest_of({ ...queue, state }, now);
    mark(this.node, "data-state", state);
    mark(this.node, "data-queue", id);
    put(this.name_words, words.name(queue.names, id));
    mark(this.name, "title", this.name_words.data);
    put(this.state_words, told(state, queue.state_since, { words, live: link === "live" }));
    mark(this.state_sign, "data-shape", state === "live" ? "disc" : "triangle");
    this.write("waiting", words.count(queue.waiting), limit_of(queue.waiting, limits.waiting));
    mark(this.cells.get("longest").cell, "data-none", String(!Number.isFinite(longest_ms)));
    mark(this.cells.get("waiting").cell, "data-some", String(queue.waiting > 0));
    this.write("longest", words.wait(longest_ms), wait_limit(longest_ms, queue.target_ms, limits.longest_ms));
    const level = verdict(queue.service_level, queue.goal);
    this.write("service", words.kept(queue.service_level), level);
    mark(this.node, "data-service", level);
    this.level.paint(queue.service_level, queue.goal);
    this.write("target", promise(queue, words));
    for (const column of COUNTED) this.write(column, words.count(queue[column]));
    for (const column of PEOPLE) {
      this.write(column, words.count(queue.agents?.[column]));
      mark(this.cells.get(column).cell, "data-none", String(!queue.agents?.[column]));
    }
    if (!this.cells.get("day").cell.hidden) this.trend.paint(queue.trend, words);
  }

  write(column, words, level = "none") {
    const { cell, form, value } = this.cells.get(column);
    put(value, words);
    mark(cell, "data-level", level);
    if (form) mark(form, "data-shape", level === "bad" ? "octagon" : "triangle");
  }
}
