// The drill-down: from any figure to its formula and the calls behind it, in a sheet over any page.
//
//   new Drill(node, { words, road }).open({ what, queue, agent, from, to, label, value })
//
// `what` is a figure's name (docs/reports.md). `words` may be the words, or what returns them. Without
// `from` and `to` it is the running business day.

const DRILL_COLUMNS = ["time", "queue", "caller", "wait", "talk", "agent", "end"];
const DRILL_ONLY = { talk: "talk_ms", agent: "agent" }; // columns that stand only where a call has such a thing
const DRILL_WHOLE_MS = 20 * 3600000;
const DRILL_NOW = new Set(["waiting", "talking"]);
// Of a mean, the calls that made it long come first; of a share, those that spoilt it.
const DRILL_FIRST = {
  service_level: ["missed", "time"],
  abandon_rate: ["abandoned", "time"],
  asa_ms: ["answered", "wait"],
  average_abandon_ms: ["abandoned", "wait"],
  att_ms: ["completed", "talk"],
  aht_ms: ["completed", "talk"],
  csat: ["surveys", "time"],
  quality: ["reviews", "time"],
};

class Drill {
  constructor(node, { words, road }) {
    this.road = road;
    this.speak = typeof words === "function" ? words : () => words;
    this.dialog = make("dialog", "fw-drill", node);
    this.build_head();
    this.build_formula();
    this.build_calls();
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.close();
    });
    this.dialog.addEventListener("keydown", (event) => this.press(event));
  }

  get shown() {
    return this.dialog.open;
  }

  get words() {
    return this.speak();
  }

  build_head() {
    const head = make("header", "fw-drill-head", this.dialog);
    const titles = make("div", "", head);
    this.title = text(make("h2", "", titles));
    this.where = text(make("p", "fw-note", titles));
    this.value = text(make("strong", "fw-drill-value", head));
    this.shut = make("button", "fw-button fw-quiet", head, { type: "button" });
    this.shut_words = text(this.shut);
    this.shut.addEventListener("click", () => this.close());
  }

  build_formula() {
    this.formula = make("section", "fw-drill-formula", this.dialog);
    this.definition = text(make("p", "", this.formula));
    this.sentence_box = make("p", "fw-drill-sentence", this.formula);
    this.sentence = text(this.sentence_box);
    this.terms = make("div", "fw-row", this.formula, { role: "group" });
  }

  build_calls() {
    const section = make("section", "fw-drill-calls", this.dialog);
    const head = make("header", "fw-row", section);
    this.which = text(make("h3", "", head));
    this.count = text(make("span", "fw-tag", head));
    this.note = make("p", "fw-said", section, { role: "status" });
    this.note_words = text(this.note);
    this.again = make("button", "fw-button", section, { type: "button" });
    this.again_words = text(this.again);
    this.again.addEventListener("click", () => this.read());
    this.box = make("div", "fw-drill-box", section, { tabindex: "0", role: "region" });
    this.table = make("table", "fw-table", this.box);
    this.keys = text(make("footer", "fw-note fw-drill-keys", this.dialog));
  }

  // Show what is behind a figure. Resolves once it is there.
  async open(figure) {
    this.figure = figure;
    [this.what, this.order] = DRILL_FIRST[figure.what] ?? [figure.what, "time"];
    this.told = null;
    this.list = null;
    if (!this.dialog.open) this.dialog.showModal();
    await this.read();
  }

  close() {
    this.dialog.close();
  }

  get asked() {
    const { queue = "", agent = "", from, to } = this.figure;
    const asked = {};
    if (queue) asked.queue = queue;
    if (agent) asked.agent = agent;
    if (Number.isFinite(from)) asked.from = Math.round(from);
    if (Number.isFinite(to)) asked.to = Math.round(to);
    return asked;
  }

  async read() {
    const { figure, what } = this;
    this.state = "reading";
    this.paint();
    const formula = this.told ?? this.ask_formula();
    const calls = this.road.ask("calls", { ...this.asked, what, order: this.order });
    const [told, list] = await Promise.all([formula, calls]);
    if (figure !== this.figure || what !== this.what) return; // another was asked for meanwhile
    this.told = told;
    this.list = list;
    this.state = list ? "there" : "failed";
    this.paint();
  }

  // Of a person there are calls, but no formula of his own.
  ask_formula() {
    if (this.figure.agent) return null;
    return this.road.ask("formula", { ...this.asked, name: this.figure.what });
  }

  choose(name) {
    this.what = name;
    this.read();
  }

  paint() {
    const { words, figure, told } = this;
    put(this.title, figure.label ?? drill_label(figure.what, words));
    put(this.value, this.said_value());
    put(this.where, this.place());
    put(this.shut_words, words.say("drill.close"));
    put(this.keys, words.say("drill.keys"));
    mark(this.dialog, "aria-label", this.title.data);
    const known = told?.definition?.[words.language];
    put(this.definition, known ?? drill_said("definition", figure.what, words, told));
    put(this.sentence, told?.sentence?.[words.language] ?? "");
    this.sentence_box.hidden = !this.sentence.data;
    this.paint_terms();
    this.paint_calls();
  }

  // As it is now, so that it is what the sums and the calls below make; a live figure goes on.
  said_value() {
    const { words, figure, told, list } = this;
    if (told && told.name === figure.what && "unit" in told) {
      if (told.unit === "count") return words.count(told.value);
      if (told.unit === "ms") return words.wait(told.value);
      if (told.unit === "points") return told.value === null ? NOTHING : (told.value / 10).toFixed(1);
      return figure.what === "service_level" ? words.kept(told.value) : words.share(told.value);
    }
    return figure.value ?? (list ? words.count(list.count) : "");
  }

  place() {
    const { words, figure, list } = this;
    const queue = figure.queue
      ? words.name(figure.names ?? list?.queues?.[figure.queue], figure.queue)
      : words.say("drill.everywhere");
    if (DRILL_NOW.has(figure.what)) return `${queue} · ${words.say("drill.now")}`;
    const from = figure.from ?? list?.from;
    if (!Number.isFinite(from)) return queue;
    const to = figure.to ?? list.to;
    if (to - from > DRILL_WHOLE_MS) return `${queue} · ${words.say("drill.whole", { day: words.day(from) })}`;
    const span = { day: words.day(from), from: words.hour_minute(from), to: words.hour_minute(to) };
    return `${queue} · ${words.say("drill.span", span)}`;
  }

  paint_terms() {
    const { words, told } = this;
    this.terms.replaceChildren();
    for (const term of told?.terms ?? []) {
      const chip = make("button", "fw-button fw-drill-term", this.terms, {
        type: "button",
        "aria-pressed": String(term.name === this.what),
      });
      const value = term.calls ? words.count(term.value) : words.wait(term.value);
      text(make("b", "", chip)).data = value;
      text(make("span", "", chip)).data = drill_said("term", term.name, words, told);
      if (term.calls) chip.addEventListener("click", () => this.choose(term.name));
      else chip.disabled = true;
    }
    mark(this.terms, "aria-label", words.say("drill.formula"));
    this.terms.hidden = !this.terms.firstChild;
  }

  paint_calls() {
    const { words, list, state } = this;
    const term = (this.told?.terms ?? []).some(({ name }) => name === this.what);
    const own = this.what === this.figure.what ? this.title.data : drill_label(this.what, words);
    const which = term ? drill_said("term", this.what, words, this.told) : own;
    put(this.which, words.say("drill.which", { what: which }));
    mark(this.box, "aria-label", this.which.data);
    put(this.count, list ? words.say(list.count === 1 ? "drill.one" : "drill.many", { count: words.count(list.count) }) : "");
    put(this.note_words, this.remark());
    mark(this.note, "data-tone", state === "failed" ? "bad" : list?.whole === false ? "warn" : "");
    this.note.hidden = !this.note_words.data;
    put(this.again_words, words.say("drill.again"));
    this.again.hidden = state !== "failed";
    this.build_rows();
  }

  remark() {
    const { words, list, state } = this;
    if (state === "reading") return words.say("drill.reading");
    if (state === "failed") return words.say("drill.failed");
    if (!list.whole) return words.say("drill.partial");
    if (!list.count) return words.say("drill.nothing");
    if (!list.more) return "";
    const counts = { count: words.count(list.count), shown: words.count(list.calls.length) };
    return words.say(this.order === "time" ? "drill.latest" : "drill.longest", counts);
  }

  build_rows() {
    const { words, list, figure } = this;
    this.table.replaceChildren();
    this.table.hidden = !list?.calls.length;
    if (this.table.hidden) return;
    const columns = DRILL_COLUMNS.filter((column) => column !== "queue" || !figure.queue).filter(
      (column) => !(column in DRILL_ONLY) || list.calls.some((call) => call[DRILL_ONLY[column]]),
    );
    const head = make("tr", "", make("thead", "", this.table));
    for (const column of columns) {
      text(make("th", drill_class(column), head, { scope: "col" })).data = words.say(`drill.${column}`);
    }
    const body = make("tbody", "", this.table);
    for (const call of list.calls) {
      const row = make("tr", "", body, { tabindex: "-1" });
      if (call.visit) mark(row, "title", call.visit);
      for (const column of columns) {
        const cell = make("td", drill_class(column), row, { "data-column": column });
        text(cell).data = this.cell(column, call);
      }
    }
  }

  cell(column, call) {
    const { words, list } = this;
    switch (column) {
      case "time":
        return words.time(call.at);
      case "queue":
        return words.name(list.queues[call.queue], call.queue);
      case "caller":
        return call.caller || NOTHING;
      case "wait":
        return words.wait(call.wait_ms);
      case "talk":
        return words.wait(call.talk_ms);
      case "agent":
        return call.agent ? words.name(list.agents[call.agent], call.agent) : NOTHING;
      default:
        return drill_end(call, words);
    }
  }

  // The arrows go from line to line.
  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...(this.table.tBodies[0]?.rows ?? [])];
    const place = rows.indexOf(this.dialog.getRootNode().activeElement);
    const next = rows[place < 0 ? 0 : place + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

function drill_class(column) {
  return column === "wait" || column === "talk" ? "fw-number" : "";
}

function drill_label(name, words) {
  return words.say(`figure.${name}`);
}

// What depends on target and threshold is said with them, in seconds.
function drill_said(family, name, words, told) {
  const blanks = {
    target: words.whole_seconds(told?.target_ms),
    short: words.whole_seconds(told?.short_ms),
  };
  if (family === "term") return words.say(`term.${name}`, blanks);
  return Object.hasOwn(words.catalogue, `definition.${name}`) ? words.say(`definition.${name}`, blanks) : "";
}

// "Overflowed (timeout)".
function drill_end({ end, reason = "", score }, words) {
  const known = words.say(`end.${end}`);
  if (score) return words.say("drill.because", { end: known, why: `${score[0]} / ${score[2]}` });
  if (!reason) return known;
  const why = Object.hasOwn(words.catalogue, `why.${reason}`) ? words.say(`why.${reason}`) : reason;
  return words.say("drill.because", { end: known, why });
}
