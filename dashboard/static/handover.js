// The hand-over between shifts: written from what is known, confirmed by whoever takes over, kept.

const HANDOVER_DRAFT_KEY = "floorwatch.handover";
const HANDOVER_BACK_MS = 7 * 86400000;
const SHIFTS = ["early", "day", "late", "night"];

class HandOver {
  constructor(parent, { words, road }) {
    this.words = words;
    this.road = road;
    this.self = LifeSelf.of(road);
    const back = (now) => ({ from: Math.round(now - HANDOVER_BACK_MS) });
    this.asked = new LifeAsked(road, "handovers", back);
    this.walks = new LifeAsked(road, "walks", (now) => ({ from: Math.round(now) }));
    this.node = make("div", "life handover", parent);
    this.build_form();
    this.lists = make("div", "life-lists", this.node);
    this.begin = button_in(this.lists, ["fw-go", "handover-begin"], () => this.start());
    this.waiting = this.build_list("waiting");
    this.taken = this.build_list("taken");
    this.looked = false; // whether a draft was kept here
    this.unmeasured = false; // whether one was begun before the open measures were told
  }

  // What he was writing when he left the page. Somebody else's is not shown to him.
  look() {
    if (this.looked || this.self.id === null) return;
    this.looked = true;
    const kept = life_kept(HANDOVER_DRAFT_KEY);
    if (kept?.owner === this.self.id && this.form.hidden) this.open(kept);
  }

  title() {
    return this.words.say("handover.title");
  }

  build_form() {
    const form = (this.form = make("form", "fw-tile life-form", this.node, { autocomplete: "off" }));
    form.hidden = true;
    this.form_title = text(make("h3", "", form));
    this.called = new LifeName(form, this.self);
    this.shift = life_ask(form, "input", { type: "text", maxlength: "40", list: "life-shifts" });
    const shifts = make("datalist", "", form, { id: "life-shifts" });
    this.shifts = SHIFTS.map((name) => ({ name, node: make("option", "", shifts) }));
    const head = make("div", "life-points-head", form);
    this.points_title = text(make("h3", "", head));
    this.fill = button_in(head, "fw-quiet", () => this.fill_in());
    this.points = make("ul", "life-points", form);
    this.more = button_in(form, ["fw-quiet", "life-more"], () => this.add({ text: "", done: false }).focus());
    this.said = life_ask(form, "textarea", { rows: "4", maxlength: "4000" });
    const buttons = make("div", "fw-row", form);
    this.go = make("button", "fw-button fw-go", buttons, { type: "submit" });
    this.go_words = text(this.go);
    this.cancel = button_in(buttons, "fw-quiet", () => this.shut());
    this.trouble = make("div", "fw-said", this.node, { role: "status" });
    this.trouble_words = text(this.trouble);
    form.addEventListener("input", () => this.keep());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
  }

  build_list(name) {
    const node = make("section", "life-list", this.lists, { "data-list": name });
    return { name, node, title: text(make("h3", "", node)), rows: make("ul", "", node), nothing: text(make("p", "fw-note", node)) };
  }

  // A new one, filled with what the system knows.
  start() {
    const hour = Number(this.words.hour_minute(this.now).slice(0, 2));
    const shift = hour < 6 || hour >= 22 ? "night" : hour < 15 ? "early" : "late";
    this.open({ id: life_id(), shift: this.words.say(`shift.${shift}`), text: "", points: [] });
    this.fill_in();
    this.shift.node.focus();
  }

  open({ id, shift, text: said, points }) {
    this.id = id;
    this.shift.node.value = shift;
    this.said.node.value = said;
    this.points.replaceChildren();
    for (const point of points) this.add(point);
    this.form.hidden = false;
    this.keep();
  }

  shut() {
    this.form.hidden = true;
    this.unmeasured = false;
    life_keep(HANDOVER_DRAFT_KEY, null);
  }

  fill_in() {
    this.unmeasured = !this.walks.told;
    this.put_in(this.body);
  }

  // Of `body`, and of the measures that are still open.
  put_in(body) {
    const there = new Set(this.drafted().points.map((point) => point.text));
    const known = handover_draft(body, this.walks.told?.open ?? [], { words: this.words, now: this.now });
    for (const point of known) {
      if (!there.has(point.text)) this.add(point);
      there.add(point.text);
    }
    this.keep();
  }

  add(point) {
    const row = make("li", "life-point", this.points);
    const done = make("input", "", row, { type: "checkbox" });
    done.checked = Boolean(point.done);
    const said = make("textarea", "fw-field", row, { maxlength: "300", rows: "1" });
    said.value = point.text;
    const out = button_in(row, ["fw-quiet", "life-out"], () => {
      row.remove();
      this.keep();
    });
    put(out.words, "×");
    row.labels = [done, said, out.node];
    return said;
  }

  drafted() {
    const points = [...this.points.children].map(({ labels: [done, said] }) => {
      return { text: said.value.trim(), done: done.checked };
    });
    const filled = points.filter((point) => point.text);
    return { id: this.id, shift: this.shift.node.value.trim(), text: this.said.node.value, points: filled };
  }

  keep() {
    life_keep(HANDOVER_DRAFT_KEY, { ...this.drafted(), owner: this.self.id });
  }

  async write() {
    const { id, ...said } = this.drafted();
    this.busy = true;
    const answer = await this.wish("handover.write", { handover: id, ...said });
    this.busy = false;
    if (answer.done) this.shut();
  }

  async wish(deed, data) {
    const { words } = this;
    const answer = await this.road.wish(deed, this.self.signed(data));
    mark(this.trouble, "data-tone", answer.done ? "good" : "bad");
    const told = deed === "handover.write" ? words.say("handover.written") : "";
    put(this.trouble_words, answer.done ? told : words.refusal(answer));
    this.asked.stale();
    return answer;
  }

  paint(body, now) {
    Object.assign(this, { body, now });
    const { words } = this;
    this.self.paint();
    this.look();
    this.asked.paint(body?.handovers?.changed_at, now);
    this.walks.paint(body?.walks?.changed_at, now);
    if (this.unmeasured && this.walks.told) {
      this.unmeasured = false;
      this.put_in(null);
    }
    mark(this.node, "data-writing", String(!this.form.hidden));
    this.paint_form(words);
    put(this.begin.words, words.say("handover.begin"));
    this.begin.node.hidden = !this.form.hidden;
    this.begin.node.disabled = !body;
    const told = (this.asked.told?.handovers ?? []).map((each) => [each.id, each]);
    this.paint_list(this.waiting, told.filter(([, each]) => !each.taken_at));
    this.paint_list(this.taken, told.filter(([, each]) => each.taken_at));
  }

  paint_form(words) {
    put(this.form_title, words.say("handover.new"));
    this.called.paint(words);
    put(this.shift.words, words.say("handover.shift"));
    for (const { name, node } of this.shifts) mark(node, "value", words.say(`shift.${name}`));
    put(this.points_title, words.say("handover.points"));
    put(this.fill.words, words.say("handover.fill"));
    put(this.more.words, words.say("handover.more"));
    for (const { labels } of this.points.children) {
      const [done, said, out] = labels;
      mark(done, "aria-label", words.say("handover.done"));
      mark(said, "aria-label", words.say("handover.point"));
      mark(out, "aria-label", words.say("handover.out"));
    }
    put(this.said.words, words.say("handover.text"));
    put(this.go_words, words.say("handover.write"));
    put(this.cancel.words, words.say("handover.drop"));
    this.go.disabled = Boolean(this.busy);
  }

  paint_list({ name, title, rows, nothing, node }, entries) {
    const { words } = this;
    put(title, words.say(`handovers.${name}`, { count: words.count(entries.length) }));
    node.hidden = name === "taken" && entries.length === 0;
    put(nothing, entries.length ? "" : words.say("handovers.none"));
    keep_rows(rows, entries, (list, id) => this.build_handover(list, id), (row, each) => this.paint_handover(row, each));
  }

  build_handover(list, id) {
    const node = make("li", "fw-tile handover-row", list);
    const head = make("div", "handover-head", node);
    const row = { node, shift: text(make("b", "", head)), by: text(make("span", "fw-note", head)) };
    row.points = make("ul", "handover-points", node);
    row.said = make("p", "life-text", node);
    row.said_words = text(row.said);
    const foot = make("div", "fw-row", node);
    row.taken = make("span", "fw-tag", foot, { "data-tone": "good" });
    make("i", "fw-shape", row.taken, { "aria-hidden": "true", "data-shape": "disc" });
    row.taken_words = text(row.taken);
    row.take = button_in(foot, "fw-go", () => this.wish("handover.take", { handover: id }));
    row.change = button_in(foot, "fw-quiet", () => {
      const { id: which, shift, text: said = "", points = [] } = row.each;
      this.open({ id: which, shift, text: said, points });
    });
    return row;
  }

  paint_handover(row, each) {
    const { words, now, self } = this;
    row.each = each;
    put(row.shift, String(each.shift));
    put(row.by, words.say("handover.by", { name: each.by, time: life_when(each.at, now, words) }));
    const points = (each.points ?? []).map((point, number) => [String(number), point]);
    keep_rows(row.points, points, (list, n) => this.build_point(list, each.id, Number(n)), (line, point) => this.paint_point(line, point));
    row.said.hidden = !each.text;
    put(row.said_words, each.text ?? "");
    const own = each.by_id === self.id && each.by === self.name;
    row.taken.hidden = !each.taken_at;
    put(row.taken_words, words.say("handover.taken", { name: each.taken_by, time: life_when(each.taken_at, now, words) }));
    row.take.node.hidden = Boolean(each.taken_at) || own;
    put(row.take.words, words.say("handover.take"));
    row.change.node.hidden = Boolean(each.taken_at) || !own || !this.form.hidden;
    put(row.change.words, words.say("handover.change"));
  }

  build_point(list, id, n) {
    const node = make("li", "", list);
    const label = make("label", "handover-point", node);
    const done = make("input", "", label, { type: "checkbox" });
    const said = make("span", "what", label);
    const line = { node, done, words: text(make("span", "life-text", said)), note: text(make("span", "fw-note", said)) };
    done.addEventListener("change", async () => {
      const answer = await this.wish("handover.point", { handover: id, n, done: done.checked });
      if (!answer.done) line.told = "";
    });
    return line;
  }

  paint_point(line, point) {
    const { words, now } = this;
    mark(line.node, "data-done", String(Boolean(point.done)));
    // What was ticked a moment ago stays as it is until the desk has answered.
    const told = JSON.stringify(point);
    if (line.told !== told) {
      line.done.checked = Boolean(point.done);
      line.told = told;
    }
    put(line.words, String(point.text));
    put(line.note, point.at ? words.say("handover.ticked", { name: point.by || words.say("life.somebody"), time: life_when(point.at, now, words) }) : "");
  }
}
