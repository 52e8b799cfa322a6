// The door: sign in with a password or by a provider; who is in already goes on, or out.

const HOMES = { agent: "me", supervisor: "floor", manager: "floor", admin: "floor", display: "wall" };

const DOOR_AGAIN_MS = 2000;

class Door {
  constructor(model, el) {
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.node = make("main", "fw-desk door", el);
    this.theme = new Theme(this.node);
    this.road = new Road();
    this.session = null;
    const query = new URLSearchParams(location.search);
    this.to = query.get("to") ?? "";
    // Whom the gateway itself sent here has the hash of where he was in the address of this page.
    if (this.to && !this.to.includes("#")) this.to += location.hash;
    this.why = query.get("why");
    this.changing = false;
    this.build();
    this.paint(); // a page whose session is awaited says so, and shows no form without words
    this.read();
  }

  stop() {
    clearTimeout(this.again);
    this.road.stop();
    this.node.remove();
  }

  build() {
    const card = make("section", "fw-tile door-card", this.node);
    const head = make("header", "door-head", card);
    make("i", "door-sign", head, { "aria-hidden": "true" });
    this.title = text(make("h1", "", head));
    this.lead = text(make("p", "door-lead fw-note", card));
    this.said = text(make("p", "fw-said", card, { role: "status", "data-tone": "good" }));
    this.form = new DoorForm(
      card,
      "sign_in",
      [
        ["name", "text", "username"],
        ["password", "password", "current-password"],
      ],
      (values) => this.sign_in(values),
    );
    this.ways = make("div", "door-ways", card);
    this.build_inside(card);
    const foot = make("footer", "door-foot", this.node);
    this.language = make("button", "fw-button fw-quiet", foot, { type: "button" });
    this.language_words = text(this.language);
    this.language.addEventListener("click", () => {
      this.words.speak(this.words.next_language, true);
      this.paint();
    });
  }

  // What there is for somebody who is in: on, another password, out.
  build_inside(card) {
    this.inside = make("div", "door-inside", card);
    this.on = make("a", "fw-button fw-go", this.inside);
    this.on_words = text(this.on);
    this.change = make("button", "fw-button", this.inside, { type: "button" });
    this.change_words = text(this.change);
    this.change.addEventListener("click", () => {
      this.changing = !this.changing;
      this.done = "";
      this.paint();
      if (this.changing) this.password.fields[0].input.focus();
    });
    this.out = make("button", "fw-button", this.inside, { type: "button" });
    this.out_words = text(this.out);
    this.out.addEventListener("click", () => this.sign_out());
    this.password = new DoorForm(
      card,
      "password",
      [
        ["password", "password", "current-password"],
        ["new_password", "password", "new-password"],
        ["again", "password", "new-password"],
      ],
      (values) => this.change_password(values),
    );
  }

  async read() {
    this.session = (await this.road.ask("session")) ?? this.session;
    if (!this.session) this.again = setTimeout(() => this.read(), DOOR_AGAIN_MS);
    this.paint();
    if (!this.inside_already && !this.form.node.hidden) this.form.fields[0].input.focus();
  }

  get inside_already() {
    return Boolean(this.session) && this.session.role !== "nobody";
  }

  // Where to go on to: what was asked for, if it is ours, else what one of this role begins with.
  get onward() {
    const home = at(HOMES[this.session?.role] ?? "wall");
    const base = new URL(document.baseURI);
    let wanted = null;
    try {
      wanted = this.to ? at(`./${this.to}`) : null;
    } catch {
      return home; // no address at all
    }
    const ours = wanted && wanted.origin === base.origin && wanted.pathname.startsWith(base.pathname);
    return ours && !wanted.pathname.endsWith("/sign-in") ? wanted : home;
  }

  async sign_in(values) {
    this.why = null;
    const answer = await this.road.wish("session.sign_in", values);
    const why = answer.done ? await this.enter(answer.ticket) : answer;
    this.paint_later();
    return why;
  }

  // A wish sets no cookie: its ticket does, once.
  async enter(ticket) {
    try {
      const opened = await fetch(at("session/open"), { headers: { "X-Ticket": ticket }, cache: "no-store" });
      if (!opened.ok) return { why: "ticket" };
    } catch {
      return { why: "lost" };
    }
    this.road.stop(); // it was a stranger's
    this.session = await this.road.ask("session");
    location.replace(this.onward);
    return null;
  }

  async sign_out() {
    await this.road.wish("session.sign_out");
    try {
      await fetch(at("session/close"), { headers: { "X-Ticket": "close" }, cache: "no-store" });
    } catch {
      // the session is over; what is left of it is a cookie that opens nothing
    }
    this.road.stop();
    location.replace(at("sign-in"));
  }

  async change_password({ password, new_password, again }) {
    this.paint_later();
    if (new_password !== again) return { why: "differ" };
    const answer = await this.road.wish("session.password", { password, new_password });
    this.paint_later();
    if (!answer.done) return answer;
    this.password.clear();
    this.changing = false;
    this.done = "password";
    return null;
  }

  paint_later() {
    setTimeout(() => this.paint());
  }

  paint() {
    const { words, session } = this;
    mark(document.documentElement, "lang", words.say("locale"));
    const inside = this.inside_already;
    const ways = session?.ways;
    put(this.title, words.say("product"));
    document.title = words.say("door.title");
    put(this.lead, this.lead_said(inside));
    put(this.said, this.done ? words.say("door.changed") : "");
    this.form.node.hidden = inside || !ways?.local;
    if (this.why && !this.form.why) this.form.why = { why: this.why };
    this.form.paint(words);
    this.paint_ways(inside ? [] : (ways?.oidc ?? []));
    this.inside.hidden = !inside;
    this.change.hidden = this.out.hidden = Boolean(session?.open) || session?.role === "display";
    mark(this.on, "href", this.onward);
    put(this.on_words, words.say("door.on"));
    put(this.change_words, words.say("door.change"));
    put(this.out_words, words.say("door.out"));
    this.password.node.hidden = !this.changing;
    this.password.paint(words);
    put(this.language_words, words.say("language.other"));
    mark(this.language, "lang", words.next_language);
  }

  lead_said(inside) {
    const { words, session } = this;
    if (!session) return words.say("door.awaited");
    if (session.open) return words.say("door.open");
    return inside ? words.say("door.inside", { who: session.name || session.id }) : words.say("door.lead");
  }

  paint_ways(ways) {
    const { words } = this;
    const built = JSON.stringify([words.language, ways, this.to]);
    if (built === this.built) return;
    this.built = built;
    this.ways.replaceChildren();
    for (const { id, names } of ways) {
      const href = at("sign-in/oidc", { way: id, to: this.to });
      const link = make("a", "fw-button", this.ways, { href });
      put(text(link), words.say("door.by", { way: words.name(names, id) }));
    }
  }
}

export function render({ model, el }) {
  const door = new Door(model, el);
  model.on("remove", () => door.stop());
}
