// The head of the report: whose it is, which day, and what can be done with it.

const REPORT_FILES = [["csv", "queues"], ["csv_intervals", "intervals"], ["json", "json"]];
const PAPER_FILES = ["xlsx", "pdf", "html", "csv", "json"];

class ReportHead {
  constructor(parent, page) {
    this.page = page;
    this.node = make("header", "r-head", parent);
    const titles = make("div", "r-titles", this.node);
    this.site = text(make("p", "fw-label", titles));
    this.title = text(make("h1", "", titles));
    this.state = make("p", "fw-tag r-state", titles, { role: "status" });
    make("i", "fw-shape", this.state, { "data-shape": "disc", "aria-hidden": "true" });
    this.state_words = text(this.state);
    this.build_tools();
    this.build_days();
  }

  build_tools() {
    const { page } = this;
    const tools = make("nav", "fw-row r-tools", this.node);
    this.floor = make("a", "fw-button fw-quiet", tools, { href: at("floor") });
    this.floor_words = text(this.floor);
    const turn = () => {
      page.theme.turn();
      page.paint();
    };
    const speak = () => {
      page.words.speak(page.words.next_language, true);
      page.paint();
    };
    [this.mails, this.mails_words] = this.button(tools, () => page.mails.open());
    [this.theme, this.theme_words] = this.button(tools, turn);
    [this.language, this.language_words] = this.button(tools, speak);
  }

  build_days() {
    const { page } = this;
    const days = make("div", "fw-row r-days", this.node);
    [this.earlier, this.earlier_words] = this.button(days, () => page.step(1), "");
    this.choice = make("select", "fw-field r-day", days);
    this.choice.addEventListener("change", () => page.choose(this.choice.value));
    this.on = make("input", "fw-field r-day", days, { type: "date" });
    this.on.addEventListener("change", () => this.on.value && page.choose(this.on.value));
    [this.later, this.later_words] = this.button(days, () => page.step(-1), "");
    const files = make("div", "fw-row r-files", days, { role: "group" });
    this.files_node = files;
    this.files = REPORT_FILES.map(([name, form]) => {
      const node = make("a", "fw-button", files, { download: "" });
      return { name, form, node, words: text(node) };
    });
    this.papers = PAPER_FILES.map((form) => {
      const node = make("a", "fw-button", files, { download: "" });
      return { form, node, words: text(node) };
    });
    [this.print, this.print_words] = this.button(files, () => window.print(), "");
  }

  button(parent, press, quiet = "fw-quiet") {
    const node = make("button", `fw-button ${quiet}`, parent, { type: "button" });
    node.addEventListener("click", press);
    return [node, text(node)];
  }

  paint(day) {
    const { page } = this;
    const { words, site } = page;
    const whose = words.name(site?.names, site?.id ?? "");
    put(this.site, page.overview ? words.say("reports.page", { site: whose }) : whose);
    put(this.title, this.titled(day));
    const title = `${this.site.data} · ${this.title.data}`;
    if (document.title !== title) document.title = title;
    this.paint_state(day);
    put(this.floor_words, words.say("reports.floor"));
    const other = THEMES.find((theme) => theme !== page.theme.name);
    put(this.theme_words, words.say(`reports.${other}`));
    put(this.language_words, words.say("language.other"));
    mark(this.language, "lang", words.next_language);
    mark(this.files_node, "aria-label", words.say("reports.files"));
    put(this.print_words, words.say("reports.print"));
    this.paint_days(day);
    this.paint_papers();
    for (const { name, form, node, words: label } of this.files) {
      put(label, words.say(`reports.${name}`));
      const query = { date: day?.date ?? "", form, lang: words.language };
      const queue = form === "queues" || !day?.queue ? {} : { queue: day.queue };
      mark(node, "href", at("day/file", { ...query, ...queue }).href);
    }
  }

  titled(day) {
    const { words, kind, overview, today } = this.page;
    if (overview) return day ? words.date(day.start_at) : words.say("reports.title");
    const on = kind === "plan" ? today : this.page.on; // the plan is always of the days to come
    if (!on) return words.say(`paper.${kind}`);
    return `${words.say(`paper.${kind}`)} · ${paper_title(kind, on, words)}`;
  }

  paint_papers() {
    const { words, paper, overview, on, today } = this.page;
    put(this.mails_words, words.say("mails.open"));
    for (const { node } of this.files) node.hidden = !overview;
    for (const { form, node, words: label } of this.papers) {
      // An overview has files of its own; of these only what it has not.
      node.hidden = overview && form !== "xlsx" && form !== "pdf";
      put(label, words.say(`mail_form.${form}`));
      mark(node, "href", at(paper.path, paper.query(form)).href);
    }
    this.print.hidden = !overview;
    this.choice.hidden = !overview;
    this.on.hidden = overview || this.page.kind === "plan";
    mark(this.on, "aria-label", words.say("reports.day"));
    mark(this.on, "max", today);
    if (this.on.value !== on) this.on.value = on;
  }

  paint_state(day) {
    const { words, link, overview } = this.page;
    this.state.hidden = !overview;
    const fresh = link === "live" || !day?.live;
    mark(this.state, "data-tone", day?.live ? (fresh ? "good" : "warn") : "");
    if (!day) return put(this.state_words, words.say("reports.reading"));
    if (!day.live) {
      const hours = { from: words.hour_minute(day.start_at), to: words.hour_minute(day.end_of_day) };
      return put(this.state_words, words.say("reports.whole", hours));
    }
    const time = words.time(day.as_of);
    put(this.state_words, fresh ? words.say("reports.live", { time }) : words.say(`link.${link}`, { time }));
  }

  paint_days(day) {
    const { words, days, today } = this.page;
    mark(this.choice, "aria-label", words.say("reports.day"));
    put(this.earlier_words, "‹");
    put(this.later_words, "›");
    mark(this.earlier, "aria-label", words.say("reports.earlier"));
    mark(this.later, "aria-label", words.say("reports.later"));
    const known = JSON.stringify([words.language, words.zone, today, days.map((each) => each.date)]);
    if (known !== this.known) {
      this.known = known;
      this.choice.replaceChildren();
      days.forEach((each, place) => {
        const option = make("option", "", this.choice, { value: each.date });
        text(option).data = this.named(each, place);
      });
    }
    if (day) this.choice.value = day.date;
    const place = days.findIndex((each) => each.date === day?.date);
    const { overview, kind, on } = this.page;
    this.earlier.disabled = kind === "plan" || (overview && (place < 0 || place >= days.length - 1));
    this.later.disabled = overview ? place <= 0 : !on || paper_days(kind, on)[1] >= today;
  }

  // Days without anything are not listed: only what really is the day before is yesterday.
  named(each, place) {
    const { words, days, today } = this.page;
    const day = words.brief_date(each.start_at);
    if (each.date === today) return words.say("reports.today", { day });
    const next = place === 1 && days[0].start_at - each.start_at <= 25 * 3600000;
    return next ? words.say("reports.yesterday", { day }) : words.date(each.start_at);
  }
}
