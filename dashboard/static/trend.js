// The traffic of the day as bars, with what was expected and the same weekday as lines over them: paths
// that are rewritten in place, whatever the day brings.

const WIDTH = 1000;
const HEIGHT = 100;
const SHORTEST_DAY = 16; // intervals, so that the first calls do not fill the whole picture
const LABELS = 13;
const HOUR_STEPS = [1, 2, 3, 4, 6, 12];
const COURSES = ["offered", "answered", "abandoned"];
const HARDLY_ANY = 0.5; // a curve below this is no open hour

function redraw(path, d) {
  if (path.getAttribute("d") !== d) path.setAttribute("d", d);
}

// A nice upper end for the scale, whose half is a whole number too.
function ceiling(highest) {
  for (let unit = 1; ; unit *= 10) {
    for (const step of [4, 6, 8, 10, 12, 16, 20, 30]) if (Math.max(highest, 4) <= step * unit) return step * unit;
  }
}

class Trend {
  constructor(parent, labelled) {
    this.box = make("div", "trend", parent);
    const svg = shape(this.box, "svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    this.paths = {};
    const drawn = labelled
      ? ["grid", "answered", "abandoned", "base", "weekday", "expected"]
      : ["answered", "abandoned", "base"];
    for (const name of drawn) this.paths[name] = shape(svg, "path", { class: name, d: "" });
    this.labels = labelled ? new TrendLabels(this.box) : null;
  }

  // `curves`: what was expected, and the same weekday; `now`: the moment to mark; `hour`: how much of the
  // width the name of an hour takes.
  paint(trend, words, { curves, now, hour = 0.1 } = {}) {
    const day = new TrendDay(trend, this.labels ? curves : undefined);
    const top = this.labels ? ceiling(day.highest) : Math.max(day.highest, 5);
    const step = WIDTH / day.count;
    const y = (value) => HEIGHT - (HEIGHT * value) / top;
    const drawn = { answered: "", abandoned: "" };
    for (let i = day.first; i < day.end; i += 1) {
      const x = ((i - day.first) * step + step * 0.12).toFixed(1);
      const low = day.of("answered", i);
      const high = low + day.of("abandoned", i);
      if (low) drawn.answered += bar_path(x, y(low), step * 0.76, y(0));
      if (high > low) drawn.abandoned += bar_path(x, y(high), step * 0.76, y(low));
    }
    redraw(this.paths.answered, drawn.answered);
    redraw(this.paths.abandoned, drawn.abandoned);
    redraw(this.paths.base, `M0 ${HEIGHT}H${WIDTH}`);
    if (!this.labels) return;
    for (const name of ["expected", "weekday"]) redraw(this.paths[name], day.line(name, { step, y }));
    redraw(this.paths.grid, trend ? `M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}` : "");
    this.labels.paint(trend, day, { top, words, now, hour });
  }
}

// Which intervals of the day to show: those with anything in them, be it only expected.
class TrendDay {
  constructor(trend, curves) {
    this.courses = { ...curves };
    for (const name of COURSES) this.courses[name] = trend?.[name];
    let first = Infinity;
    let end = 0;
    this.highest = 0;
    for (const name of [...COURSES, "expected", "weekday"]) {
      for (const [number, value] of Object.entries(this.courses[name] ?? {})) {
        if (!(value >= HARDLY_ANY)) continue;
        first = Math.min(first, Number(number));
        end = Math.max(end, Number(number) + 1);
        this.highest = Math.max(this.highest, value);
      }
    }
    for (const number of Object.keys(this.courses.answered ?? {})) {
      const both = this.of("answered", number) + this.of("abandoned", number);
      this.highest = Math.max(this.highest, both);
    }
    this.first = Number.isFinite(first) ? first : 0;
    this.end = end;
    this.count = Math.max(end - this.first, SHORTEST_DAY);
  }

  of(name, number) {
    const value = this.courses[name]?.[number];
    return Number.isFinite(value) ? value : 0;
  }

  line(name, { step, y }) {
    let path = "";
    const course = this.courses[name];
    for (let i = this.first; course && i < this.end; i += 1) {
      const x = ((i - this.first + 0.5) * step).toFixed(1);
      path += `${path ? "L" : "M"}${x} ${y(this.of(name, i)).toFixed(1)}`;
    }
    return path;
  }
}

// The hours below, the scale at the side, and now: as text of the page, which does not stretch.
class TrendLabels {
  constructor(parent) {
    this.top = text(make("span", "top", parent));
    this.half = text(make("span", "top half", parent));
    this.now = make("span", "now", parent);
    this.now_words = text(make("b", "", this.now));
    this.hours = Array.from({ length: LABELS }, () => {
      const label = make("span", "hour", parent);
      return { label, text: text(label) };
    });
  }

  paint(trend, day, { top, words, now, hour }) {
    put(this.top, trend ? words.count(top) : "");
    put(this.half, trend ? words.count(top / 2) : "");
    const ticks = [];
    for (let i = day.first; trend && i <= day.first + day.count; i += 1) {
      const at = trend.start_at + i * trend.step_ms;
      const [full, minute] = words.hour_minute(at).split(":").map(Number);
      if (minute === 0) ticks.push({ hour: full, at, place: (100 * (i - day.first)) / day.count });
    }
    const every = HOUR_STEPS.find((hours) => (ticks.length / hours) * hour * 1.3 <= 1) ?? 24;
    const shown = ticks.filter((tick) => tick.hour % every === 0 && tick.place <= 100 * (1 - hour));
    this.hours.forEach(({ label, text: said }, i) => {
      label.hidden = i >= shown.length;
      if (label.hidden) return;
      put(said, words.hour_minute(shown[i].at));
      label.style.left = `${shown[i].place.toFixed(2)}%`;
    });
    const place = trend ? (100 * ((now - trend.start_at) / trend.step_ms - day.first)) / day.count : NaN;
    this.now.hidden = !(place >= 0 && place <= 100);
    if (this.now.hidden) return;
    mark(this.now, "data-end", String(place > 85));
    this.now.style.left = `${place.toFixed(2)}%`;
    put(this.now_words, words.say("trend.now"));
  }
}

function bar_path(x, top, width, bottom) {
  return `M${x} ${top.toFixed(1)}h${width.toFixed(1)}V${bottom.toFixed(1)}h${(-width).toFixed(1)}z`;
}

const LEGEND = ["answered", "abandoned", "expected", "weekday"];

// What the bars and the lines mean; of the lines, those that there are.
class TrendLegend {
  constructor(parent) {
    this.node = make("div", "trend-legend", parent);
    this.keys = LEGEND.map((name) => {
      const node = make("span", `key ${name}`, this.node);
      make("i", "swatch", node, { "aria-hidden": "true" });
      return { name, node, label: text(make("span", "", node)) };
    });
  }

  paint(curves, words) {
    for (const { name, node, label } of this.keys) {
      node.hidden = name in { expected: 1, weekday: 1 } && !curves[name];
      put(label, this.said(name, curves, words));
    }
  }

  said(name, curves, words) {
    if (name === "expected") return words.say("trend.expected");
    if (name === "weekday") return words.say("trend.weekday", { day: short_day(curves.weekday_day, words) });
    return words.say(`queue.${name}`);
  }
}

// "2026-11-15" is a day of the calendar, in no time zone.
function short_day(day, words) {
  const at = Date.parse(`${day}T00:00:00Z`);
  if (!Number.isFinite(at)) return NOTHING;
  const format = { weekday: "short", month: "short", day: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(words.say("locale"), format).format(at);
}
