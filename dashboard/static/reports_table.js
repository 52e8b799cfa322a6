// The tables of a day: queue by queue with the total, and interval by interval.

const TABLE_NAMES = [
  ...["offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "overflowed"],
  ...["dropped_waiting", "dropped_talking", "transferred"],
  ...["service_level", "abandon_rate", "asa_ms", "att_ms", "aht_ms"],
];
const INTERVAL_NAMES = [
  ...["offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "overflowed"],
  ...["service_level", "abandon_rate", "asa_ms", "aht_ms"],
];

class ReportTable {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile r-section", parent);
    this.title = text(make("h2", "", this.node));
    this.hint = text(make("p", "fw-note r-hint", this.node));
    this.box = make("div", "r-scroll", this.node, { tabindex: "0", role: "region" });
    this.table = make("table", "fw-table r-table", this.box);
  }

  paint(day) {
    const { words } = this.page;
    put(this.title, words.say("queues.title"));
    put(this.hint, words.say("queues.hint"));
    mark(this.box, "aria-label", words.say("queues.title"));
    this.table.replaceChildren();
    report_heads(this.table, words.say("queues.name"), TABLE_NAMES, words);
    const body = make("tbody", "", this.table);
    const queues = Object.entries(day.queues).sort(([, one], [, other]) => one.order - other.order);
    const whole = { from: day.start_at, to: day.end_of_day };
    for (const [queue, row] of queues) {
      const span = { ...whole, queue, names: row.names };
      report_row(body, words.name(row.names, queue), TABLE_NAMES, { row, span, page: this.page });
    }
    const foot = make("tfoot", "", this.table);
    const total = { row: day.totals, span: whole, page: this.page };
    report_row(foot, words.say("queues.total"), TABLE_NAMES, total);
  }
}

class ReportIntervals {
  constructor(parent, page) {
    this.page = page;
    this.node = make("details", "fw-tile r-section r-intervals", parent);
    this.title = text(make("h2", "", make("summary", "", this.node)));
    this.box = make("div", "r-scroll", this.node, { tabindex: "0", role: "region" });
    this.table = make("table", "fw-table r-table", this.box);
    this.node.addEventListener("toggle", () => {
      if (this.node.open && this.day) this.build();
    });
  }

  paint(day) {
    const { words } = this.page;
    this.day = day;
    this.node.hidden = !day.intervals.length;
    const queue = day.queue ? words.name(day.queues[day.queue]?.names, day.queue) : words.say("chart.all");
    put(this.title, `${words.say("intervals.title")} · ${queue}`);
    mark(this.box, "aria-label", this.title.data);
    if (this.node.open) this.build();
  }

  build() {
    const { page, day } = this;
    const { words } = page;
    this.table.replaceChildren();
    report_heads(this.table, words.say("intervals.time"), INTERVAL_NAMES, words);
    const body = make("tbody", "", this.table);
    for (const row of day.intervals) {
      const to = Math.min(row.at + day.step_ms, day.end_of_day);
      const span = { from: row.at, to, ...(day.queue ? { queue: day.queue } : {}) };
      const name = `${words.hour_minute(row.at)}–${words.hour_minute(to)}`;
      const goal = day.queue ? day.queues[day.queue]?.goal : day.totals.goal;
      report_row(body, name, INTERVAL_NAMES, { row: { ...row, goal }, span, page });
    }
  }
}

function report_heads(table, first, names, words) {
  const row = make("tr", "", make("thead", "", table));
  text(make("th", "", row, { scope: "col" })).data = first;
  for (const name of names) {
    const head = make("th", "fw-number", row, { scope: "col", title: words.say(`figure.${name}`) });
    text(head).data = words.say(`short.${name}`);
  }
}

function report_row(parent, name, names, { row, span, page }) {
  const line = make("tr", "", parent);
  text(make("th", "", line, { scope: "row" })).data = name;
  for (const each of names) {
    const cell = make("td", "fw-number", line, { "data-name": each });
    if (each === "service_level" && Number.isFinite(row.goal) && Number.isFinite(row[each])) {
      const met = row[each] >= row.goal;
      const tone = { "data-tone": met ? "good" : "bad", role: "img" };
      const sign = make("i", "fw-shape r-met", cell, { ...tone, "data-shape": met ? "disc" : "triangle" });
      mark(sign, "aria-label", report_promise(met, row.goal, page.words));
    }
    report_figure(cell, { name: each, value: row[each], span, page });
  }
}
