// Small forms on a card: what must be said with a wish, and nothing more.

const TEXT_MOST = 500;
const FIELDS = {
  note: { long: true },
  to: { required: true },
  length: { options: ["m30", "h2", "until"] },
  until: { type: "time" },
  which: { options: ["here", "rule"] },
  reason: { required: true },
  cause: { required: true, long: true },
  measure: { required: true, long: true },
  who: { required: true },
};
const LENGTHS_MS = { m30: 30 * 60_000, h2: 120 * 60_000 };

class Ask {
  // `send(values)` is called with what was filled in; `done` closes the form.
  constructor(parent, name, fields, send) {
    this.name = name;
    this.node = make("form", "ask", parent, { "data-ask": name, autocomplete: "off" });
    this.node.hidden = true;
    this.fields = fields.map((field) => this.build(field));
    const row = make("div", "ask-row", this.node);
    this.go = text(make("button", "fw-button fw-go", row, { type: "submit" }));
    this.cancel = make("button", "fw-button fw-quiet", row, { type: "button" });
    this.cancel_words = text(this.cancel);
    this.cancel.addEventListener("click", () => this.close());
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      send(Object.fromEntries(this.fields.map(({ field, input }) => [field, input.value.trim()])));
    });
  }

  build(field) {
    const { options, required, type = "text", long } = FIELDS[field];
    const label = make("label", long ? "wide" : "", this.node, { "data-field": field });
    const words = text(make("span", "fw-label", label));
    const attributes = options ? {} : { type, maxlength: String(TEXT_MOST) };
    const input = make(options ? "select" : "input", "fw-field", label, { name: field, ...attributes });
    if (required || field === this.name) input.required = true; // a note is what the note is about
    const entries = (options ?? []).map((option) => {
      return [option, text(make("option", "", input, { value: option }))];
    });
    if (field === "until") input.addEventListener("input", () => (input.required = true));
    if (field === "length") input.addEventListener("change", () => this.ask_until());
    return { field, label, words, input, entries };
  }

  // A time of day is asked for only where one is wanted.
  ask_until() {
    const until = this.fields.find(({ field }) => field === "until");
    if (!until) return;
    const wanted = this.value("length") === "until";
    until.label.hidden = !wanted;
    until.input.required = wanted;
  }

  value(field) {
    return this.fields.find((each) => each.field === field).input.value;
  }

  // Where there is but one thing to choose nobody is asked.
  offer(field, options) {
    const { label, input, entries } = this.fields.find((each) => each.field === field);
    for (const [option, name] of entries) name.parentNode.hidden = !options.includes(option);
    if (!options.includes(input.value)) input.value = options[0];
    label.hidden = options.length < 2;
  }

  get open() {
    return !this.node.hidden;
  }

  show() {
    this.node.hidden = false;
    this.ask_until();
    this.fields[0].input.focus();
  }

  close() {
    this.node.hidden = true;
    this.node.reset();
  }

  paint(words) {
    put(this.go, words.say(`do.${this.name}`));
    put(this.cancel_words, words.say("cancel"));
    for (const { field, words: label, entries, input } of this.fields) {
      const said = words.say(`field.${field}`);
      const may_be_empty = FIELDS[field].long && !input.required;
      put(label, may_be_empty ? words.say("field.optional", { field: said }) : said);
      for (const [option, name] of entries) put(name, words.say(`option.${option}`));
    }
  }
}

// When a silence ends: after a while, or at a time of day on the site's clock.
function until_of({ length, until }, { words, now }) {
  if (length in LENGTHS_MS) return Math.round(now + LENGTHS_MS[length]);
  const minutes = (time) => {
    const [hour, minute] = time.split(":").map(Number);
    return hour * 60 + minute;
  };
  const ahead = (minutes(until) - minutes(words.hour_minute(now)) + 1440) % 1440;
  return Math.floor(now / 60_000) * 60_000 + (ahead || 1440) * 60_000;
}
