// What stands on the wall: a row per queue, and the whole floor above them.

const AGENT_STATES = ["ready", "talking", "hold", "ringing", "acw", "not_ready", "unreachable"];
const LONG_NAME = 16;
const QUEUE_STATES = new Set(["live", "late", "stale", "unknown"]);
const COUNTS = ["offered", "answered", "abandoned"];
const TROUBLED = new Set(["down", "degraded"]);
const PARTS_SHOWN = 4;

// A longer number gets a smaller type, so that no digit is ever cut off.
function fit(node, words) {
  mark(node, "data-long", String(words.length > 5));
}

// A word above or beside a value.
class Figure {
  constructor(parent, name) {
    this.node = make("div", `figure ${name}`, parent);
    this.label = text(make("span", "label", this.node));
    this.value = text(make("span", "value", this.node));
    this.note = text(make("span", "note", this.node));
  }

  paint(label, value, note = "") {
    put(this.label, label);
    put(this.value, value);
    fit(this.node, value);
    put(this.note, note);
  }
}

// How far the service level is from what was promised: a bar, a tick at the goal, a word.
class Level {
  constructor(parent) {
    const line = make("div", "level", parent);
    this.bar = line;
    this.fill = make("i", "fill", line);
    this.goal = make("i", "goal", line);
  }

  paint(part, goal) {
    const known = Number.isFinite(part);
    this.fill.style.width = `${known ? Math.min(1, Math.max(0, part)) * 100 : 0}%`;
    this.goal.hidden = !Number.isFinite(goal);
    if (!this.goal.hidden) this.goal.style.left = `${goal * 100}%`;
  }
}

function verdict(part, goal) {
  if (!Number.isFinite(part) || !Number.isFinite(goal)) return "none";
  return part >= goal ? "met" : "below";
}

class Agents {
  constructor(parent) {
    this.node = make("div", "agents", parent);
    this.chips = AGENT_STATES.map((state) => {
      const chip = make("span", "chip", this.node, { "data-agents": state });
      make("i", "sign", chip, { "aria-hidden": "true" });
      const word = text(make("span", "word", chip));
      return { state, chip, word, count: text(make("b", "count", chip)) };
    });
  }

  paint(agents, words) {
    for (const { state, chip, word, count } of this.chips) {
      const number = agents?.[state];
      mark(chip, "data-none", String(!number));
      put(word, words.say(`agent.${state}`));
      put(count, words.count(number));
    }
  }
}

class Row {
  constructor(parent) {
    this.node = make("div", "row", parent, { role: "row" });
    const name = this.cell("name", "rowheader");
    this.name = text(make("span", "queue", name));
    this.state = make("span", "state", name);
    make("i", "sign", this.state, { "aria-hidden": "true" });
    this.state_words = text(make("span", "", this.state));
    this.waiting = this.value("waiting");
    this.longest = this.value("longest");
    const level = this.cell("service");
    this.service_label = text(make("span", "label", level));
    this.service = text(make("b", "value", level));
    this.target = text(make("span", "note", level));
    this.variant = text(make("span", "note variant", level));
    this.level = new Level(level);
    this.counts = COUNTS.map((count) => [count, this.value(`count ${count}`)]);
    this.agents = new Agents(this.cell("people"));
    this.trend = new Trend(this.cell("day"), false);
  }

  cell(name, role = "cell") {
    return make("div", `cell ${name}`, this.node, { role });
  }

  value(name) {
    const cell = this.cell(name);
    const label = text(make("span", "label", cell));
    return { cell, label, text: text(make("b", "value", cell)) };
  }

  paint(id, queue, { words, now, mixed, live }) {
    const state = QUEUE_STATES.has(queue.state) ? queue.state : "unknown";
    const stopped = state === "stale" || state === "unknown";
    // What nobody tells us any more does not go on growing.
    const then = stopped && queue.state_since ? Math.min(now, queue.state_since) : now;
    mark(this.node, "data-state", state);
    mark(this.node, "data-queue", id);
    const name = words.name(queue.names, id);
    put(this.name, name);
    mark(this.name.parentNode, "title", name);
    mark(this.name.parentNode.parentNode, "data-long", String(name.length > LONG_NAME));
    put(this.state_words, told(state, queue.state_since, { words, live }));
    put(this.waiting.label, words.say("queue.waiting"));
    put(this.waiting.text, words.count(queue.waiting));
    mark(this.waiting.cell, "data-some", String(queue.waiting > 0));
    const longest_ms = queue.longest_since === undefined ? NaN : then - queue.longest_since;
    put(this.longest.label, words.say("queue.longest"));
    put(this.longest.text, words.wait(longest_ms));
    fit(this.longest.cell, this.longest.text.data);
    mark(this.longest.cell, "data-over", String(longest_ms > queue.target_ms));
    put(this.service_label, words.say("service_level"));
    put(this.service, words.kept(queue.service_level));
    fit(this.level.bar.parentNode, this.service.data);
    put(this.target, mixed ? promise(queue, words) : ""); // else it stands once, above
    put(this.variant, mixed && queue.variant ? words.say(`variant.${queue.variant}`) : "");
    mark(this.node, "data-service", verdict(queue.service_level, queue.goal));
    mark(this.level.bar.parentNode, "title", words.say(`variant.${queue.variant}.long`));
    this.level.paint(queue.service_level, queue.goal);
    for (const [count, cell] of this.counts) {
      put(cell.label, words.say(`queue.${count}`));
      put(cell.text, words.count(queue[count]));
      fit(cell.cell, cell.text.data);
    }
    this.agents.paint(queue.agents, words);
    this.trend.paint(queue.trend, words);
  }
}

// "Stale since 10:31:07"; of what we cannot see ourselves we do not say that it is live.
function told(state, since, { words, live }) {
  if (state === "live") return live ? words.say("state.live") : NOTHING;
  const known = Number.isFinite(since);
  return words.say(`state.${state}`) + (known ? ` ${words.say("since", { time: words.time(since) })}` : "");
}

// "80/20 s": what the percentage is held against is never left to be guessed.
function promise(figures, words) {
  if (!Number.isFinite(figures.target_ms)) return "";
  const goal = words.whole_percent(figures.goal);
  return words.say("target", { goal, seconds: words.whole_seconds(figures.target_ms) });
}

function shared(queues, key) {
  const values = new Set(queues.map((queue) => queue[key]));
  return values.size === 1 ? [...values][0] : undefined;
}

class Totals {
  constructor(parent) {
    this.node = make("section", "totals", parent);
    const heroes = make("div", "heroes", this.node);
    this.waiting = new Figure(heroes, "waiting");
    this.longest = new Figure(heroes, "longest");
    this.service = new Figure(heroes, "service");
    this.level = new Level(this.service.node);
    const rest = make("div", "rest", this.node);
    this.counts = [...COUNTS, "overflowed", "dropped", "asa"].map((name) => [name, new Figure(rest, name)]);
    this.agents = new Agents(make("div", "people", this.node));
    const chart = make("div", "chart", this.node);
    const head = make("div", "legend", chart);
    this.title = text(make("h2", "", head));
    this.legend = COUNTS.map((name) => {
      const entry = make("span", `key ${name}`, head);
      make("i", "sign", entry, { "aria-hidden": "true" });
      return [name, text(make("span", "", entry))];
    });
    this.trend = new Trend(chart, true);
  }

  paint(totals, queues, { words, now }) {
    const held_to = {};
    for (const key of ["target_ms", "variant", "goal"]) {
      held_to[key] = totals[key] ?? shared(queues, key);
    }
    const longest_ms = totals.longest_since === undefined ? NaN : now - totals.longest_since;
    this.waiting.paint(words.say("queue.waiting"), words.count(totals.waiting));
    mark(this.waiting.node, "data-some", String(totals.waiting > 0));
    this.longest.paint(words.say("queue.longest"), words.wait(longest_ms));
    mark(this.longest.node, "data-over", String(longest_ms > held_to.target_ms));
    const same = held_to.target_ms !== undefined && held_to.variant !== undefined;
    const held = `${promise(held_to, words)} · ${words.say(`variant.${held_to.variant}`)}`;
    const note = same ? held : words.say("target.mixed");
    this.service.paint(words.say("service_level"), words.kept(totals.service_level), note);
    mark(this.node, "data-service", verdict(totals.service_level, held_to.goal));
    mark(this.service.node, "title", same ? words.say(`variant.${held_to.variant}.long`) : note);
    this.level.paint(totals.service_level, held_to.goal);
    for (const [name, figure] of this.counts) {
      const count = name === "dropped" ? totals.dropped_waiting + totals.dropped_talking : totals[name];
      const value = name === "asa" ? words.wait(totals.asa_ms) : words.count(count);
      const rate = name === "abandoned" ? words.share(totals.abandon_rate) : "";
      figure.paint(words.say(`queue.${name}`), value, rate === NOTHING ? "" : rate);
    }
    this.agents.paint(totals.agents, words);
    put(this.title, words.say("trend"));
    for (const [name, label] of this.legend) put(label, words.say(`queue.${name}`));
    this.trend.paint(totals.trend, words);
  }
}

// Parts of the telephone system that are not well; nothing is said of those that are.
class Parts {
  constructor(parent) {
    this.node = make("p", "parts", parent, { role: "status" });
    this.entries = [];
  }

  paint(parts, words) {
    const sick = Object.values(parts).filter((part) => TROUBLED.has(part.status));
    sick.sort((a, b) => (a.status === "down" ? 0 : 1) - (b.status === "down" ? 0 : 1) || b.since - a.since);
    const told = sick.slice(0, PARTS_SHOWN).map((part) => ({
      status: part.status,
      words: `${part.name} ${words.say(`part.${part.status}`)} ${words.say("since", { time: words.time(part.since) })}`,
    }));
    const more = sick.length - PARTS_SHOWN;
    if (more > 0) told.push({ status: "more", words: `+${words.count(more)}` });
    while (this.entries.length < told.length) this.add();
    this.entries.forEach(({ node, label }, place) => {
      node.hidden = place >= told.length;
      mark(node, "data-part", told[place]?.status ?? "");
      put(label, told[place]?.words ?? "");
    });
  }

  add() {
    const node = make("span", "part", this.node);
    make("i", "sign", node, { "aria-hidden": "true" });
    this.entries.push({ node, label: text(make("span", "", node)) });
  }
}
