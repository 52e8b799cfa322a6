// The supervisor's console: one workplace with what is wrong now, who does what, and what to do about it.

const TICK_MS = 250;
const FRAME_MS = 100; // no painting sooner than so after another
const ASK_AGAIN_MS = 10000;

class Console {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.selected = "";
    this.rule_name = (rule) => this.lists.name_of_rule(rule);
    this.node = make("main", "fw-desk workplace", el);
    this.theme = new Theme(this.node);
    this.desk = new Road("alerts");
    this.road = new Road();
    this.route = new Route(VIEWS, () => this.paint());
    this.build();
    this.key = (event) => this.press(event);
    window.addEventListener("keydown", this.key);
    for (const kind of ["click", "input", "change"]) this.node.addEventListener(kind, () => this.paint_soon());
    this.feed = new Feed(wire(model.feed), () => this.paint_soon());
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.introduce();
    this.paint();
  }

  build() {
    this.head = new Head(this.node, this);
    this.strip = new Strip(this.node, this);
    this.nav = new Nav(this.node, this);
    this.stage = make("div", "stage", this.node);
    this.lists = new AlertLists(this);
    const { words, road } = this;
    this.drills = new Drill(this.node, { words, road });
    this.actions = new Actions(this.node, { words, road });
    this.views = {
      now: new Now(this.stage, this, this.lists),
      queues: new QueuesTable(this.stage, this),
      people: new People(this.stage, this),
      waiting: new CallsList(this.stage, this),
      plan: new PlanView(this.stage, this),
      break: new Breaks(this.stage, this),
      alerts: new AlertsView(this.stage, this, this.lists),
      shift: new ShiftView(this.stage, this),
    };
    this.sheet = new PeopleSheet(this.node, this);
    this.story = new Story(this.node, this);
    this.person = new Person(this.node, () => this.words);
    this.help = new Help(this.node);
  }

  stop() {
    clearInterval(this.timer);
    clearTimeout(this.painting);
    window.removeEventListener("keydown", this.key);
    for (const part of [this.route, this.feed, this.desk, this.road, this.head.bell]) part.stop();
    this.node.remove();
  }

  // Who we are, as the gateway knows us; where nobody signs in, whoever sits here says so himself.
  async introduce() {
    this.asked_at = performance.now();
    const session = await this.road.who();
    if (!session) return;
    this.session = session;
    if (!session.open) this.person.sign(session.name || session.id);
    this.paint();
  }

  // The server's time now; that of the last frame where the feed is not alive.
  get now() {
    return this.feed.link === "live" ? this.feed.now : (this.feed.heard_at ?? 0);
  }

  // Whether every queue and team is his; who sees a part silences what he sees, and no more.
  get sees_all() {
    const { queues, teams } = this.session ?? {};
    return queues === null && teams === null;
  }

  get focused() {
    return this.node.getRootNode().activeElement;
  }

  get incidents() {
    return incidents_of(this.feed.body?.alerts);
  }

  get view() {
    return this.views[this.route.view];
  }

  go(view, query) {
    this.route.go(view, query);
  }

  playbook(id) {
    return this.lists.playbook(id);
  }

  // Carry out a wish of a card or panel, as the person who sits here. Resolves to whether it was done.
  async act(from, wish) {
    const who = this.person.name || (await this.person.ask());
    if (!who) return false;
    const incident = from.id ? { incident: from.id } : {};
    from.refuse("");
    const answer = await this.desk.wish(wish.do, { ...incident, ...wish, who });
    if (!answer.done) from.refuse(this.words.refusal(answer));
    this.paint();
    return answer.done;
  }

  select(id) {
    this.selected = id;
  }

  tell_story(id) {
    this.story.tell(id);
  }

  open_person(id) {
    const person = this.floor.by_id.get(id);
    if (person) this.sheet.show_person(person);
  }

  drill(about) {
    this.drills.open(about);
  }

  drill_person(person, what) {
    const { words } = this;
    const figure = person.row.day?.[what];
    const label = `${words.say(`day.${what}`)} · ${person.name}`;
    this.drill({ agent: person.id, what, label, value: this.sheet.figure_words(what, figure, words) });
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.key === "Escape") return this.escape(event);
    const typed = event.composedPath()[0];
    if (typed?.matches?.("input, select, textarea") || this.story.open || this.covered) return;
    const letter = event.key.toLowerCase();
    if (letter === "enter" && typed?.matches?.("button, a, summary")) return;
    if (this.press_page(letter) || this.view.press(letter)) event.preventDefault();
  }

  // A dialog lies over everything.
  get covered() {
    return Boolean(this.node.querySelector("dialog[open]"));
  }

  press_page(letter) {
    const view = VIEWS[Number(letter) - 1];
    if (view) this.go(view);
    else if (letter === "?") this.help.open();
    else if (letter === "/" && this.route.view !== "people") {
      this.go("people");
      this.view.press("/");
    } else return false;
    return true;
  }

  escape(event) {
    if (this.covered) return; // it closes itself
    if (this.story.open) return this.story.shut();
    if (this.sheet.open) return this.sheet.shut();
    if (this.lists.fold()) return;
    const field = event.composedPath()[0];
    if (!field?.matches?.("input")) return;
    field.blur();
    if (field.type === "search") this.route.set({ q: "" });
  }

  tick() {
    this.feed.watch();
    const second = Math.floor(this.now / 1000);
    this.road.watch(this.feed);
    if (!this.session && performance.now() - this.asked_at > ASK_AGAIN_MS) this.introduce();
    if (second !== this.second || this.feed.link !== this.link) this.paint();
  }

  // Many frames in a short time are one painting.
  paint_soon() {
    if (this.painting) return;
    const wait = Math.max(0, FRAME_MS - (performance.now() - (this.painted_at ?? 0)));
    this.painting = setTimeout(() => this.paint(), wait);
  }

  paint() {
    clearTimeout(this.painting);
    this.painting = 0;
    this.painted_at = performance.now();
    if (!this.feed) return;
    const { words, now, feed } = this;
    const { body, link } = feed;
    this.link = link;
    this.second = Math.floor(now / 1000);
    words.set_zone(body?.site?.time_zone);
    words.places = places_of(body);
    this.floor = new Floor(body, words, now);
    const context = { words, now };
    mark(this.node, "data-link", link);
    mark(this.node, "data-view", this.route.view);
    mark(this.node, "lang", words.say("locale"));
    mark(document.documentElement, "lang", words.say("locale"));
    const calling = this.floor.alerts.filter(([, each]) => calls_for_somebody(each, now)).length;
    this.head.paint(this.floor, { words, link, calling });
    this.strip.paint(this.floor, context);
    this.nav.paint(this.counts(calling), { words, view: this.route.view });
    this.lists.paint(body, context);
    for (const [name, view] of Object.entries(this.views)) view.node.hidden = name !== this.route.view;
    this.view.paint(this.floor, context);
    this.sheet.paint(this.floor, context);
    this.actions.paint(body, now);
    this.story.paint(body?.alerts?.incidents?.[this.story.id], words);
    this.person.paint(words);
    this.help.paint(words);
    this.head.bell.paint(this.floor.alerts, { words, now, live: link === "live" });
    this.newer.follow(feed.build);
    this.lists.read(body, now);
  }

  // What stands beside the names of the views.
  counts(calling) {
    const { floor } = this;
    const open = floor.alerts.filter(([, each]) => is_open(each)).length;
    const below = floor.below_goal.length;
    const late = floor.calls.some(({ call, waits_ms }) => waits_ms > floor.body.queues?.[call.queue]?.target_ms);
    const waiting = floor.body?.totals?.waiting ?? floor.calls.length;
    return {
      now: { number: calling, tone: "bad" },
      queues: { number: below, tone: "bad" },
      people: { number: floor.present.length },
      waiting: { number: waiting, tone: late ? "warn" : "" },
      break: { number: floor.away.length, tone: floor.over.length ? "warn" : "" },
      alerts: { number: open, tone: calling ? "bad" : "" },
      more: { number: waiting, tone: late ? "warn" : "" },
    };
  }
}

export function render({ model, el }) {
  const page = new Console(model, el);
  model.on("remove", () => page.stop());
}
