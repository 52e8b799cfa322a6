// The manager's page: a day as it is signed. The running one is renewed while it is looked at.

const REPORT_TICK_MS = 1000;
const REPORT_AGAIN_MS = 30000;
const REPORT_RETRY_MS = 5000;

class ReportsPage {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new ReportWords(JSON.parse(model.catalogues), model.language);
    this.node = make("main", "fw-desk r-page", el);
    this.theme = new Theme(this.node, "light");
    this.road = new Road();
    this.days = [];
    this.today = "";
    this.trouble = "";
    this.read_at = -Infinity;
    const asked = new URLSearchParams(location.search);
    this.date = asked.get("date") ?? "";
    this.queue = asked.get("queue") ?? "";
    const kind = asked.get("kind") ?? "";
    this.kind = REPORT_KINDS.includes(kind) ? kind : REPORT_KINDS[0];
    this.build();
    this.drill = new Drill(this.node, { words: () => this.words, road: this.road });
    this.feed = new Feed(wire(model.feed), () => this.newer.follow(this.feed.build));
    this.timer = setInterval(() => this.tick(), REPORT_TICK_MS);
    this.paint();
    this.read();
  }

  stop() {
    clearInterval(this.timer);
    this.feed.stop();
    this.road.stop();
    this.node.remove();
  }

  build() {
    this.head = new ReportHead(this.node, this);
    this.kinds = new ReportKinds(this.node, this);
    this.node.insertBefore(this.kinds.node, this.head.node.nextSibling);
    this.warning = make("p", "fw-said", this.node, { "data-tone": "warn", role: "status" });
    this.warning_words = text(this.warning);
    this.empty = make("p", "fw-tile fw-empty", this.node);
    this.empty_words = text(this.empty);
    this.body = make("div", "r-body", this.node);
    this.summary = text(make("p", "r-summary", this.body));
    this.tiles = new ReportTiles(this.body, this);
    this.incidents = new ReportTrouble(this.body, this);
    this.charts = new ReportCharts(this.body, this);
    this.table = new ReportTable(this.body, this);
    this.intervals = new ReportIntervals(this.body, this);
    this.paper = new ReportPaper(this.node, this);
    this.mails = new ReportMails(this.node, this);
    this.foot = text(make("p", "fw-note r-foot", this.node));
    const sign = make("footer", "r-sign", this.node);
    this.sign = [text(make("span", "", sign)), text(make("span", "", sign))];
  }

  get site() {
    return this.feed.body?.site;
  }

  get link() {
    return this.feed?.link ?? "connecting";
  }

  // By one of the listed days: 1 is back in time.
  step(by) {
    if (!this.overview) return this.choose(paper_step(this.kind, this.on, -by));
    const place = this.days.findIndex((each) => each.date === this.day?.date);
    const next = this.days[place + by];
    if (next) this.choose(next.date);
  }

  choose(date) {
    this.date = this.overview && date === this.today ? "" : date;
    this.told_incidents = undefined;
    this.turn();
  }

  choose_kind(kind) {
    this.kind = kind;
    if (this.overview && !this.days.some((each) => each.date === this.date)) this.date = "";
    this.turn();
  }

  // The day as it is looked at; all others are reports.
  get overview() {
    return this.kind === "overview";
  }

  // The day that is asked for; without a wish the running one, or the last of a report that is whole.
  get on() {
    if (this.date || !this.today || this.overview) return this.date || this.today;
    return PAPERS_OF_THE_PAST.has(this.kind) ? paper_step(this.kind, this.today, -1) : this.today;
  }

  choose_queue(queue) {
    this.queue = queue;
    this.turn();
  }

  turn() {
    const address = new URL(location.href);
    const kind = this.overview ? "" : this.kind;
    for (const [key, value] of [["date", this.date], ["queue", this.queue], ["kind", kind]]) {
      if (value) address.searchParams.set(key, value);
      else address.searchParams.delete(key);
    }
    history.replaceState(null, "", address);
    this.paint();
    this.read();
  }

  tick() {
    this.feed.watch();
    this.road.watch(this.feed);
    if (document.visibilityState !== "visible") return;
    this.mails.tick();
    const since = performance.now() - this.read_at;
    const live = this.overview && (this.day ? this.day.live : true);
    if (since > (this.failed ? REPORT_RETRY_MS : REPORT_AGAIN_MS) && (live || this.failed)) this.read();
    this.head.paint(this.day);
  }

  async read(again = false) {
    this.read_at = performance.now();
    const { kind, overview } = this;
    const about = { date: this.date, queue: this.queue };
    const same = () => kind === this.kind && about.date === this.date && about.queue === this.queue;
    const asked = overview ? this.road.ask("day", about) : null;
    const [days, day] = await Promise.all([this.road.ask("days"), asked]);
    if (!same()) return; // another was asked for meanwhile
    this.failed = overview ? !day : !days;
    if (days) Object.assign(this, { days: days.days, today: days.today, trouble: days.trouble });
    if (day) {
      this.words.set_zone(day.time_zone);
      this.day = { ...day, end_of_day: day.end_at };
    }
    this.paint();
    if (!overview) return this.paper.show(again);
    if (!day) return;
    const span = { from: day.start_at, to: day.end_at };
    const incidents = await this.road.ask("incidents", span);
    if (!same()) return;
    this.told_incidents = Array.isArray(incidents) ? incidents : null;
    this.incidents.paint(this.day, this.told_incidents);
    this.charts.paint(this.day);
  }

  paint() {
    const { words, day } = this;
    mark(this.node, "lang", words.say("locale"));
    mark(document.documentElement, "lang", words.say("locale"));
    this.head.paint(day);
    this.kinds.paint();
    this.mails.paint();
    this.paper.node.hidden = this.overview;
    this.paper.paint();
    put(this.warning_words, this.warned());
    this.warning.hidden = !this.warning_words.data;
    put(this.foot, words.say("reports.foot"));
    put(this.sign[0], words.say("reports.sign"));
    put(this.sign[1], words.say("reports.signed_on"));
    const nothing = day && !day.intervals.length && !day.totals.offered && !day.queue;
    this.body.hidden = !this.overview || !day || nothing;
    this.empty.hidden = !this.overview || !nothing;
    put(this.empty_words, nothing ? words.say(day.live ? "empty.today" : "empty.past") : "");
    if (this.drill.shown) this.drill.paint();
    if (!day || nothing) return;
    put(this.summary, this.summed(day.totals));
    words.places = new Map(Object.entries(day.queues).map(([id, row]) => [`queue:${id}`, row.names]));
    this.tiles.paint(day);
    this.incidents.paint(day, this.told_incidents);
    this.charts.paint(day);
    this.table.paint(day);
    this.intervals.paint(day);
  }

  warned() {
    const { words } = this;
    if (this.failed) return words.say("reports.lost");
    return this.trouble ? words.say("reports.behind", { why: this.trouble }) : "";
  }

  summed({ offered, answered, service_level, goal }) {
    const { words } = this;
    const said = Number.isFinite(service_level) && Number.isFinite(goal);
    const how = said ? (service_level >= goal ? "met" : "below") : "open";
    return words.say(`summary.${how}`, {
      offered: words.count(offered),
      answered: words.count(answered),
      level: words.kept(service_level),
      goal: words.promise(goal),
    });
  }
}

export function render({ model, el }) {
  const page = new ReportsPage(model, el);
  model.on("remove", () => page.stop());
}
