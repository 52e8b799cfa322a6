// One person or one call, beside the view: what is known, and what can be done.

const WITH_CALLS = new Set(["answered", "unanswered", "talk_ms", "hold_ms"]); // there are calls behind these
const DAY_FIGURES = [
  ...["answered", "unanswered", "talk_ms", "hold_ms", "acw_ms", "ready_ms", "not_ready_ms", "signed_in_ms"],
];

class PeopleSheet {
  constructor(parent, page) {
    this.page = page;
    this.node = make("aside", "sheet", parent, { role: "dialog", tabindex: "-1" });
    this.node.hidden = true;
    const head = make("header", "sheet-head", this.node);
    this.title = text(make("h2", "", head));
    const close = make("button", "fw-button fw-quiet", head, { type: "button" });
    this.close_words = text(make("span", "", close));
    text(make("kbd", "", close, { "aria-hidden": "true" })).data = "Esc";
    close.addEventListener("click", () => this.shut());
    this.state = make("p", "sheet-state", this.node);
    this.sign = state_sign(this.state);
    this.state_words = text(make("b", "", this.state));
    this.lasts = text(make("span", "time", this.state));
    this.over = text(make("span", "over", this.state));
    this.facts_node = make("dl", "sheet-facts", this.node);
    this.facts = [];
    this.day_title = text(make("h3", "", this.node));
    this.day = make("div", "figures", this.node);
    this.figures = DAY_FIGURES.map((name) => {
      const node = make("button", "figure", this.day, { type: "button" });
      node.addEventListener("click", () => page.drill_person(this.person, name));
      node.disabled = !WITH_CALLS.has(name);
      return { name, node, value: text(make("b", "", node)), label: text(make("span", "label", node)) };
    });
    this.gone = text(make("p", "fw-said", this.node));
    this.actions = make("div", "sheet-actions", this.node);
    this.id = "";
    this.kind = "";
  }

  get open() {
    return !this.node.hidden;
  }

  show_person(person) {
    this.person = person;
    this.begin("person", person.id);
  }

  show_call({ id, call }) {
    this.call = call;
    this.begin("call", id);
  }

  begin(kind, id) {
    if (!this.open) this.before = this.page.focused;
    Object.assign(this, { kind, id });
    this.actions.replaceChildren();
    this.node.hidden = false;
    this.page.paint();
    this.node.focus({ preventScroll: true });
  }

  shut() {
    this.node.hidden = true;
    this.before?.focus?.({ preventScroll: true });
  }

  paint(floor, { words, now }) {
    if (!this.open) return;
    put(this.close_words, words.say("close"));
    const person = this.kind === "person" ? floor.by_id.get(this.id) : null;
    const call = this.kind === "call" ? floor.body?.calls?.[this.id] : null;
    const there = Boolean(person ?? call);
    if (there && !this.actions.firstChild) this.offer(person);
    mark(this.node, "data-gone", String(!there));
    put(this.gone, there ? "" : words.say(this.kind === "call" ? "sheet.call_gone" : "sheet.person_gone"));
    this.state.hidden = this.kind === "call";
    if (person) this.paint_person(person, floor, words);
    else if (call) this.paint_call(call, floor, { words, now });
    this.day.hidden = this.kind === "call" || !this.person?.row.day;
    put(this.day_title, this.day.hidden ? "" : words.say("sheet.day"));
    mark(this.node, "aria-label", this.title.data);
  }

  // What may be done, as soon as anything may.
  offer(person) {
    const { actions } = this.page;
    const menu = person ? actions.for_agent(person.id, person.row) : actions.for_call(this.id, this.call);
    if (menu) this.actions.append(menu);
  }

  paint_person(person, floor, words) {
    this.person = person;
    const { row, state, lasts_ms, over_ms } = person;
    put(this.title, person.name);
    mark_state(this.state, this.sign, state);
    put(this.state_words, [state_words(state, words), reason_words(row.reason, words)].filter(Boolean).join(" · "));
    put(this.lasts, words.wait(lasts_ms));
    put(this.over, over_ms > 0 ? words.say("sheet.over", { time: words.wait(over_ms) }) : "");
    this.paint_facts(
      {
        id: person.id,
        team: floor.team_name(person.team, words),
        since: words.time(row.since),
        allowed: Number.isFinite(person.allowed_ms) ? words.wait(person.allowed_ms) : "",
        on: row.queue ? floor.queue_name(row.queue, words) : "",
        queues: queues_words(row.queues, floor, words),
      },
      words,
    );
    for (const { name, node, value, label } of this.figures) {
      const figure = row.day?.[name];
      node.hidden = figure === undefined;
      put(value, this.figure_words(name, figure, words));
      put(label, words.say(`day.${name}`));
    }
  }

  figure_words(name, figure, words) {
    return name.endsWith("_ms") ? words.wait(figure) : words.count(figure);
  }

  paint_call(call, floor, { words, now }) {
    put(this.title, words.say("sheet.call", { time: words.wait(now - call.since) }));
    const ringing = Array.isArray(call.ringing) ? call.ringing : [];
    this.paint_facts(
      {
        queue: floor.queue_name(call.queue, words),
        since: words.time(call.since),
        caller: String(call.caller ?? ""),
        priority: Number.isFinite(call.priority) ? words.count(call.priority) : "",
        ringing: ringing.map((id) => floor.person_name(id, words)).join(words.say("list.comma")),
      },
      words,
    );
  }

  paint_facts(facts, words) {
    const told = Object.entries(facts).filter(([, said]) => said);
    while (this.facts.length < told.length) {
      const node = make("div", "", this.facts_node);
      this.facts.push({ node, label: text(make("dt", "", node)), said: text(make("dd", "", node)) });
    }
    this.facts.forEach(({ node, label, said }, place) => {
      node.hidden = place >= told.length;
      if (node.hidden) return;
      put(label, words.say(`column.${told[place][0]}`));
      put(said, told[place][1]);
    });
  }
}
