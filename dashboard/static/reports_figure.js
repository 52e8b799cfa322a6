// How a figure of a day is written, opened and compared.

const GOOD_WHEN = { service_level: 1, abandoned: -1, abandon_rate: -1, asa_ms: -1, dropped_talking: -1, dropped_waiting: -1 };
const SHARE_NAMES = new Set(["service_level", "abandon_rate"]);

function report_words(name, value, words) {
  if (!Number.isFinite(value)) return NOTHING;
  if (name === "service_level") return words.kept(value);
  if (SHARE_NAMES.has(name)) return words.share(value);
  return name.endsWith("_ms") ? words.wait(value) : words.count(value);
}

// A figure that opens to its calls; what is not known has none. `span` is `{ queue, names, from, to }`.
function report_figure(parent, { name, value, span, page, tag = "" }) {
  const { words } = page;
  const said = report_words(name, value, words);
  if (!Number.isFinite(value)) return text(make("span", `r-nothing ${tag}`, parent)).data = said;
  const node = make("button", `r-figure ${tag}`, parent, { type: "button" });
  text(node).data = said;
  const label = words.say(`figure.${name}`);
  mark(node, "aria-label", `${label}: ${said}`);
  node.addEventListener("click", () => page.drill.open({ ...span, what: name, label, value: said }));
  return node;
}

// Met, or below: by shape, word and colour.
function report_goal(parent, level, goal, words) {
  if (!Number.isFinite(level) || !Number.isFinite(goal)) return;
  const met = level >= goal;
  const node = make("span", "fw-tag", parent, { "data-tone": met ? "good" : "bad" });
  make("i", "fw-shape", node, { "data-shape": met ? "disc" : "triangle", "aria-hidden": "true" });
  text(node).data = report_promise(met, goal, words);
}

function report_promise(met, goal, words) {
  const how = met ? "met" : "below";
  return words.say(`promise.${how}`, { goal: words.promise(goal) });
}

// "▲ 34 more than the day before"; its tone says whether that is good.
function report_comparison(parent, name, value, then, { words, when }) {
  const node = make("p", "r-compare", parent);
  const sign = make("i", "r-arrow", node, { "aria-hidden": "true" });
  const said = text(make("span", "", node));
  if (!Number.isFinite(value) || !Number.isFinite(then)) {
    mark(sign, "data-way", "none");
    said.data = words.say("compare.unknown", { when });
    return;
  }
  const [diff, shown] = report_difference(name, value, then, words);
  const way = Math.sign(diff);
  mark(sign, "data-way", ["down", "same", "up"][way + 1]);
  const good = (GOOD_WHEN[name] ?? 0) * way;
  mark(node, "data-tone", good > 0 ? "good" : good < 0 ? "bad" : "");
  said.data = words.say(`compare.${report_way(name, way)}`, { diff: shown, when });
}

// The difference as it is written: what is written alike is the same.
function report_difference(name, value, then, words) {
  if (SHARE_NAMES.has(name)) {
    const kept = (share) => Math.floor(share * 1000 + 1e-9) / 10;
    const points = Math.round((kept(value) - kept(then)) * 10) / 10;
    return [points, words.say("points", { points: words.tenths(Math.abs(points)) })];
  }
  if (name.endsWith("_ms")) {
    const ms = (Math.floor(value / 1000) - Math.floor(then / 1000)) * 1000;
    return [ms, words.wait(Math.abs(ms))];
  }
  const count = value - then;
  const part = then ? ` (${words.part(Math.abs(count) / then)})` : "";
  return [count, `${words.count(Math.abs(count))}${part}`];
}

function report_way(name, way) {
  if (!way) return "same";
  if (SHARE_NAMES.has(name)) return way > 0 ? "higher" : "lower";
  if (name.endsWith("_ms")) return way > 0 ? "longer" : "shorter";
  return way > 0 ? "more" : "fewer";
}

// What the words of every page cannot: dates with their year, and parts.
class ReportWords extends Words {
  prepare() {
    super.prepare();
    const locale = this.say("locale");
    const time_zone = { timeZone: this.zone };
    const whole = { weekday: "long", year: "numeric", month: "long", day: "numeric" };
    const brief = { weekday: "short", month: "short", day: "numeric" };
    this.dates = new Intl.DateTimeFormat(locale, { ...whole, ...time_zone });
    this.brief_dates = new Intl.DateTimeFormat(locale, { ...brief, ...time_zone });
    this.weekdays = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
    this.one_digit = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
    this.promises = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
    this.parts = new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 2 });
  }

  date(at) {
    return Number.isFinite(at) ? this.dates.format(at) : "";
  }

  brief_date(at) {
    return Number.isFinite(at) ? this.brief_dates.format(at) : "";
  }

  // 0 is Monday.
  weekday(day) {
    return this.weekdays.format(Date.UTC(2024, 0, 1 + day));
  }

  tenths(value) {
    return this.one_digit.format(value);
  }

  // A promised share: 80 %, or 82.5 %.
  promise(value) {
    return Number.isFinite(value) ? this.promises.format(value) : NOTHING;
  }

  part(value) {
    return this.parts.format(value);
  }
}
