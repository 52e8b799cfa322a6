// What is found on a walk, in three taps: where, what, and what was done about it. The third one saves.

const UNDO_MS = 5000;
const NOTE_STEPS = ["place", "kind", "measure"];
const NOTE_GROUPS = ["area", "team", "queue", "place"];

class WalkNote {
  // The page keeps what is found (`keep`), and takes it back while it can (`take_back`).
  constructor(parent, page) {
    this.page = page;
    this.chosen = {};
    this.photo = "";
    this.node = make("section", "walk-note", parent);
    this.path = make("ol", "walk-path", this.node);
    this.steps = NOTE_STEPS.map((name) => {
      const node = make("li", "", this.path);
      const button = button_in(node, ["fw-quiet", "walk-step"], () => this.back(name));
      return { name, node, button };
    });
    this.saved = make("div", "fw-said walk-saved", this.node, { role: "status" });
    this.saved_words = text(make("span", "what", this.saved));
    this.undo = button_in(this.saved, [], () => this.take_back());
    this.told_of = null; // what the line above the buttons says: [tone, words]
    this.extras = this.build_extras();
    this.groups = make("div", "walk-groups", this.node);
  }

  get step() {
    return NOTE_STEPS.find((name) => !this.chosen[name]) ?? "place";
  }

  build_extras() {
    const node = make("div", "walk-extras", this.node);
    const said = life_ask(node, "textarea", { rows: "2", maxlength: "500" });
    const person = life_ask(node, "select");
    const row = make("div", "fw-row", node);
    const label = make("label", "fw-button walk-camera", row);
    const file = make("input", "fw-unseen", label, { type: "file", accept: "image/*", capture: "environment" });
    const words = text(make("span", "", label));
    const picture = make("img", "walk-picture", row, { alt: "" });
    const out = button_in(row, "fw-quiet", () => this.take_photo(null));
    const trouble = text(make("div", "fw-said", node, { "data-tone": "bad", role: "alert" }));
    file.addEventListener("change", () => this.take_photo(file.files[0] ?? null));
    return { node, said, person, file, words, picture, out, trouble };
  }

  async take_photo(file) {
    const { extras } = this;
    put(extras.trouble, "");
    this.photo = file ? ((await small_photo(file)) ?? "") : "";
    extras.file.value = "";
    if (this.photo) extras.picture.src = this.photo;
    else if (file) put(extras.trouble, this.page.words.say("refused.photo_bad"));
  }

  back(name) {
    for (const later of NOTE_STEPS.slice(NOTE_STEPS.indexOf(name))) delete this.chosen[later];
    this.page.paint();
  }

  choose(step, id) {
    if (this.told_of) this.page.outbox.release();
    this.tell("", "");
    this.chosen[step] = id;
    if (step === "kind" && id === "none") this.chosen.measure = "";
    if (NOTE_STEPS.every((name) => this.chosen[name] !== undefined)) this.save();
    this.page.paint();
    this.node.scrollIntoView({ block: "nearest" });
  }

  async save() {
    const { extras, chosen } = this;
    const data = { finding: life_id(), place: chosen.place, kind: chosen.kind };
    if (chosen.measure) data.measure = chosen.measure;
    if (extras.said.node.value.trim()) data.note = extras.said.node.value.trim();
    if (extras.person.node.value) data.agent = extras.person.node.value;
    if (this.photo) data.photo = this.photo.slice(this.photo.indexOf(",") + 1);
    this.tell("good", this.page.words.say("walk.saved", { what: this.told(data) }));
    this.chosen = {};
    this.clear();
    this.number = await this.page.keep(data, UNDO_MS);
    this.undo_until = performance.now() + UNDO_MS;
    this.page.paint();
  }

  // Say what the desk remarked, unless something can still be taken back there.
  mind(said) {
    if (!(performance.now() < this.undo_until)) this.tell("warn", said);
  }

  clear() {
    this.extras.said.node.value = "";
    this.extras.person.node.value = "";
    this.photo = "";
  }

  async take_back() {
    if (await this.page.take_back(this.number)) this.tell("", "");
    this.undo_until = 0;
  }

  // Say something in the line above the buttons. It is always there, so that no button ever moves.
  tell(tone, said) {
    this.undo_until = 0;
    this.told_of = said ? [tone, said] : null;
  }

  // What was chosen, in words.
  told({ place, kind, measure = "" }) {
    const { words } = this.page;
    const of = (step, id) => (id ? choice_name(step, this.choices(step).find((each) => each.id === id) ?? { id }, words) : "");
    return [of("place", place), of("kind", kind), of("measure", measure)].filter(Boolean).join(" · ");
  }

  choices(step) {
    const told = this.page.choices;
    if (step === "place") return told?.places ?? [];
    if (step === "kind") return told ? [{ id: "none" }, ...told.kinds] : [];
    return told?.measures ?? [];
  }

  paint(words) {
    const { step, extras } = this;
    mark(this.node, "data-step", step);
    for (const { name, node, button } of this.steps) {
      const chosen = this.chosen[name];
      const choice = chosen && this.choices(name).find(({ id }) => id === chosen);
      put(button.words, choice ? choice_name(name, choice, words) : words.say(`walk.${name}`));
      mark(node, "data-state", chosen ? "done" : name === step ? "now" : "next");
      mark(button.node, "aria-current", name === step ? "step" : "false");
      button.node.disabled = !chosen;
    }
    const [tone, said] = this.told_of ?? ["", words.say("walk.how")];
    mark(this.saved, "data-tone", tone);
    put(this.saved_words, said);
    put(this.undo.words, words.say("walk.undo"));
    this.undo.node.hidden = !(performance.now() < this.undo_until);
    extras.node.hidden = step !== "measure";
    put(extras.said.words, words.say("walk.note"));
    put(extras.person.words, words.say("walk.person"));
    put(extras.words, words.say("walk.photo"));
    extras.picture.hidden = !this.photo;
    extras.out.node.hidden = !this.photo;
    put(extras.out.words, words.say("walk.no_photo"));
    this.paint_people(words);
    this.paint_choices(step, words);
  }

  // Those of the chosen team or queue first, by their names.
  paint_people(words) {
    const agents = Object.entries(this.page.body?.agents ?? {});
    const shape_of = JSON.stringify([words.language, this.chosen.place, agents.length]);
    if (shape_of === this.people || this.extras.node.hidden) return;
    this.people = shape_of;
    const [group, id] = [this.chosen.place?.split(":")[0], this.chosen.place?.slice(this.chosen.place.indexOf(":") + 1)];
    const here = (row) => (group === "team" && row.team === id) || (group === "queue" && Object.hasOwn(row.queues ?? {}, id));
    const named = agents.map(([agent, row]) => ({ agent, name: words.name(row.names, agent), here: here(row) }));
    named.sort((one, other) => other.here - one.here || one.name.localeCompare(other.name, words.say("locale")));
    const select = this.extras.person.node;
    const kept = select.value;
    select.replaceChildren();
    text(make("option", "", select, { value: "" })).data = words.say("walk.nobody");
    for (const { agent, name } of named) text(make("option", "", select, { value: agent })).data = name;
    select.value = kept;
  }

  paint_choices(step, words) {
    const choices = this.choices(step);
    const groups = step === "place" ? NOTE_GROUPS : [step];
    const shown = groups
      .map((group) => [group, choices.filter((each) => step !== "place" || each.group === group)])
      .filter(([, members]) => members.length);
    const build = (list, group) => {
      const node = make("div", "walk-group", list, { role: "group" });
      const title = make("h3", "", node);
      return { node, title, words: text(title), grid: make("div", "walk-grid", node), group };
    };
    keep_rows(this.groups, shown.map(([group, members]) => [`${step} ${group}`, [group, members]]), build, (row, [group, members]) => {
      put(row.words, words.say(`walk_group.${group}`));
      row.title.hidden = step === "place" && shown.length === 1;
      keep_rows(row.grid, members.map((each) => [each.id, each]), (list, id) => this.build_choice(list, step, id), (button, choice) => {
        put(button.words, choice_name(step, choice, words));
        put(button.note, choice.stays_open ? words.say("walk.stays_open") : "");
        mark(button.node, "data-choice", choice.id);
      });
    });
  }

  build_choice(list, step, id) {
    const node = make("button", "fw-button walk-choice", list, { type: "button" });
    node.addEventListener("click", () => this.choose(step, id));
    return { node, words: text(make("span", "", node)), note: text(make("small", "fw-note", node)) };
  }
}

// A site's own name of a choice, or ours from the catalogue.
function choice_name(step, choice, words) {
  const own = words.name(choice.names, "");
  if (own || step === "place") return own || choice.id;
  return step === "kind" ? words.say(`finding.${choice.id}`) : words.say(`measure.${choice.id}`);
}
