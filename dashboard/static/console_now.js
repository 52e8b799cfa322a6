// The first view: what needs somebody, and the few who have waited or been away longest.

// How many of each list stand on the first view.
function how_many() {
  return window.innerHeight > 900 ? 10 : 6;
}

// A short list with a title that leads to the whole of it.
class Brief {
  constructor(parent, name, go) {
    this.name = name;
    this.node = make("section", `fw-tile brief ${name}`, parent);
    const head = make("header", "brief-head", this.node);
    this.title = text(make("h2", "", head));
    const all = make("button", "fw-button fw-quiet", head, { type: "button" });
    this.all = text(all);
    all.addEventListener("click", go);
    this.list = make("ul", "", this.node);
    this.nothing = text(make("p", "fw-empty", this.node));
    this.rows = [];
  }

  // `fill(row, entry)` writes a row; the rows are `build(node)`'s.
  paint(entries, total, words, { build, fill }) {
    put(this.title, words.say(`brief.${this.name}`));
    put(this.all, words.say("brief.all", { count: words.count(total) }));
    put(this.nothing, entries.length ? "" : words.say(`none.${this.name}`));
    while (this.rows.length < entries.length) this.rows.push(build(make("li", "", this.list)));
    this.rows.forEach((row, place) => {
      row.node.hidden = place >= entries.length;
      if (place < entries.length) fill(row, entries[place]);
    });
  }
}

const DAY_HOUR_PX = 60; // what the name of an hour takes below the day's picture

// The day so far, of all queues together: against what was expected, and the same weekday.
class TodayPicture {
  constructor(parent) {
    this.node = make("section", "fw-tile brief day", parent);
    const head = make("header", "brief-head", this.node);
    this.title = text(make("h2", "", head));
    this.legend = new TrendLegend(head);
    this.chart = make("div", "trend-chart", this.node);
    this.trend = new Trend(this.chart, true);
  }

  paint(body, words, now) {
    const curves = body?.curves?.[""] ?? {};
    put(this.title, words.say("trend"));
    this.legend.paint(curves, words);
    const width = this.chart.clientWidth || 600;
    this.trend.paint(body?.totals?.trend, words, { curves, now, hour: DAY_HOUR_PX / width });
  }
}

class Now {
  constructor(parent, page, lists) {
    this.page = page;
    this.lists = lists;
    this.node = make("div", "view now", parent);
    this.place = make("div", "place", this.node);
    this.place.append(lists.node);
    const beside = make("div", "beside", this.node);
    this.queues = new Brief(beside, "queues", () => page.go("queues"));
    this.waiting = new Brief(beside, "waiting", () => page.go("waiting"));
    this.over = new Brief(beside, "over", () => page.go("break"));
    this.day = new TodayPicture(beside);
  }

  paint(floor, { words, now }) {
    if (this.lists.node.parentNode !== this.place) this.place.append(this.lists.node);
    mark(this.node, "data-quiet", String(!this.lists.quiet.hidden));
    this.queues.paint(floor.queues, floor.queues.length, words, {
      build: (node) => this.build_queue(node),
      fill: (row, entry) => this.fill_queue(row, entry, { floor, words, now }),
    });
    this.waiting.paint(floor.calls.slice(0, how_many()), floor.calls.length, words, {
      build: (node) => this.build_line(node, () => this.page.go("waiting")),
      fill: (row, { call, waits_ms }) => {
        const late = waits_ms > floor.body.queues?.[call.queue]?.target_ms;
        this.fill_line(row, { tone: late ? "warn" : "", shape: late ? "triangle" : "disc" });
        put(row.what, floor.queue_name(call.queue, words));
        put(row.more, String(call.caller ?? ""));
        put(row.time, words.wait(waits_ms));
      },
    });
    this.day.paint(floor.body, words, now);
    this.over.paint(floor.over.slice(0, how_many()), floor.over.length, words, {
      build: (node) => this.build_line(node, (row) => this.page.open_person(row.id)),
      fill: (row, person) => {
        row.id = person.id;
        this.fill_line(row, { tone: "warn", shape: "triangle" });
        put(row.what, person.name);
        const reason = reason_words(person.row.reason, words);
        put(row.more, [state_words(person.state, words), reason].filter(Boolean).join(" · "));
        put(row.time, `+${words.wait(person.over_ms)}`);
      },
    });
  }

  build_queue(node) {
    const button = make("button", "brief-line queue-line", node, { type: "button" });
    button.addEventListener("click", () => this.page.go("queues"));
    const sign = make("i", "fw-shape", button, { "aria-hidden": "true" });
    const what = text(make("span", "what", button));
    const parts = ["waiting", "longest", "ready", "level"].map((name) => {
      const part = make("span", `part ${name}`, button);
      const value = text(make("b", "", part));
      return [name, { node: part, value, label: text(make("span", "label", part)) }];
    });
    return { node, button, sign, what, parts: Object.fromEntries(parts) };
  }

  fill_queue({ button, sign, what, parts }, [id, queue], { floor, words, now }) {
    const below = is_below_goal(queue);
    const late = waits_too_long(queue, now);
    const tone = below ? "bad" : late ? "warn" : "good";
    mark(button, "data-tone", tone);
    mark(button, "data-state", queue.state ?? "unknown");
    mark(sign, "data-shape", tone === "good" ? "disc" : "triangle");
    put(what, floor.queue_name(id, words));
    put(parts.waiting.value, words.count(queue.waiting));
    put(parts.longest.value, words.wait(now - queue.longest_since));
    put(parts.ready.value, words.count(queue.agents?.ready));
    put(parts.level.value, words.kept(queue.service_level));
    mark(parts.longest.node, "data-tone", late ? "warn" : "");
    mark(parts.level.node, "data-tone", below ? "bad" : "");
    put(parts.waiting.label, words.say("queue.waiting"));
    put(parts.longest.label, words.say("queue.longest"));
    put(parts.ready.label, words.say("agent.ready"));
    put(parts.level.label, words.say("service_level"));
  }

  build_line(node, act) {
    const button = make("button", "brief-line", node, { type: "button" });
    const row = { node, button, sign: make("i", "fw-shape", button, { "aria-hidden": "true" }) };
    row.what = text(make("span", "what", button));
    row.more = text(make("span", "more", button));
    row.time = text(make("b", "time", button));
    button.addEventListener("click", () => act(row));
    return row;
  }

  fill_line({ button, sign }, { tone, shape: form }) {
    mark(button, "data-tone", tone);
    mark(sign, "data-shape", form);
  }

  press(letter) {
    return this.lists.press(letter);
  }
}
