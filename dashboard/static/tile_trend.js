// The day so far, against what was expected of it and against the same weekday.

class TrendTile extends BoardTile {
  build(parent) {
    this.legend = new TrendLegend(this.state.parentNode);
    this.state.before(this.legend.node);
    this.trend = new Trend(make("div", "trend-chart", parent), true);
  }

  show(view) {
    const { words } = view;
    const curves = view.body?.curves?.[this.tile.queue ?? ""] ?? {};
    this.name(this.title(words.say("trend"), view));
    mark(this.node, "data-low", String(this.size.height < 32 * this.size.u));
    mark(this.node, "data-roomy", String(this.size.width > 100 * this.size.u));
    this.legend.paint(curves, words);
    const { width, u } = this.size;
    const hour = width ? (7 * u) / (width - 4.4 * u) : 0.1;
    this.trend.paint(this.figures_in(view).trend, words, { curves, now: view.now, hour });
  }
}
