// One incident on the console: what, where, since when, who has it, and what can be done about it.

const ACTIONS = [
  { name: "acknowledge", key: "a", when: (each) => is_open(each) && !each.acked, fields: ["note"] },
  { name: "unacknowledge", when: (each) => is_open(each) && each.acked },
  { name: "assign", key: "p", when: is_open, fields: ["to"] },
  { name: "silence", key: "s", when: is_open, fields: ["length", "until", "which", "reason"] },
  { name: "playbook", key: "b", when: () => true },
  { name: "note", key: "n", when: (each) => !each.closed, fields: ["note"] },
  { name: "close", key: "c", when: (each) => !is_open(each) && !each.closed, fields: ["cause", "measure"] },
  { name: "story", key: "y", when: () => true },
];
const VERDICTS = [
  { name: "useful", key: "u" },
  { name: "false", key: "f" },
];

class Card {
  // `page` carries out what is asked for: page.act(card, wish), page.tell_story(id), page.playbook(id).
  constructor(parent, id, page) {
    this.id = id;
    this.page = page;
    this.node = make("article", "card", parent, { tabindex: "-1", "data-incident": id });
    this.node.addEventListener("focusin", () => page.select(id));
    this.build_head();
    this.build_facts();
    this.build_actions();
    this.playbook = new Playbook(this.node, (step, done) => page.act(this, { do: "step", step, done }));
    this.trouble = text(make("p", "fw-said trouble", this.node, { role: "status", "data-tone": "warn" }));
    this.troubled = "";
  }

  build_head() {
    const head = make("header", "card-head", this.node);
    this.sign = make("i", "fw-shape", head, { "aria-hidden": "true" });
    const what = make("div", "what", head);
    const line = make("p", "line", what);
    this.severity = text(make("b", "severity", line));
    this.state = text(make("span", "state", line));
    this.number = text(make("span", "number", line));
    this.learning = make("span", "badge", line);
    this.learning_words = text(this.learning);
    this.headline = text(make("h3", "headline", what));
    this.lasting = text(make("b", "lasting", head));
    this.sentence = text(make("p", "sentence", this.node));
  }

  build_facts() {
    const line = make("ol", "timeline", this.node);
    this.times = ["began", "fired", "ended"].map((name) => {
      const node = make("li", name, line);
      return { name, node, label: text(make("span", "label", node)), time: text(make("b", "", node)) };
    });
    const facts = make("ul", "facts", this.node);
    const names = ["escalation", "acked", "assigned", "silenced", "others", "verdict", "closed"];
    this.facts = names.map((name) => {
      const node = make("li", name, facts);
      return { name, node, words: text(node) };
    });
  }

  build_actions() {
    const row = make("div", "actions", this.node);
    this.buttons = ACTIONS.map((action) => this.build_button(row, action));
    const verdicts = make("div", "verdicts", row, { role: "group" });
    this.verdicts = verdicts;
    this.verdict_buttons = VERDICTS.map((action) => this.build_button(verdicts, action));
    this.asks = ACTIONS.filter(({ fields }) => fields).map(({ name, fields }) => {
      return new Ask(this.node, name, fields, (values) => this.send(name, values));
    });
  }

  build_button(parent, { name, key, when }) {
    const node = make("button", "fw-button", parent, { type: "button", "data-do": name });
    const words = text(make("span", "", node));
    const count = text(make("span", "count", node));
    if (key) text(make("kbd", "", node, { "aria-hidden": "true" })).data = key.toUpperCase();
    node.addEventListener("click", () => this.press(name));
    return { name, key, when, node, words, count };
  }

  // A letter was pressed while this card is the one. Says whether it was for us.
  type(letter) {
    const found = [...this.buttons, ...this.verdict_buttons].find((button) => button.key === letter);
    if (!found || found.node.hidden || found.node.disabled) return false;
    this.press(found.name);
    return true;
  }

  press(name) {
    if (name === "playbook") return this.turn_playbook();
    if (name === "story") return this.page.tell_story(this.id);
    if (name === "useful" || name === "false") return this.page.act(this, { do: "verdict", verdict: name });
    const ask = this.asks.find((each) => each.name === name);
    if (!ask) return this.page.act(this, { do: name });
    const open = !ask.open;
    this.fold();
    if (open) ask.show();
  }

  turn_playbook() {
    this.playbook.node.hidden = !this.playbook.node.hidden;
  }

  // Put away whatever stands open. Says whether anything did.
  fold() {
    const open = this.asks.filter((each) => each.open);
    for (const ask of open) ask.close();
    return open.length > 0;
  }

  async send(name, values) {
    const ask = this.asks.find((each) => each.name === name);
    const done = await this.page.act(this, this.wish_of(name, values));
    if (!done) return;
    ask.close();
    this.node.focus({ preventScroll: true });
  }

  wish_of(name, values) {
    if (name !== "silence") return { do: name, ...values };
    const { rule, scope } = this.incident;
    const until = until_of(values, { words: this.page.words, now: this.page.now });
    return { do: "silence", rule, scope: values.which === "rule" ? "*" : scope, until, reason: values.reason };
  }

  // A wish was refused, or "" if it was not.
  refuse(why) {
    this.troubled = why;
  }

  paint(incident, { words, now }) {
    this.incident = incident;
    const severity = severity_of(incident);
    const state = STATES.has(incident.state) ? incident.state : "firing";
    mark(this.node, "data-severity", severity);
    mark(this.sign, "data-shape", SEVERITY_SHAPES[severity]);
    mark(this.node, "data-state", state);
    mark(this.node, "data-acked", String(Boolean(incident.acked)));
    mark(this.node, "aria-label", headline_of(incident, words));
    put(this.severity, words.say(`severity.${severity}`));
    put(this.state, words.say(`incident.${state}`));
    put(this.number, Number.isFinite(incident.number) ? `#${incident.number}` : "");
    this.learning.hidden = !incident.learning;
    put(this.learning_words, words.say("alerts.learning"));
    put(this.headline, headline_of(incident, words));
    put(this.lasting, words.wait(lasting_of(incident, now)));
    put(this.sentence, words.name(incident.sentence, ""));
    this.paint_times(incident, words);
    const facts = facts_of(incident, { words, now });
    for (const { name, node, words: said } of this.facts) {
      node.hidden = !facts[name];
      put(said, facts[name] ?? "");
    }
    this.paint_actions(incident, words);
    put(this.trouble, this.troubled);
  }

  paint_times(incident, words) {
    const times = { began: incident.since, fired: incident.fired_at, ended: incident.ended_at };
    for (const { name, node, label, time } of this.times) {
      node.hidden = !Number.isFinite(times[name]);
      put(label, words.say(`time.${name}`));
      put(time, words.time(times[name]));
    }
  }

  paint_actions(incident, words) {
    const guide = this.page.playbook(incident.playbook);
    for (const { name, node, words: label, count, when } of this.buttons) {
      node.hidden = !when(incident) || (name === "playbook" && !guide);
      put(label, words.say(`do.${name}`));
      const ask = this.asks.find((each) => each.name === name);
      if (ask) mark(node, "aria-expanded", String(ask.open));
      if (name === "playbook") {
        mark(node, "aria-expanded", String(!this.playbook.node.hidden));
        const done = Object.keys(incident.steps ?? {}).length;
        put(count, `${words.count(done)}/${words.count(steps_of(guide))}`);
      }
      // With its form open, the button that sends is the one to press.
      node.classList.toggle("fw-go", (name === "acknowledge" || name === "close") && !ask?.open);
    }
    mark(this.verdicts, "aria-label", words.say("verdicts"));
    for (const { name, node, words: label } of this.verdict_buttons) {
      put(label, words.say(`do.${name}`));
      mark(node, "aria-pressed", String(incident.verdict === name));
    }
    const silence = this.asks.find(({ name }) => name === "silence");
    silence.offer("which", this.page.sees_all ? FIELDS.which.options : ["here"]);
    for (const ask of this.asks) {
      ask.paint(words);
      if (ask.open && this.buttons.find(({ name }) => name === ask.name).node.hidden) ask.close();
    }
    if (!guide) this.playbook.node.hidden = true;
    this.playbook.paint(guide, incident.steps, words);
  }
}
