// The traffic of the day as bars: three paths that are rewritten in place, whatever the day brings.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const HEIGHT = 100;
const SHORTEST_DAY = 16; // intervals, so that the first calls do not fill the whole picture
const LABELS = 13;
const HOUR_STEPS = [1, 2, 3, 4, 6, 12];

function shape(parent, name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return parent.appendChild(node);
}

function redraw(path, d) {
  if (path.getAttribute("d") !== d) path.setAttribute("d", d);
}

// A nice upper end for the scale: 5, 10, 20, 50, 100, ...
function ceiling(highest) {
  for (let unit = 1; ; unit *= 10) {
    for (const step of [1, 2, 5]) if (Math.max(highest, 5) <= step * unit) return step * unit;
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
    this.grid = labelled ? shape(svg, "path", { class: "grid", d: "" }) : null;
    this.answered = shape(svg, "path", { class: "answered", d: "" });
    this.abandoned = shape(svg, "path", { class: "abandoned", d: "" });
    this.offered = shape(svg, "path", { class: "offered", d: "" });
    this.top = labelled ? text(make("span", "top", this.box)) : null;
    this.hours = [];
    for (let i = 0; labelled && i < LABELS; i += 1) {
      const label = make("span", "hour", this.box);
      this.hours.push({ label, text: text(label) });
    }
  }

  paint(trend, clock) {
    const offered = trend?.offered ?? {};
    const answered = trend?.answered ?? {};
    const abandoned = trend?.abandoned ?? {};
    const numbers = [offered, answered, abandoned].flatMap((course) => Object.keys(course));
    const length = numbers.reduce((most, number) => Math.max(most, Number(number) + 1), 0);
    let first = 0;
    while (first < length && !offered[first] && !answered[first] && !abandoned[first]) first += 1;
    first = Math.max(0, Math.min(first, length - 1));
    const count = Math.max(length - first, SHORTEST_DAY);
    let highest = 0;
    for (let i = first; i < length; i += 1) {
      highest = Math.max(highest, offered[i] ?? 0, (answered[i] ?? 0) + (abandoned[i] ?? 0));
    }
    const top = this.grid ? ceiling(highest) : Math.max(highest, 5);
    const step = WIDTH / count;
    const bar = step * 0.72;
    const y = (value) => HEIGHT - (HEIGHT * value) / top;
    const paths = { answered: "", abandoned: "", offered: "" };
    for (let i = first; i < length; i += 1) {
      const x = ((i - first) * step + step * 0.14).toFixed(1);
      const low = answered[i] ?? 0;
      const high = low + (abandoned[i] ?? 0);
      if (low) paths.answered += box(x, y(low), bar, y(0));
      if (high > low) paths.abandoned += box(x, y(high), bar, y(low));
      if (offered[i]) paths.offered += `M${x} ${y(offered[i]).toFixed(1)}h${bar.toFixed(1)}`;
    }
    redraw(this.answered, paths.answered);
    redraw(this.abandoned, paths.abandoned);
    redraw(this.offered, paths.offered);
    if (this.grid) this.scale(trend, { first, count, top, clock });
  }

  scale(trend, { first, count, top, clock }) {
    redraw(this.grid, `M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}`);
    put(this.top, trend ? clock.count(top) : "");
    const ticks = [];
    for (let i = first; trend && i <= first + count; i += 1) {
      const at = trend.start_at + i * trend.step_ms;
      const [hour, minute] = clock.hour_minute(at).split(":").map(Number);
      if (minute === 0) ticks.push({ hour, at, place: (100 * (i - first)) / count });
    }
    const every = HOUR_STEPS.find((hours) => ticks.length / hours <= 8) ?? 24;
    const shown = ticks.filter((tick) => tick.hour % every === 0 && tick.place <= 96);
    this.hours.forEach(({ label, text: words }, i) => {
      label.hidden = i >= shown.length;
      if (label.hidden) return;
      put(words, clock.hour_minute(shown[i].at));
      label.style.left = `${shown[i].place.toFixed(2)}%`;
    });
  }
}

function box(x, top, width, bottom) {
  return `M${x} ${top.toFixed(1)}h${width.toFixed(1)}V${bottom.toFixed(1)}h${(-width).toFixed(1)}z`;
}
