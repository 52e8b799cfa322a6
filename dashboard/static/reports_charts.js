// The course of a day in three charts: standalone Bokeh documents that the server drew.

const CHART_KINDS = {
  arrivals: [["figure", "offered", "ink"], ["figure", "answered", "calm"], ["figure", "abandoned", "bad"]],
  level: [["chart", "met", "good"], ["chart", "below", "bad"], ["chart", "goal", "goal"]],
  waits: [["chart", "mean", "calm"], ["chart", "most", "violet"], ["chart", "longest", "quiet"]],
};
const CHARTS_NARROW_PX = 640;
const CHARTS_AGAIN_MS = 60000;

class ReportCharts {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile r-section", parent);
    const head = make("header", "fw-row r-between", this.node);
    this.title = text(make("h2", "", head));
    const ask = make("label", "fw-row r-choice", head);
    this.which = text(make("span", "fw-label", ask));
    this.choice = make("select", "fw-field", ask);
    this.choice.addEventListener("change", () => page.choose_queue(this.choice.value));
    this.charts = Object.keys(CHART_KINDS).map((kind) => new ReportChart(this.node, kind, page));
  }

  paint(day) {
    const { words } = this.page;
    put(this.title, words.say("chart.title"));
    put(this.which, words.say("chart.which"));
    this.offer(day);
    const mixed = !(day.queue ? day.queues[day.queue] : day.totals)?.variant;
    for (const chart of this.charts) chart.paint(day, { mixed: mixed && chart.kind === "level" });
  }

  offer(day) {
    const { words } = this.page;
    const known = JSON.stringify([words.language, Object.keys(day.queues)]);
    if (known !== this.known) {
      this.known = known;
      this.choice.replaceChildren();
      const options = [["", words.say("chart.all")], ...Object.entries(day.queues).map(([id, row]) => [id, words.name(row.names, id)])];
      for (const [id, name] of options) {
        const option = make("option", "", this.choice, { value: id });
        text(option).data = name;
      }
    }
    this.choice.value = day.queue;
  }
}

class ReportChart {
  constructor(parent, kind, page) {
    this.kind = kind;
    this.page = page;
    this.node = make("figure", "r-chart", parent);
    const head = make("figcaption", "fw-row r-between", this.node);
    this.title = text(make("h3", "", head));
    this.legend = make("ul", "fw-row r-legend", head);
    this.stage = make("div", "r-stage", this.node, { role: "img" });
    this.note = make("p", "fw-note r-drawing", this.node);
    this.note_words = text(this.note);
    this.drawn_at = -Infinity;
  }

  paint(day, { mixed }) {
    const { words, theme } = this.page;
    put(this.title, words.say(`chart.${this.kind}`));
    mark(this.stage, "aria-label", this.title.data);
    this.paint_legend();
    const silent = mixed ? "mixed" : day.intervals.length ? "" : "none";
    this.stage.hidden = Boolean(silent);
    if (silent) return this.remark(silent);
    const width = this.stage.clientWidth < CHARTS_NARROW_PX ? "narrow" : "wide";
    const about = { date: day.date, queue: day.queue, lang: words.language, theme: theme.name, width };
    const known = JSON.stringify(about);
    const stale = day.live && performance.now() - this.drawn_at > CHARTS_AGAIN_MS;
    if (known === this.known && !stale) return;
    this.known = known;
    this.drawn_at = performance.now();
    this.draw(about);
  }

  paint_legend() {
    const { words } = this.page;
    const marked = this.page.told_incidents?.length ? [["chart", "incident", "warn"]] : [];
    const known = `${words.language} ${marked.length}`;
    if (this.legend_known === known) return;
    this.legend_known = known;
    this.legend.replaceChildren();
    for (const [family, name, role] of [...CHART_KINDS[this.kind], ...marked]) {
      const item = make("li", "", this.legend);
      make("i", "r-swatch", item, { "data-role": role, "data-kind": this.kind, "aria-hidden": "true" });
      text(item).data = family === "figure" ? words.say(`figure.${name}`) : words.say(`chart.${name}`);
    }
  }

  async draw(about) {
    const { known } = this;
    if (!this.stage.firstChild) this.remark("drawing");
    const item = await this.page.road.ask("day/chart", { ...about, kind: this.kind });
    if (known !== this.known) return; // another was asked for meanwhile
    if (!item) return this.remark("lost");
    const place = make("div", "r-plot", this.stage);
    const views = await globalThis.Bokeh.embed.embed_item(item, place);
    this.clear(place);
    this.views = views;
    this.remark("");
  }

  // The new one stands before the old one goes: nothing flickers.
  clear(but = null) {
    for (const place of [...this.stage.children]) if (place !== but) place.remove();
    this.views?.clear?.();
    this.views = null;
  }

  remark(name) {
    put(this.note_words, name ? this.page.words.say(`chart.${name}`) : "");
    this.note.hidden = !name;
    if (name === "lost") this.known = "";
  }
}
