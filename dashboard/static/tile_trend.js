// The day so far, against what was expected of it and against the same weekday.

const LEGEND = ["answered", "abandoned", "expected", "weekday"];

class TrendTile extends BoardTile {
  build(parent) {
    const legend = make("div", "legend", this.state.parentNode);
    this.state.before(legend);
    this.legend = LEGEND.map((name) => {
      const node = make("span", `key ${name}`, legend);
      make("i", "swatch", node, { "aria-hidden": "true" });
      return { name, node, label: text(make("span", "", node)) };
    });
    this.trend = new Trend(make("div", "chart", parent), true);
  }

  show(view) {
    const { words } = view;
    const curves = view.body?.curves?.[this.tile.queue ?? ""] ?? {};
    this.name(this.title(words.say("trend"), view));
    mark(this.node, "data-low", String(this.size.height < 32 * this.size.u));
    mark(this.node, "data-roomy", String(this.size.width > 100 * this.size.u));
    for (const { name, node, label } of this.legend) {
      node.hidden = name in { expected: 1, weekday: 1 } && !curves[name];
      put(label, this.key_words(name, curves, words));
    }
    const { width, u } = this.size;
    const hour = width ? (7 * u) / (width - 4.4 * u) : 0.1;
    this.trend.paint(this.figures_in(view).trend, words, { curves, now: view.now, hour });
  }

  key_words(name, curves, words) {
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
