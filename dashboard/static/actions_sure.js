// "Really?": asked before a call is cut or somebody is signed out, with the names of those it hits.

class ActSure {
  constructor(parent, page) {
    this.page = page;
    this.kind = "";
    this.found = null;
    this.node = make("dialog", "fw-sheet act-sure", parent, { "aria-labelledby": "act-sure-title" });
    const box = make("form", "act-form", this.node, { autocomplete: "off" });
    this.title = text(make("h2", "", box, { id: "act-sure-title" }));
    this.effect = text(make("p", "", box));
    this.facts = make("dl", "act-facts", box);
    this.rows = ["caller", "agent", "queue", "since"].map((name) => {
      const node = make("div", "", this.facts, { "data-fact": name });
      return { name, node, label: text(make("dt", "fw-note", node)), value: text(make("dd", "", node)) };
    });
    const label = make("label", "fw-ask", box);
    this.reason_words = text(make("span", "fw-label", label));
    this.reason = make("input", "fw-field", label, { type: "text", maxlength: "120", name: "reason" });
    this.trouble = make("p", "fw-said", box, { "data-tone": "bad", role: "alert" });
    this.trouble_words = text(this.trouble);
    const row = make("div", "fw-row", box);
    this.go = make("button", "fw-button fw-danger", row, { type: "submit" });
    this.go_words = text(this.go);
    this.cancel = button_in(row, [], () => this.node.close());
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  async ask(kind, menu) {
    this.kind = kind;
    this.menu = menu;
    this.found = null;
    this.missing = false;
    this.reason.value = "";
    this.node.showModal();
    this.paint();
    this.cancel.node.focus();
    if (!ACT_OF_CALLS.has(kind)) return;
    const query = menu.agent ? { agent: menu.agent } : { call: menu.visit };
    const found = await this.page.road.ask("conversation", query);
    if (this.menu !== menu || this.kind !== kind) return;
    this.found = found;
    this.missing = !found;
    this.paint();
  }

  // The very call that was named is meant, not whichever he is on by now.
  async send() {
    const reason = this.reason.value.trim();
    const call = this.found?.call;
    this.node.close();
    await this.menu.send(this.kind, { ...(call ? { call } : {}), ...(reason ? { reason } : {}) });
  }

  paint() {
    if (!this.node.open) return;
    const { page, kind, found, menu } = this;
    const { words } = page;
    const agent = found?.agent ?? menu.agent;
    const values = {
      caller: ACT_OF_CALLS.has(kind) ? (found?.caller ?? NOTHING) : "",
      agent: agent ? page.agent_name(agent) : "",
      queue: found ? page.queue_name(found.queue) : "",
      since: found ? act_lasted(page.now - found.since) : "",
    };
    put(this.title, words.say("act_sure.title", { what: words.say(`act.${kind}`) }));
    put(this.effect, words.say(`act_sure.${kind}`));
    for (const { name, node, label, value } of this.rows) {
      node.hidden = !values[name];
      put(label, words.say(`act_fact.${name}`));
      put(value, values[name]);
    }
    put(this.reason_words, words.say("act_field.reason"));
    put(this.trouble_words, this.missing ? words.say("refused.action_call_over") : "");
    this.go.disabled = ACT_OF_CALLS.has(kind) && !found;
    put(this.go_words, words.say(`act.${kind}`));
    put(this.cancel.words, words.say("cancel"));
  }
}

function act_lasted(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
