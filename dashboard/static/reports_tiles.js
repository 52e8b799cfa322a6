// The headline of a day: its main figures, and how they stand against earlier days.

const TILE_NAMES = [
  ...["service_level", "offered", "answered", "abandoned"],
  ...["abandon_rate", "asa_ms", "aht_ms", "dropped_talking"],
];

class ReportTiles {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "r-tiles", parent);
    this.note = make("p", "fw-note r-alone", parent);
    this.note_words = text(this.note);
  }

  paint(day) {
    const { words } = this.page;
    this.node.replaceChildren();
    for (const name of TILE_NAMES) this.build(name, day);
    put(this.note_words, day.compared.length ? "" : words.say("empty.compare"));
    this.note.hidden = !this.note_words.data;
  }

  build(name, day) {
    const { page } = this;
    const { words } = page;
    const { totals } = day;
    const tile = make("article", "fw-tile r-tile", this.node, { "data-name": name });
    text(make("h3", "", tile)).data = words.say(`figure.${name}`);
    const span = { from: day.start_at, to: day.end_of_day };
    report_figure(tile, { name, value: totals[name], span, page, tag: "r-large" });
    if (name === "service_level") {
      report_goal(tile, totals.service_level, totals.goal, words);
      if (!totals.variant && totals.offered) text(make("p", "fw-note", tile)).data = words.say("chart.mixed");
    }
    for (const { kind, totals: then } of day.compared) {
      const when = words.say(`when.${day.live ? `${kind}.live` : kind}`);
      report_comparison(tile, name, totals[name], then[name], { words, when });
    }
  }
}
