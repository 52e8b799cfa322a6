// The page of an agent, on the phone beside the headset or in a corner of the screen. It only shows.

const ME_TICK_MS = 250;

class MePage {
  constructor(model, el) {
    this.address = model.feed;
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.node = make("main", "fw-desk me-page", el);
    this.theme = new Theme(this.node);
    this.road = new Road();
    this.agent = new URLSearchParams(location.search).get("agent") ?? "";
    this.session = null;
    this.asking = this.asks = false;
    this.feed = null;
    this.build_head();
    this.body_node = make("div", "me-body", this.node);
    const [left, right] = ["me-left-side", "me-right-side"].map((name) => make("div", name, this.body_node));
    this.parts = [new MeState(left), new MeBreak(left, this), new MeDay(left), new MeNotices(right), new MeQueues(right)];
    this.build_ask();
    this.foot = make("footer", "me-foot", this.node);
    this.other = button_in(this.foot, ["fw-quiet"], () => this.become(""));
    this.begin();
    this.timer = setInterval(() => {
      this.feed?.watch();
      if (this.feed) this.road.watch(this.feed);
      this.paint();
    }, ME_TICK_MS);
    this.paint();
  }

  stop() {
    clearInterval(this.timer);
    this.feed?.stop();
    this.road.stop();
    this.node.remove();
  }

  build_head() {
    const head = make("header", "me-head", this.node);
    this.title = text(make("h1", "", head));
    this.link_node = make("span", "fw-tag me-link", head, { role: "status" });
    this.link_sign = make("i", "fw-shape", this.link_node, { "aria-hidden": "true" });
    this.link = text(make("span", "", this.link_node));
    this.look = button_in(head, ["fw-quiet", "me-look"], () => {
      this.theme.turn();
      this.paint();
    });
    this.language = button_in(head, ["fw-quiet"], () => {
      this.words.speak(this.words.next_language, true);
      this.paint();
    });
  }

  // Where nobody signs in, one says oneself who one is.
  build_ask() {
    this.unheard_node = make("p", "fw-said me-unheard", this.node, { "data-tone": "warn" });
    this.unheard = text(this.unheard_node);
    this.ask = make("form", "fw-tile me-ask", this.node);
    this.ask_title = text(make("h2", "", this.ask));
    const label = make("label", "fw-ask", this.ask);
    this.ask_label = text(make("span", "fw-label", label));
    this.field = make("input", "fw-field", label, { name: "agent", autocomplete: "off", maxlength: "255", required: "" });
    this.ask_go = text(make("button", "fw-button fw-go", this.ask, { type: "submit" }));
    this.ask_note = text(make("p", "fw-note", this.ask));
    this.ask.addEventListener("submit", (event) => {
      event.preventDefault();
      this.become(this.field.value.trim());
    });
  }

  async begin() {
    if (this.agent) return this.follow();
    this.session = await this.road.who();
    if (this.session?.agent) this.follow();
    else this.asking = true;
    this.paint();
  }

  follow() {
    const address = wire(this.address);
    if (this.agent) address.searchParams.set("agent", this.agent);
    this.feed = new Feed(address, () => this.paint());
  }

  become(agent) {
    const address = new URL(location.href);
    if (agent) address.searchParams.set("agent", agent);
    else address.searchParams.delete("agent");
    location.assign(address);
  }

  paint() {
    const { words, feed } = this;
    const body = feed?.body ?? null;
    this.newer.follow(feed?.build);
    words.set_zone(body?.site?.time_zone);
    mark(document.documentElement, "lang", words.say("locale"));
    const me = body?.me;
    const name = me?.id === undefined ? "" : words.name(me.names, me.id);
    put(this.title, name || words.say("me.title"));
    document.title = name ? words.say("me.tab", { name }) : words.say("me.title");
    put(this.language.words, words.say("language.other"));
    const other = this.theme.name === "dark" ? "light" : "dark";
    put(this.look.words, other === "light" ? "\u2600" : "\u263e");
    mark(this.look.node, "aria-label", words.say(`theme.${other}`));
    put(this.other.words, words.say("me.other"));
    this.foot.hidden = !this.agent || this.asks;
    this.paint_link(words, feed);
    const heard = me?.state !== undefined;
    this.paint_ask(words, me && !heard);
    this.body_node.hidden = !heard;
    if (!heard) return;
    const sight = { me, allowed: body.allowed, queues: body.queues, notices: body.notices, breaks: body.breaks, now: feed.now, words };
    for (const part of this.parts) part.paint(sight);
  }

  paint_link(words, feed) {
    const link = feed?.link ?? "connecting";
    mark(this.node, "data-link", link);
    mark(this.link_node, "data-tone", link === "live" ? "good" : "warn");
    mark(this.link_sign, "data-shape", link === "live" ? "disc" : "triangle");
    const time = feed?.heard_at ? words.time(feed.heard_at) : NOTHING;
    put(this.link, words.say(`link.${link}`, { time }));
    this.link_node.hidden = this.asking;
  }

  // Nobody of this number was heard of: whoever gave it may give another one.
  paint_ask(words, unheard) {
    const { agent } = this;
    this.asks = this.asking || Boolean(unheard && agent);
    this.ask.hidden = !this.asks;
    this.unheard_node.hidden = !unheard;
    put(this.unheard, unheard ? words.say("me.unheard", { agent: agent || this.session.agent }) : "");
    put(this.ask_title, words.say("me.who"));
    put(this.ask_label, words.say("me.number"));
    put(this.ask_go, words.say("me.show"));
    put(this.ask_note, words.say("me.who_note"));
  }
}

export function render({ model, el }) {
  const page = new MePage(model, el);
  model.on("remove", () => page.stop());
}
