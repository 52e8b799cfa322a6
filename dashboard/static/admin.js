// The admin's page: people, displays, and the audit of what everybody did.

const ADMIN_VIEWS = ["users", "displays", "audit"];
const ADMIN_TICK_MS = 1000;

class AdminPage {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.node = make("main", "fw-desk admin", el);
    this.theme = new Theme(this.node);
    this.road = new Road();
    this.session = null;
    this.build_head();
    this.views = {
      users: new Users(this.node, this),
      displays: new Displays(this.node, this),
      audit: new AuditList(this.node, this),
    };
    this.turn = () => this.show(location.hash.slice(1));
    window.addEventListener("hashchange", this.turn);
    this.feed = new Feed(wire(model.feed), () => {});
    this.timer = setInterval(() => {
      this.feed.watch();
      this.road.watch(this.feed);
      this.newer.follow(this.feed.build);
      this.paint();
    }, ADMIN_TICK_MS);
    this.road.who().then((session) => {
      this.session = session;
      this.paint();
    });
    this.turn();
  }

  stop() {
    clearInterval(this.timer);
    window.removeEventListener("hashchange", this.turn);
    this.feed.stop();
    this.road.stop();
    this.node.remove();
  }

  build_head() {
    const head = make("header", "admin-head", this.node);
    this.title = text(make("h1", "", head));
    this.tabs = make("nav", "fw-row admin-tabs", head);
    this.tab_words = ADMIN_VIEWS.map((view) => {
      const tab = make("a", "fw-button fw-quiet", this.tabs, { href: `${location.pathname}${location.search}#${view}` });
      return { view, tab, words: text(tab) };
    });
    const own = make("div", "fw-row admin-own", head);
    this.floor = make("a", "fw-button fw-quiet", own, { href: at("floor") });
    this.floor_words = text(this.floor);
    this.me = make("a", "fw-button fw-quiet", own, { href: at("sign-in", { to: "admin" }) });
    this.me_words = text(this.me);
    this.language = make("button", "fw-button fw-quiet", own, { type: "button" });
    this.language_words = text(this.language);
    this.language.addEventListener("click", () => {
      this.words.speak(this.words.next_language, true);
      this.paint();
    });
    this.open = text(make("p", "fw-said admin-open", this.node, { "data-tone": "warn" }));
  }

  // The server's time, as far as it is known.
  get now() {
    return this.feed.now ?? Date.now();
  }

  show(view) {
    this.view = ADMIN_VIEWS.includes(view) ? view : ADMIN_VIEWS[0];
    this.views[this.view].read();
    this.paint();
  }

  later() {
    setTimeout(() => this.paint());
  }

  // Which queues, teams and agents there are, as [id, name].
  get known() {
    const { words, feed } = this;
    const body = feed.body ?? {};
    const named = (rows) => Object.entries(rows ?? {}).map(([id, row]) => [id, words.name(row.names, id)]);
    const agents = named(body.agents).sort(by_name);
    const teams = [...new Set(Object.values(body.agents ?? {}).map(({ team }) => team).filter(Boolean))].sort();
    return { queues: named(body.queues), agents, teams: teams.map((id) => [id, id]) };
  }

  paint() {
    const { words } = this;
    words.set_zone(this.feed.body?.site?.time_zone);
    mark(document.documentElement, "lang", words.say("locale"));
    put(this.title, words.say("admin.title"));
    document.title = words.say("admin.title");
    mark(this.tabs, "aria-label", words.say("admin.title"));
    for (const { view, tab, words: label } of this.tab_words) {
      put(label, words.say(`admin_view.${view}`));
      mark(tab, "aria-current", String(view === this.view));
    }
    put(this.floor_words, words.say("admin.floor"));
    this.me.hidden = this.session?.open ?? true;
    put(this.me_words, this.session?.name || this.session?.id || "");
    put(this.language_words, words.say("language.other"));
    mark(this.language, "lang", words.next_language);
    put(this.open, this.session?.open ? words.say("admin.open") : "");
    const known = this.known;
    for (const [view, panel] of Object.entries(this.views)) {
      panel.node.hidden = view !== this.view;
      if (view === this.view) panel.paint(words, known);
    }
  }
}

function by_name([, one], [, other]) {
  return one < other ? -1 : 1;
}

export function render({ model, el }) {
  const page = new AdminPage(model, el);
  model.on("remove", () => page.stop());
}
