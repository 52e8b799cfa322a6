// The televisions: a new one by the code that stands on it, and which board each of them has.

class Displays {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "admin-view displays", parent);
    this.form = make("form", "fw-tile admin-pair", this.node, { novalidate: "" });
    this.lead = text(make("p", "fw-note", this.form));
    this.code = this.field("code", "input", { type: "text", autocomplete: "off", maxlength: "12", spellcheck: "false" });
    this.name = this.field("place", "input", { type: "text", autocomplete: "off", maxlength: "80" });
    this.board = this.field("board", "select");
    this.go = make("button", "fw-button fw-go", this.form, { type: "submit" });
    this.go_words = text(this.go);
    this.said = text(make("p", "fw-said", this.form, { role: "status" }));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.confirm();
    });
    this.table = make("table", "fw-table", make("div", "admin-scroll", this.node));
    this.none = text(make("p", "fw-empty", this.node));
    this.displays = null;
    this.boards = [];
    this.told = null;
  }

  field(name, tag, attributes = {}) {
    const label = make("label", "fw-ask", this.form);
    this.labels = [...(this.labels ?? []), [name, text(make("span", "fw-label", label))]];
    return make(tag, "fw-field", label, attributes);
  }

  async read() {
    this.displays = (await this.page.road.ask("displays"))?.displays ?? this.displays;
    const told = await this.page.road.ask("boards.json");
    this.boards = Object.values(told?.boards ?? {}).map(({ board }) => board);
    this.page.paint();
  }

  async confirm() {
    const code = this.code.value.replace(/\s/g, "").toUpperCase();
    if (!code) return this.code.focus();
    if (!this.name.value.trim()) return this.name.focus();
    const answer = await this.page.road.wish("display.confirm", {
      code,
      name: this.name.value,
      board: this.board.value,
    });
    this.told = answer;
    if (answer.done) this.code.value = this.name.value = "";
    await this.read();
  }

  async save(display, board) {
    this.told = await this.page.road.wish("display.save", { display: display.id, name: display.name, board });
    await this.read();
  }

  async revoke(display) {
    this.told = await this.page.road.wish("display.revoke", { display: display.id });
    await this.read();
  }

  paint(words) {
    put(this.lead, words.say("displays.lead"));
    for (const [name, label] of this.labels) put(label, words.say(`admin_field.${name}`));
    put(this.go_words, words.say("displays.pair"));
    offer(this.board, this.options(words));
    mark(this.said.parentNode, "data-tone", this.told?.done ? "good" : "bad");
    put(this.said, this.told ? (this.told.done ? words.say("displays.done") : words.refusal(this.told)) : "");
    put(this.none, this.displays && !this.displays.length ? words.say("displays.none") : "");
    this.paint_table(words);
  }

  options(words) {
    const known = this.boards.map(({ id, names }) => [id, words.name(names, id)]);
    return known.length ? known : [["main", "main"]];
  }

  paint_table(words) {
    const built = JSON.stringify([words.language, this.displays, this.boards]);
    if (built === this.built || !this.displays) return;
    this.built = built;
    this.table.replaceChildren();
    this.table.hidden = !this.displays.length;
    const head = make("tr", "", make("thead", "", this.table));
    for (const name of ["place", "board", "paired", "seen"]) {
      put(text(make("th", "", head, { scope: "col" })), words.say(`admin_field.${name}`));
    }
    put(text(make("span", "fw-unseen", make("th", "", head, { scope: "col" }))), words.say("admin.deeds"));
    const body = make("tbody", "", this.table);
    for (const display of this.displays) {
      const row = make("tr", "", body);
      put(text(make("b", "", make("td", "", row))), display.name);
      const select = make("select", "fw-field", make("td", "", row), { "aria-label": words.say("admin_field.board") });
      const options = this.options(words);
      if (!options.some(([id]) => id === display.board)) options.push([display.board, display.board]);
      offer(select, options, display.board);
      select.addEventListener("change", () => this.save(display, select.value));
      for (const moment of [display.paired_at, display.seen_at]) put(text(make("td", "", row)), moment_words(moment, words));
      new Sure(make("td", "", row), () => this.revoke(display)).paint(words, words.say("displays.revoke"));
    }
  }
}

function moment_words(at, words) {
  return Number.isFinite(at) ? `${words.day(at)} ${words.hour_minute(at)}` : NOTHING;
}
