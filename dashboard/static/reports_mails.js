// The mails of a manager: which report goes to whom, and when; what became of the last one.

const MAIL_WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
const MAIL_WAITS_MS = 2000; // one that is on its way is watched until it has gone
const MAIL_AGAIN_MS = 30000;

class ReportMails {
  constructor(parent, page) {
    this.page = page;
    this.told = null;
    this.answer = null;
    this.edited = "";
    this.read_at = 0;
    this.node = make("dialog", "fw-sheet r-mails", parent);
    const head = make("div", "fw-row r-between", this.node);
    this.title = text(make("h2", "", head));
    const shut = button_in(head, "fw-quiet", () => this.node.close());
    this.shut_words = shut.words;
    this.lead = text(make("p", "fw-note", this.node));
    this.list = make("ul", "r-mail-list", this.node);
    this.none = make("p", "fw-empty", this.node);
    this.none_words = text(this.none);
    this.build_form();
  }

  build_form() {
    this.form = make("form", "r-mail-form", this.node, { novalidate: "" });
    this.form_title = text(make("h3", "", this.form));
    const fields = make("div", "r-mail-fields", this.form);
    this.labels = [];
    this.report = this.field(fields, "report", "select");
    this.weekday = this.field(fields, "weekday", "select");
    this.day = this.field(fields, "day", "input", { type: "number", min: "1", max: "28", value: "1" });
    this.at = this.field(fields, "at", "input", { type: "time", value: "07:30", required: "" });
    this.language = this.field(fields, "language", "select");
    this.form_choice = make("fieldset", "r-mail-forms", this.form);
    this.form_legend = text(make("legend", "fw-label", this.form_choice));
    this.boxes = [];
    this.to = this.field(this.form, "to", "textarea", { rows: "2", spellcheck: "false", autocomplete: "off" });
    this.said = make("p", "fw-said", this.form, { role: "status" });
    this.said_words = text(this.said);
    this.go = make("button", "fw-button fw-go", this.form, { type: "submit" });
    this.go_words = text(this.go);
    this.report.addEventListener("change", () => this.paint());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  field(parent, name, tag, attributes = {}) {
    const label = make("label", "fw-ask", parent);
    this.labels.push([name, label, text(make("span", "fw-label", label))]);
    return make(tag, "fw-field", label, attributes);
  }

  async open() {
    this.answer = null;
    if (!this.node.open) this.node.showModal();
    await this.read();
  }

  tick() {
    if (!this.node.open) return;
    const waits = this.told?.mails.some(({ last }) => last?.state === "waiting");
    if (performance.now() - this.read_at > (waits ? MAIL_WAITS_MS : MAIL_AGAIN_MS)) this.read();
  }

  async read() {
    this.read_at = performance.now();
    this.told = (await this.page.road.ask("report-mails")) ?? this.told;
    this.paint();
  }

  async send() {
    const report = this.report.value;
    const daily = !["week", "month", "year"].includes(report);
    const weekdays = this.weekday.value === "" ? [] : this.weekday.value.split(",").map(Number);
    await this.wish("report.mail.set", {
      ...(this.edited ? { mail: this.edited } : {}),
      report,
      at: this.at.value,
      language: this.language.value,
      forms: this.boxes.filter(({ box }) => box.checked).map(({ form }) => form),
      to: this.to.value.split(/[\s,;\u3001\uff0c\uff1b]+/).filter(Boolean),
      weekdays: daily || report === "week" ? weekdays : [],
      day: daily || report === "week" ? 1 : Number(this.day.value) || 1,
    }, "set");
    if (this.answer?.done) {
      this.edited = "";
      this.to.value = "";
      this.paint();
    }
  }

  async wish(deed, data, said) {
    this.go.disabled = true;
    const answer = await this.page.road.wish(deed, data);
    this.go.disabled = false;
    this.answer = { ...answer, said };
    await this.read();
  }

  edit(mail) {
    this.edited = mail.id;
    this.answer = null;
    this.paint();
    this.report.value = mail.report;
    this.paint();
    this.weekday.value = mail.weekdays.join(",");
    this.day.value = mail.day;
    this.at.value = mail.at;
    this.language.value = mail.language;
    for (const { form, box } of this.boxes) box.checked = mail.forms.includes(form);
    this.to.value = mail.to.join(", ");
    this.to.focus();
  }

  paint() {
    const { words } = this.page;
    put(this.title, words.say("mails.title"));
    put(this.shut_words, words.say("close"));
    const domains = this.told?.domains ?? [];
    const off = this.told && !domains.length;
    put(this.lead, off ? words.say("mails.off") : words.say("mails.lead", { domains: domains.join(words.say("mails.and")), zone: this.told?.time_zone ?? "" }));
    const mails = this.told?.mails ?? [];
    keep_rows(this.list, mails.map((mail) => [mail.id, mail]), (list) => new MailRow(list, this), (row, mail) => row.paint(mail, words));
    this.none.hidden = mails.length > 0 || !this.told || off;
    put(this.none_words, words.say("mails.none"));
    this.form.hidden = !this.told || off;
    if (this.told) this.paint_form(words);
  }

  paint_form(words) {
    put(this.form_title, words.say(this.edited ? "mails.change" : "mails.new"));
    for (const [name, , label] of this.labels) put(label, words.say(`mail_field.${name}`));
    offer(this.report, this.told.reports.map((kind) => [kind, words.say(`paper.${kind}`)]));
    const kind = this.report.value;
    const label = (name) => this.labels.find(([each]) => each === name)[1];
    label("weekday").hidden = kind === "month" || kind === "year";
    label("day").hidden = !label("weekday").hidden;
    const days = MAIL_WEEKDAYS.map((day) => [String(day), words.weekday(day)]);
    const often = [["", words.say("mails.every_day")], ["0,1,2,3,4", words.say("mails.workdays")]];
    offer(this.weekday, kind === "week" ? days : [...often, ...days]);
    offer(this.language, Object.keys(words.catalogues).map((each) => [each, words.say(`mail_language.${each}`)]));
    put(this.form_legend, words.say("mail_field.forms"));
    if (!this.boxes.length) this.build_boxes();
    for (const { form, words: name } of this.boxes) put(name, words.say(`mail_form.${form}`));
    put(this.go_words, words.say(this.edited ? "mails.keep" : "mails.set"));
    mark(this.said, "data-tone", this.answer?.done ? "good" : "bad");
    put(this.said_words, this.answer ? (this.answer.done ? words.say(`mail_done.${this.answer.said}`) : words.refusal(this.answer)) : "");
  }

  build_boxes() {
    this.boxes = this.told.forms.map((form) => {
      const label = make("label", "r-mail-box", this.form_choice);
      const box = make("input", "", label, { type: "checkbox" });
      box.checked = form === "xlsx";
      return { form, box, words: text(make("span", "", label)) };
    });
  }
}

class MailRow {
  constructor(list, mails) {
    this.mails = mails;
    this.node = make("li", "r-mail", list);
    const about = make("div", "r-mail-about", this.node);
    this.what = text(make("b", "", about));
    this.to = text(make("span", "r-mail-to", about));
    this.next = text(make("span", "fw-note", about));
    this.last = make("span", "fw-note", about);
    this.last_words = text(this.last);
    const deeds = make("div", "fw-row", this.node);
    this.trial = button_in(deeds, "fw-quiet", () => mails.wish("report.mail.try", { mail: this.mail.id }, "try"));
    this.change = button_in(deeds, "fw-quiet", () => mails.edit(this.mail));
    this.end = button_in(deeds, "fw-quiet", () => mails.wish("report.mail.end", { mail: this.mail.id }, "end"));
  }

  paint(mail, words) {
    this.mail = mail;
    put(this.what, `${words.say(`paper.${mail.report}`)} · ${mail_when(mail, words)}`);
    put(this.to, mail.channel || mail.to.join(", "));
    put(this.next, words.say("mails.next", { at: mail_moment(mail.next_at, words) }));
    const last = mail.last;
    this.last.hidden = !last;
    mark(this.last, "data-tone", last?.state === "given_up" ? "bad" : "");
    put(this.last_words, last ? words.say(`mail_last.${last.state}`, { at: mail_moment(last.at, words), why: last.trouble ?? "" }) : "");
    put(this.trial.words, words.say("mails.try"));
    put(this.change.words, words.say("mails.edit"));
    put(this.end.words, words.say("mails.end"));
    for (const { node } of [this.trial, this.change, this.end]) node.hidden = !mail.mine;
    if (mail.from_settings) this.change.node.hidden = this.end.node.hidden = true;
  }
}

function mail_when({ report, weekdays, day, at }, words) {
  if (report === "month" || report === "year") return words.say(`mail_when.${report}`, { day, at });
  if (!weekdays.length) return words.say("mail_when.daily", { at });
  if (weekdays.join() === "0,1,2,3,4") return words.say("mail_when.workdays", { at });
  return words.say("mail_when.weekly", { weekday: weekdays.map((each) => words.weekday(each)).join(" "), at });
}

function mail_moment(at, words) {
  return Number.isFinite(at) ? `${words.brief_date(at)} ${words.hour_minute(at)}` : NOTHING;
}
