// What is said with a pause or a move: why, where, and when he returns.

const ACT_REASONS = ["coaching", "support", "meeting", "break", "trouble"];
const ACT_RETURNS = { none: 0, m15: 15, m30: 30, h1: 60, h2: 120 };

class ActForm {
  constructor(parent, menu) {
    this.menu = menu;
    this.kind = "";
    this.back = "none";
    this.offered = "";
    this.node = make("form", "act-form", parent, { autocomplete: "off" });
    this.node.hidden = true;
    this.queue = this.field("select", "queue");
    this.to = this.field("select", "to");
    this.returns = make("div", "fw-ask act-returns", this.node);
    this.returns_words = text(make("span", "fw-label", this.returns));
    const chips = make("div", "act-buttons", this.returns);
    this.chips = Object.keys(ACT_RETURNS).map((name) => {
      const chip = button_in(chips, [], () => this.choose(name));
      mark(chip.node, "data-return", name);
      return { name, ...chip };
    });
    this.reason = this.field("input", "reason", { type: "text", maxlength: "120" });
    const reasons = make("div", "act-buttons act-reasons", this.node);
    this.reasons = ACT_REASONS.map((name) => {
      const chip = button_in(reasons, [], () => {
        this.reason.node.value = menu.page.words.say(`act_reason.${name}`);
      });
      return { name, ...chip };
    });
    this.reasons_node = reasons;
    const row = make("div", "fw-row", this.node);
    this.go = make("button", "fw-button fw-go", row, { type: "submit" });
    this.go_words = text(this.go);
    this.cancel = button_in(row, "fw-quiet", () => {
      this.show("");
      menu.paint();
    });
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      menu.send(this.kind, this.values());
    });
  }

  field(tag, name, attributes = {}) {
    const label = make("label", "fw-ask", this.node, { "data-field": name });
    const words = text(make("span", "fw-label", label));
    return { label, words, node: make(tag, "fw-field", label, { name, ...attributes }) };
  }

  show(kind) {
    this.kind = kind;
    this.node.hidden = !kind;
    this.node.reset();
    this.back = "none";
    this.offered = "";
  }

  choose(name) {
    this.back = name;
    this.paint();
  }

  values() {
    const reason = this.reason.node.value.trim();
    const said = reason ? { reason } : {};
    if (this.kind === "pause") {
      return this.queue.node.value ? { ...said, queue: this.queue.node.value } : said;
    }
    const minutes = ACT_RETURNS[this.back];
    const return_at = Math.round(this.menu.page.now + minutes * 60_000);
    return { ...said, from: this.queue.node.value, to: this.to.node.value, ...(minutes ? { return_at } : {}) };
  }

  // The choices are made anew only when they are others: a list that is open must not close.
  offer(queues, elsewhere) {
    const { page } = this.menu;
    const state = JSON.stringify([this.kind, queues, elsewhere, page.words.language]);
    if (state === this.offered) return;
    this.offered = state;
    const fill = ({ node }, ids, first) => {
      const kept = node.value;
      node.replaceChildren();
      if (first) put(text(make("option", "", node, { value: "" })), first);
      for (const id of ids) put(text(make("option", "", node, { value: id })), page.queue_name(id));
      if ([...node.options].some(({ value }) => value === kept)) node.value = kept;
    };
    fill(this.queue, queues, this.kind === "pause" ? page.words.say("act.all_queues") : "");
    fill(this.to, elsewhere, "");
  }

  paint() {
    if (!this.kind) return;
    const { page } = this.menu;
    const { words } = page;
    const own = this.menu.present?.queues ?? {};
    const queues = Object.keys(own).filter((id) => this.kind !== "pause" || own[id]);
    const moves = this.kind === "move";
    this.offer(queues, this.menu.elsewhere());
    this.queue.label.hidden = queues.length < 2;
    this.to.label.hidden = this.returns.hidden = !moves;
    this.reasons_node.hidden = moves;
    put(this.queue.words, words.say(moves ? "act_field.from" : "act_field.queue"));
    put(this.to.words, words.say("act_field.to"));
    put(this.returns_words, words.say("act_field.return"));
    put(this.reason.words, words.say("act_field.reason"));
    for (const { name, node, words: label } of this.chips) {
      mark(node, "aria-pressed", String(name === this.back));
      put(label, words.say(`act_return.${name}`));
    }
    for (const { name, words: label } of this.reasons) put(label, words.say(`act_reason.${name}`));
    this.go.disabled = this.menu.busy;
    put(this.go_words, words.say(`act.${this.kind}`));
    put(this.cancel.words, words.say("cancel"));
  }
}
