// What opens above the admin's page: a form in a sheet, its troubles, and the question before what
// cannot be taken back.

class Sheet {
  // `kept()` resolves to the answer of the wish.
  constructor(parent, name, kept) {
    this.name = name;
    this.node = make("dialog", `fw-sheet admin-sheet ${name}`, parent);
    const form = make("form", "admin-form", this.node, { method: "dialog", novalidate: "" });
    this.title = text(make("h2", "", form));
    this.body = make("div", "admin-fields", form);
    this.trouble = text(make("p", "fw-said", form, { role: "alert", "data-tone": "bad" }));
    const row = make("div", "fw-row", form);
    this.keep = make("button", "fw-button fw-go", row, { type: "submit" });
    this.keep_words = text(this.keep);
    this.cancel = make("button", "fw-button fw-quiet", row, { type: "button" });
    this.cancel_words = text(this.cancel);
    this.cancel.addEventListener("click", () => this.node.close());
    this.fields = [];
    this.why = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(kept);
    });
  }

  field(name, tag = "input", attributes = {}) {
    const label = make("label", "fw-ask", this.body);
    const words = text(make("span", "fw-label", label));
    const node = make(tag, "fw-field", label, attributes);
    this.fields.push({ name, words, label });
    return node;
  }

  async send(kept) {
    if (this.keep.disabled) return;
    this.keep.disabled = true;
    const answer = await kept();
    this.keep.disabled = false;
    this.why = answer.done ? null : answer;
    if (answer.done) this.node.close();
  }

  open() {
    this.why = null;
    if (!this.node.open) this.node.showModal();
  }

  paint(words) {
    for (const { name, words: label } of this.fields) put(label, words.say(`admin_field.${name}`));
    put(this.keep_words, words.say(`admin_keep.${this.name}`));
    put(this.cancel_words, words.say("cancel"));
    put(this.trouble, this.why ? words.refusal(this.why) : "");
  }
}

// A button that asks once more before it does what cannot be taken back.
class Sure {
  constructor(parent, done) {
    this.node = make("button", "fw-button fw-quiet", parent, { type: "button" });
    this.words = text(this.node);
    this.asked = false;
    this.node.addEventListener("click", () => {
      if (this.asked) done();
      this.turn(!this.asked);
    });
    this.node.addEventListener("blur", () => this.turn(false));
  }

  turn(asked) {
    this.asked = asked;
    this.node.classList.toggle("fw-danger", asked);
    this.node.classList.toggle("fw-quiet", !asked);
    if (this.last) this.paint(this.last, this.what);
  }

  // `said` is what the button says before it was pressed.
  paint(words, said) {
    this.last = words;
    this.what = said;
    put(this.words, this.asked ? words.say("admin.sure") : said);
  }
}
