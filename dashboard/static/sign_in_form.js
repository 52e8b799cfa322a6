// Forms of the door: a label above each field, one line that says what is wrong, one button.

class DoorForm {
  // `fields` are [name, type, autocomplete]; `sent(values)` resolves to why not, "" if all is well.
  constructor(parent, name, fields, sent) {
    this.name = name;
    this.node = make("form", `door-form ${name}`, parent, { novalidate: "" });
    this.fields = fields.map(([field, type, complete]) => {
      const label = make("label", "fw-ask", this.node);
      const words = text(make("span", "fw-label", label));
      const input = make("input", "fw-field", label, { type, name: field, autocomplete: complete });
      if (field === "name") mark(input, "autocapitalize", "none");
      return { field, input, words };
    });
    this.trouble = text(make("p", "fw-said", this.node, { role: "alert", "data-tone": "bad" }));
    this.go = make("button", "fw-button fw-go", this.node, { type: "submit" });
    this.go_words = text(this.go);
    this.why = null;
    this.busy = false;
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(sent);
    });
  }

  async send(sent) {
    if (this.busy) return;
    const values = Object.fromEntries(this.fields.map(({ field, input }) => [field, input.value]));
    const empty = this.fields.find(({ input }) => !input.value);
    if (empty) return empty.input.focus();
    this.busy = this.go.disabled = true;
    this.why = null;
    this.why = await sent(values);
    this.busy = this.go.disabled = false;
    if (!this.why) return;
    const secret = this.fields.find(({ input }) => input.type === "password");
    if (secret) {
      secret.input.value = "";
      secret.input.focus();
    }
  }

  clear() {
    for (const { input } of this.fields) input.value = "";
    this.why = null;
  }

  paint(words) {
    for (const { field, words: label } of this.fields) put(label, words.say(`door_field.${field}`));
    put(this.go_words, words.say(`door_do.${this.name}`));
    put(this.trouble, this.why ? words.refusal(this.why) : "");
    for (const { input } of this.fields) mark(input, "aria-invalid", String(Boolean(this.why)));
  }
}
