// A report on the page: the very file that is mailed and printed, in a frame where nothing can run.

class ReportPaper {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "r-paper", parent);
    this.said = make("p", "fw-tile fw-empty", this.node, { role: "status" });
    this.said_words = text(this.said);
    this.asked = "";
    this.state = "";
    this.frame = null;
    this.size = new ResizeObserver(() => this.fit());
  }

  query(form) {
    const { kind, on, words } = this.page;
    const query = { span: PAPER_SPANS[kind] ?? "day", date: on, form, lang: words.language };
    if (kind.startsWith("brief_")) query.title = kind;
    return query;
  }

  // Floor walks have a report of their own, and the plan, which is always of the days to come.
  get path() {
    if (this.page.kind === "plan") return "plan-report";
    return this.page.kind.startsWith("walks") ? "walk-report" : "report/file";
  }

  // Anew if another one is wanted; `again` also if not.
  async show(again = false) {
    const query = this.query("html");
    const asked = JSON.stringify([this.path, query]);
    if (!query.date || (asked === this.asked && !again)) return;
    const other = asked !== this.asked;
    this.asked = asked;
    if (other) this.tell("making");
    const page = await this.page.road.text(this.path, query);
    if (asked !== this.asked) return;
    if (page === null) return this.tell("lost");
    this.put_up(page);
    this.tell("");
  }

  // The words of the state: "" once the report stands there.
  tell(state) {
    this.state = state;
    if (state) this.take_down();
    this.paint();
  }

  take_down() {
    this.size.disconnect();
    this.frame?.remove();
    this.frame = null;
  }

  put_up(page) {
    this.take_down();
    // Same origin, so that its height can be read; without a word about scripts, none runs.
    this.frame = make("iframe", "r-sheet", this.node, { sandbox: "allow-same-origin" });
    this.frame.addEventListener("load", () => {
      this.size.observe(this.frame.contentDocument.documentElement);
      this.fit();
    });
    this.frame.srcdoc = page;
    this.paint();
  }

  fit() {
    const root = this.frame?.contentDocument?.documentElement;
    if (root) this.frame.style.height = `${Math.ceil(root.scrollHeight)}px`;
  }

  paint() {
    const { words } = this.page;
    this.said.hidden = !this.state;
    put(this.said_words, this.state ? words.say(`paper_state.${this.state}`) : "");
    if (this.frame) mark(this.frame, "title", words.say(`paper.${this.page.kind}`));
  }
}
