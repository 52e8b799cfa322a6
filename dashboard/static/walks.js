// Floor walks as they are read: measures that are still open, what was found today, who was on the floor.

const WALKS_HOUR_MS = 3600000;

// Names of a site's own stand with the finding; ours are in the catalogue.
function life_finding(finding, words) {
  const own = (names, family) => words.name(names, "") || family;
  return [
    words.name(finding.place_names, finding.place.slice(finding.place.indexOf(":") + 1)),
    own(finding.kind_names, words.say(`finding.${finding.kind}`)),
    finding.measure ? own(finding.measure_names, words.say(`measure.${finding.measure}`)) : "",
  ];
}

class Walks {
  // On a phone the walk itself has a page; `linked` leads there.
  constructor(parent, { words, road, linked = true }) {
    this.words = words;
    this.road = road;
    this.self = LifeSelf.of(road);
    this.asked = new LifeAsked(road, "walks", (now) => ({ from: Math.round(this.day_at ?? now - 12 * WALKS_HOUR_MS) }));
    this.node = make("div", "life walks", parent);
    this.link = make("a", "fw-button fw-go walks-link", this.node, { href: at("walk") });
    this.link_words = text(this.link);
    this.link.hidden = !linked;
    this.trouble = make("div", "fw-said", this.node, { role: "status" });
    this.trouble_words = text(this.trouble);
    this.open = this.build_list("open");
    this.today = this.build_list("today");
    this.people = this.build_list("people");
    this.picture = make("dialog", "fw-sheet walks-picture", this.node);
    this.picture_node = make("img", "", this.picture, { alt: "" });
    this.shut = button_in(this.picture, "fw-quiet", () => this.picture.close());
  }

  title() {
    return this.words.say("walks.title");
  }

  build_list(name) {
    const node = make("section", "fw-tile life-list", this.node, { "data-list": name });
    return { name, node, title: text(make("h3", "", node)), rows: make("ul", "", node), nothing: text(make("p", "fw-note", node)) };
  }

  stale() {
    this.asked.stale();
  }

  paint(body, now) {
    const { words } = this;
    Object.assign(this, { body, now, day_at: body?.site?.day_start_at });
    this.self.paint();
    this.asked.paint(body?.walks?.changed_at, now);
    put(this.link_words, words.say("walks.link"));
    put(this.shut.words, words.say("close"));
    mark(this.picture, "aria-label", words.say("walks.photo"));
    const { findings = [], open = [], people = [] } = this.asked.told ?? {};
    const by_id = (found) => found.map((finding) => [finding.id, finding]);
    this.paint_list(this.open, by_id(open), (list, id) => this.build_finding(list, id, true), (row, each) => this.paint_open(row, each));
    this.paint_list(this.today, by_id(findings).reverse(), (list, id) => this.build_finding(list, id, false), (row, each) => this.paint_finding(row, each));
    const walked = people.map((person) => [`${person.id} ${person.name}`, person]);
    this.people.node.hidden = walked.length === 0;
    this.paint_list(this.people, walked, (list) => this.build_person(list), (row, each) => this.paint_person(row, each));
  }

  paint_list({ name, title, rows, nothing }, entries, build, fill) {
    const { words } = this;
    put(title, words.say(`walks.${name}`, { count: words.count(entries.length) }));
    put(nothing, entries.length ? "" : words.say(`walks_none.${name}`));
    keep_rows(rows, entries, build, fill);
  }

  build_finding(list, id, open) {
    const node = make("li", "finding-row", list);
    const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
    const what = make("div", "what", node);
    const row = { node, sign, words: text(make("p", "life-text", what)), note: text(make("p", "fw-note life-text", what)) };
    row.said = text(make("p", "life-text", what));
    const tags = make("div", "fw-row", what);
    row.again = make("span", "fw-tag", tags, { "data-tone": "warn" });
    row.again_words = text(row.again);
    row.photo = button_in(tags, ["fw-quiet", "life-small"], () => this.show(id));
    if (open) this.build_settle(row, what, id);
    return row;
  }

  build_settle(row, parent, id) {
    row.settle = make("form", "fw-row life-settle", parent, { autocomplete: "off" });
    row.field = make("input", "fw-field", row.settle, { type: "text", maxlength: "200", required: "" });
    const go = make("button", "fw-button", row.settle, { type: "submit" });
    row.go = text(go);
    row.settle.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      const data = this.self.signed({ finding: id, measure: row.field.value });
      this.tell(await this.road.wish("walk.settle", data));
      go.disabled = false;
    });
  }

  tell(answer) {
    mark(this.trouble, "data-tone", answer.done ? "good" : "bad");
    put(this.trouble_words, answer.done ? this.words.say("walks.settled") : this.words.refusal(answer));
    this.stale();
  }

  show(id) {
    this.picture_node.src = at("walk-photo", { id });
    this.picture_node.alt = this.words.say("walks.photo");
    this.picture.showModal();
  }

  paint_finding(row, finding) {
    const { words, now } = this;
    const parts = life_finding(finding, words).filter(Boolean);
    put(row.words, parts.join(" · "));
    const tone = finding.kind === "none" ? "good" : finding.open ? "warn" : "calm";
    mark(row.node, "data-tone", tone);
    mark(row.sign, "data-shape", { good: "disc", warn: "ring", calm: "square" }[tone]);
    const person = finding.agent ? words.name(this.body?.agents?.[finding.agent]?.names, finding.agent) : "";
    const facts = [life_when(finding.at, now, words), finding.by || words.say("life.somebody"), person && words.say("walks.person", { name: person })];
    put(row.note, facts.filter(Boolean).join(" · "));
    const settled = finding.settled
      ? words.say("walks.settled_by", { name: finding.settled_by || words.say("life.somebody"), time: life_when(finding.settled_at, now, words), what: finding.settled })
      : "";
    put(row.said, [finding.note, settled].filter(Boolean).join("\n"));
    row.again.hidden = !finding.again;
    put(row.again_words, words.say("walks.again", { count: words.count((finding.again ?? 0) + 1) }));
    row.photo.node.hidden = !finding.photo;
    put(row.photo.words, words.say("walks.photo"));
  }

  paint_open(row, finding) {
    const { words } = this;
    this.paint_finding(row, finding);
    mark(row.field, "placeholder", words.say("walks.became"));
    mark(row.field, "aria-label", words.say("walks.became"));
    put(row.go, words.say("walks.settle"));
  }

  build_person(list) {
    const node = make("li", "walks-person", list);
    return { node, name: text(make("b", "", node)), length: text(make("span", "fw-note", node)) };
  }

  paint_person(row, person) {
    put(row.name, person.name || this.words.say("life.somebody"));
    put(row.length, this.words.say("walks.on_floor", { length: life_length(person.floor_ms, this.words) }));
  }
}
