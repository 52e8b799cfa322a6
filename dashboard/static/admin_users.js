// Who may come in, as what, and for which queues and teams.

const USER_ROLES = ["agent", "supervisor", "manager", "admin"];

class Users {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "admin-view users", parent);
    this.add = make("button", "fw-button fw-go", this.node, { type: "button" });
    this.add_words = text(this.add);
    this.add.addEventListener("click", () => this.edit(null));
    this.table = make("table", "fw-table", make("div", "admin-scroll", this.node));
    this.none = text(make("p", "fw-empty", this.node));
    this.trouble = text(make("p", "fw-said", this.node, { role: "alert", "data-tone": "bad" }));
    this.users = null;
    this.why = null;
    this.build_sheet();
  }

  build_sheet() {
    const sheet = new Sheet(this.node, "user", () => this.keep());
    this.sheet = sheet;
    this.id = sheet.field("id", "input", { type: "text", autocomplete: "off", autocapitalize: "none" });
    this.name = sheet.field("name", "input", { type: "text", autocomplete: "off" });
    this.role = sheet.field("role", "select");
    this.agent = sheet.field("agent", "select");
    this.password = sheet.field("password", "input", { type: "password", autocomplete: "new-password" });
    this.queues = new ScopeChoice(sheet.body, "queues");
    this.teams = new ScopeChoice(sheet.body, "teams");
  }

  async read() {
    this.users = (await this.page.road.ask("users"))?.users ?? this.users;
    this.page.paint();
  }

  edit(user) {
    this.editing = user;
    this.id.value = user?.id ?? "";
    this.id.disabled = Boolean(user);
    this.name.value = user?.name ?? "";
    this.password.value = "";
    this.chosen = { role: user?.role ?? "supervisor", agent: user?.agent ?? "" };
    this.queues.choose(user ? user.queues : null);
    this.teams.choose(user ? user.teams : null);
    this.sheet.open();
    this.page.paint();
    (user ? this.name : this.id).focus();
  }

  async keep() {
    const answer = await this.page.road.wish("user.save", {
      user: this.id.value,
      name: this.name.value,
      role: this.role.value,
      queues: this.queues.chosen,
      teams: this.teams.chosen,
      agent: this.agent.value,
      password: this.password.value,
    });
    if (answer.done) await this.read();
    this.page.later();
    return answer;
  }

  async remove(user) {
    const answer = await this.page.road.wish("user.remove", { user: user.id });
    this.why = answer.done ? null : answer;
    await this.read();
  }

  paint(words, floor) {
    put(this.add_words, words.say("users.add"));
    put(this.none, this.users && !this.users.length ? words.say("users.none") : "");
    put(this.trouble, this.why ? words.refusal(this.why) : "");
    this.paint_table(words, floor);
    if (!this.sheet.node.open) return;
    put(this.sheet.title, this.editing ? words.say("users.change", { name: this.editing.name }) : words.say("users.add"));
    const roles = USER_ROLES.map((role) => [role, words.say(`user_role.${role}`)]);
    const agents = [["", words.say("users.no_agent")], ...floor.agents];
    offer(this.role, roles, this.chosen?.role);
    offer(this.agent, agents, this.chosen?.agent);
    this.chosen = undefined;
    this.role.disabled = this.password.disabled = Boolean(this.editing?.provider);
    this.queues.paint(words, floor.queues);
    this.teams.paint(words, floor.teams);
    this.sheet.paint(words);
    mark(this.password, "placeholder", this.editing ? words.say("users.password_kept") : "");
  }

  paint_table(words, floor) {
    const built = JSON.stringify([words.language, this.users, floor.queues, floor.teams]);
    if (built === this.built || !this.users) return;
    this.built = built;
    this.table.replaceChildren();
    const head = make("tr", "", make("thead", "", this.table));
    for (const name of ["name", "role", "queues", "teams", "agent"]) {
      put(text(make("th", "", head, { scope: "col" })), words.say(`admin_field.${name}`));
    }
    put(text(make("span", "fw-unseen", make("th", "", head, { scope: "col" }))), words.say("admin.deeds"));
    const body = make("tbody", "", this.table);
    for (const user of this.users) this.build_row(body, user, { words, floor });
  }

  build_row(body, user, { words, floor }) {
    const row = make("tr", "", body);
    const who = make("td", "", row);
    put(text(make("b", "", who)), user.name);
    put(text(make("span", "fw-note user-id", who)), user.id);
    put(text(make("td", "", row)), words.say(`user_role.${user.role}`));
    for (const name of ["queues", "teams"]) {
      put(text(make("td", "", row)), scope_words_of(user[name], floor[name], words));
    }
    put(text(make("td", "", row)), user.agent);
    const deeds = make("div", "fw-row", make("td", "", row));
    const change = make("button", "fw-button fw-quiet", deeds, { type: "button" });
    put(text(change), words.say("admin.change"));
    change.addEventListener("click", () => this.edit(user));
    new Sure(deeds, () => this.remove(user)).paint(words, words.say("admin.remove"));
  }
}

// All of them, or some: what somebody's eyes and hands reach.
class ScopeChoice {
  constructor(parent, name) {
    this.name = name;
    this.node = make("fieldset", "admin-choice", parent);
    this.title = text(make("legend", "fw-label", this.node));
    const all = make("label", "fw-row", this.node);
    this.all = make("input", "", all, { type: "checkbox" });
    this.all_words = text(make("span", "", all));
    this.list = make("div", "admin-chips", this.node);
    this.some = new Set();
    this.all.addEventListener("change", () => {
      this.list.hidden = this.all.checked;
    });
  }

  // `null` is all of them.
  choose(ids) {
    this.all.checked = ids === null;
    this.list.hidden = this.all.checked;
    this.some = new Set(ids ?? []);
    this.built = "";
  }

  get chosen() {
    return this.all.checked ? null : [...this.some].sort();
  }

  paint(words, known) {
    put(this.title, words.say(`admin_field.${this.name}`));
    put(this.all_words, words.say(`admin_all.${this.name}`));
    // What was chosen stays to be seen, also if the floor has it no more.
    const gone = [...this.some].filter((id) => !known.some(([each]) => each === id));
    const every = [...known, ...gone.map((id) => [id, id])];
    const built = JSON.stringify(every);
    if (built === this.built) return;
    this.built = built;
    this.list.replaceChildren();
    for (const [id, label] of every) {
      const chip = make("label", "fw-row admin-chip", this.list);
      const box = make("input", "", chip, { type: "checkbox" });
      box.checked = this.some.has(id);
      box.addEventListener("change", () => (box.checked ? this.some.add(id) : this.some.delete(id)));
      put(text(make("span", "", chip)), label);
    }
  }
}

function scope_words_of(ids, known, words) {
  if (ids === null) return words.say("admin.all");
  if (!ids.length) return NOTHING;
  const names = new Map(known);
  return ids.map((id) => names.get(id) ?? id).join(words.say("list.comma"));
}
