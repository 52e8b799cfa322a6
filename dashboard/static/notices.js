// Notices to the walls: write one and see it as the wall will show it, what hangs, and what hung today.

const NOTICE_ROOM = 200;
// In minutes, or as the desk knows them; `kept` is as it was before a change.
const NOTICE_LENGTHS = { kept: "kept", m30: 30, h1: 60, h2: 120, h4: 240, day: "day", time: "time", open: null };
const NOTICE_DAY_MS = 86400000;

class Notices {
  constructor(parent, { words, road }) {
    this.words = words;
    this.road = road;
    this.self = LifeSelf.of(road);
    this.asked = new LifeAsked(road, "notices", (now) => ({ from: Math.round(now - NOTICE_DAY_MS) }));
    this.editing = "";
    this.busy = false;
    this.node = make("div", "life notices", parent);
    this.build_form();
    this.lists = make("div", "life-lists", this.node);
    this.hanging = this.build_list("hanging");
    this.planned = this.build_list("planned");
    this.gone = this.build_list("gone");
  }

  title() {
    return this.words.say("notice.title");
  }

  build_form() {
    const form = (this.form = make("form", "fw-tile life-form", this.node, { autocomplete: "off" }));
    this.form_title = text(make("h3", "", form));
    this.preview = make("div", "notice-preview", form, { "data-tone": "info" });
    this.preview_sign = make("i", "fw-shape", this.preview, { "aria-hidden": "true" });
    this.preview_words = text(make("span", "", this.preview));
    this.said = life_ask(form, "textarea", { rows: "3", maxlength: "400" });
    this.room_node = make("p", "fw-note life-room", form);
    this.room = text(this.room_node);
    this.tones = this.build_tones(form);
    const row = make("div", "life-pair", form);
    this.length = life_ask(row, "select");
    this.lengths = Object.keys(NOTICE_LENGTHS).map((name) => {
      const node = make("option", "", this.length.node, { value: name });
      return { name, node, words: text(node) };
    });
    this.length.node.value = "h1";
    this.until = life_ask(row, "input", { type: "time" });
    this.begin = life_ask(row, "input", { type: "time" });
    this.boards_node = make("fieldset", "life-boards", form);
    this.boards_words = text(make("legend", "fw-label", this.boards_node));
    this.boards = make("div", "fw-row", this.boards_node);
    this.called = new LifeName(form, this.self);
    const buttons = make("div", "fw-row", form);
    this.go = make("button", "fw-button fw-go", buttons, { type: "submit" });
    this.go_words = text(this.go);
    this.cancel = button_in(buttons, "fw-quiet", () => this.edit(null));
    this.trouble = make("div", "fw-said", form, { role: "status" });
    this.trouble_words = text(this.trouble);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  build_tones(form) {
    const group = make("div", "fw-row notice-tones", form, { role: "radiogroup" });
    const tones = Object.entries(NOTICE_LOOKS).map(([name, { tone, shape }]) => {
      const label = make("label", "fw-button notice-tone", group, { "data-tone": tone });
      const input = make("input", "fw-unseen", label, { type: "radio", name: "tone", value: name });
      make("i", "fw-shape", label, { "aria-hidden": "true", "data-shape": shape });
      input.checked = name === "info";
      return { name, input, words: text(make("span", "", label)) };
    });
    return { group, tones };
  }

  build_list(name) {
    const node = make("section", "fw-tile life-list", this.lists, { "data-list": name });
    return { name, node, title: text(make("h3", "", node)), rows: make("ul", "", node), nothing: text(make("p", "fw-note", node)) };
  }

  get tone() {
    return this.tones.tones.find(({ input }) => input.checked)?.name ?? "info";
  }

  // The next time on the site's clock that it is this hour.
  moment(time, now) {
    const minutes = (said) => {
      const [hour, minute] = said.split(":").map(Number);
      return hour * 60 + minute;
    };
    const ahead = (minutes(time) - minutes(this.words.hour_minute(now)) + 1440) % 1440;
    return Math.floor(now / 60000) * 60000 + (ahead || 1440) * 60000;
  }

  data() {
    const length = NOTICE_LENGTHS[this.length.node.value];
    const data = { text: this.said.node.value, tone: this.tone, boards: this.chosen() };
    if (this.begin.node.value) data.at = this.moment(this.begin.node.value, this.now);
    if (length === "kept") data.until = this.edited?.until ?? null;
    else if (typeof length === "number") data.minutes = length;
    else if (length === "day") data.until = "day";
    else if (length === "time" && this.until.node.value) {
      data.until = this.moment(this.until.node.value, data.at ?? this.now);
    }
    return data;
  }

  chosen() {
    const inputs = [...this.boards.querySelectorAll("input:checked")].map((input) => input.value);
    return inputs.includes("") ? [] : inputs;
  }

  async send() {
    const deed = this.editing ? "notice.edit" : "notice.send";
    const data = { ...this.data(), ...(this.editing ? { notice: this.editing } : {}) };
    this.busy = true;
    const answer = await this.road.wish(deed, this.self.signed(data));
    this.busy = false;
    this.tell(answer, this.editing ? "changed" : "sent");
    if (answer.done) this.edit(null);
  }

  async take_down(id) {
    this.tell(await this.road.wish("notice.take_down", this.self.signed({ notice: id })), "taken_down");
  }

  tell(answer, done) {
    const { words } = this;
    mark(this.trouble, "data-tone", answer.done ? "good" : "bad");
    put(this.trouble_words, answer.done ? words.say(`notice_told.${done}`) : words.refusal(answer));
    this.asked.stale();
  }

  // Fill the form with a notice, to change it; null empties it.
  edit(notice) {
    this.editing = notice?.id ?? "";
    this.edited = notice;
    this.said.node.value = notice?.text ?? "";
    for (const { name, input } of this.tones.tones) input.checked = name === (notice?.tone ?? "info");
    this.length.node.value = notice ? "kept" : "h1";
    this.until.node.value = "";
    this.begin.node.value = notice && notice.at > this.now ? this.words.hour_minute(notice.at) : "";
    for (const input of this.boards.querySelectorAll("input")) {
      input.checked = notice?.boards?.length ? notice.boards.includes(input.value) : input.value === "";
    }
    if (notice) this.said.node.focus();
  }

  paint(body, now) {
    this.now = now;
    const { words } = this;
    this.self.paint();
    this.asked.paint(JSON.stringify(body?.notices ?? null), now);
    this.paint_form(body);
    const told = (this.asked.told?.notices ?? []).map((notice) => [notice.id, notice]);
    const live = Object.entries(body?.notices ?? {}).map(([id, notice]) => [id, { id, ...notice }]);
    const ended = ({ until = Infinity, down_at = Infinity }) => Math.min(until, down_at) <= now;
    this.paint_list(this.hanging, live, true);
    const planned = told.filter(([id, notice]) => notice.at > now && !ended(notice) && !body?.notices?.[id]);
    this.planned.node.hidden = planned.length === 0;
    this.paint_list(this.planned, planned, true);
    const gone = told.filter(([, notice]) => ended(notice)).reverse();
    this.gone.node.hidden = gone.length === 0;
    this.paint_list(this.gone, gone, false);
    mark(this.node, "lang", words.say("locale"));
  }

  paint_form(body) {
    const { words } = this;
    put(this.form_title, words.say(this.editing ? "notice.edit" : "notice.new"));
    put(this.said.words, words.say("notice.text"));
    const tone = this.tone;
    mark(this.preview, "data-tone", NOTICE_LOOKS[tone].tone);
    mark(this.preview_sign, "data-shape", NOTICE_LOOKS[tone].shape);
    const said = this.said.node.value.trim();
    mark(this.preview, "data-empty", String(!said));
    put(this.preview_words, said || words.say("notice.preview"));
    const left = NOTICE_ROOM - life_width(said);
    mark(this.room_node, "data-over", String(left < 0));
    const room = words.count(Math.floor(left / (words.language === "zh" ? 2 : 1)));
    put(this.room, left < 0 ? words.say("notice.too_long") : words.say("notice.room", { count: room }));
    mark(this.tones.group, "aria-label", words.say("notice.tone"));
    for (const { name, words: label } of this.tones.tones) put(label, words.say(`notice_tone.${name}`));
    put(this.length.words, words.say("notice.length"));
    for (const { name, node, words: label } of this.lengths) {
      put(label, words.say(`hangs.${name}`));
      node.hidden = name === "kept" && !this.editing;
    }
    this.until.label.hidden = this.length.node.value !== "time";
    put(this.until.words, words.say("notice.until"));
    put(this.begin.words, words.say("notice.begin"));
    put(this.boards_words, words.say("notice.boards"));
    this.paint_boards(body);
    this.called.paint(words);
    put(this.go_words, words.say(this.editing ? "notice.save" : "notice.send"));
    put(this.cancel.words, words.say("cancel"));
    this.cancel.node.hidden = !this.editing;
    this.go.disabled = this.busy || !said || left < 0;
  }

  paint_boards() {
    const { words, asked } = this;
    const all = asked.told?.all ?? false;
    const boards = (asked.told?.boards ?? []).map((board) => [board.id, words.name(board.names, board.id)]);
    const choices = all ? [["", words.say("notice.all_boards")], ...boards] : boards;
    keep_rows(
      this.boards,
      choices,
      (list, id) => this.build_board(list, id, all),
      (row, name) => put(row.words, name),
    );
    this.boards_node.hidden = choices.length < 2;
    // Who may not speak to all speaks to the first of his own, until he chooses.
    if (!all && boards.length && !this.chosen().length) this.boards.querySelector("input").checked = true;
  }

  build_board(list, id, all) {
    const node = make("label", "fw-button life-check", list);
    const input = make("input", "", node, { type: "checkbox", value: id });
    input.checked = all && id === "";
    input.addEventListener("change", () => {
      for (const other of list.querySelectorAll("input")) {
        if (id === "" ? other !== input : other.value === "") other.checked = false;
      }
      if (!list.querySelector("input:checked")) list.querySelector("input").checked = true;
    });
    return { node, words: text(make("span", "", node)) };
  }

  paint_list({ name, title, rows, nothing }, entries, alive) {
    const { words } = this;
    put(title, words.say(`notices.${name}`, { count: words.count(entries.length) }));
    put(nothing, entries.length ? "" : words.say("notices.none"));
    keep_rows(
      rows,
      entries,
      (list, id) => this.build_notice(list, id, alive),
      (row, notice) => this.paint_notice(row, notice),
    );
  }

  build_notice(list, id, alive) {
    const node = make("li", "notice-row", list);
    const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
    const said = make("div", "what", node);
    const row = { node, sign, words: text(make("p", "life-text", said)), note: text(make("p", "fw-note", said)) };
    const buttons = make("div", "fw-row", node);
    buttons.hidden = !alive;
    row.change = button_in(buttons, "fw-quiet", () => this.edit(row.notice));
    row.down = button_in(buttons, [], () => this.take_down(id));
    return row;
  }

  paint_notice(row, notice) {
    const { words, now } = this;
    row.notice = notice;
    const { tone, shape } = NOTICE_LOOKS[notice_tone(notice)];
    mark(row.node, "data-tone", tone);
    mark(row.sign, "data-shape", shape);
    put(row.words, String(notice.text));
    const names = new Map((this.asked.told?.boards ?? []).map((board) => [board.id, words.name(board.names, board.id)]));
    const boards = (notice.boards ?? []).map((id) => names.get(id) ?? id).join(words.say("list.comma"));
    const facts = [words.say("notice.by", { name: notice.by || words.say("life.somebody"), time: life_when(notice.at, now, words) })];
    if (notice.down_at) facts.push(words.say("notice.down_by", { name: notice.down_by || words.say("life.somebody"), time: life_when(notice.down_at, now, words) }));
    else facts.push(notice.until ? words.say("notice.hangs_until", { time: life_when(notice.until, now, words) }) : words.say("notice.hangs_open"));
    facts.push(boards || words.say("notice.all_boards"));
    put(row.note, facts.join(" · "));
    put(row.change.words, words.say("notice.edit"));
    put(row.down.words, words.say("notice.take_down"));
  }
}
