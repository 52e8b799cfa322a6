// The head of the console: where this is, whether it is alive, who sits here, and where else to go.

const RANKS = ["nobody", "display", "agent", "supervisor", "manager", "admin"];
const DOORS = [
  { name: "wall", role: "supervisor" },
  { name: "boards", role: "manager" },
  { name: "reports", role: "manager" },
  { name: "admin", role: "admin" },
];

class Head {
  constructor(parent, page) {
    this.page = page;
    const head = make("header", "bar", parent);
    this.site = text(make("h1", "site", head));
    const link = make("p", "link", head, { role: "status" });
    make("i", "fw-shape sign", link, { "aria-hidden": "true" });
    this.link = text(make("span", "", link));
    this.clock = text(make("time", "clock", head));
    this.bell = new Bell(head);
    this.personal = new Personal(head, page);
    this.help = make("button", "fw-button fw-quiet help", head, { type: "button" });
    put(text(this.help), "?");
    this.help.addEventListener("click", () => page.help.open());
  }

  paint(floor, { words, link, calling }) {
    const { feed } = this.page;
    const site = floor.body?.site;
    const name = site ? words.name(site.names, site.id ?? "") : words.say("product");
    put(this.site, name);
    const title = `${calling ? `(${words.count(calling)}) ` : ""}${words.say("console.title", { site: name })}`;
    if (document.title !== title) document.title = title;
    put(this.link, words.say(`link.${link}`, { time: words.time(feed.heard_at) }));
    put(this.clock, words.time(feed.now ?? NaN));
    this.personal.paint(words);
    called(this.help, words.say("console.help"));
  }
}

// What is this person's own: the pages that he may see, his name, his theme, his language.
class Personal {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "personal", parent);
    this.doors_node = make("nav", "doors", this.node);
    this.doors = DOORS.map((door) => this.build_door(door));
    this.who = make("button", "fw-button fw-quiet who", this.node, { type: "button" });
    this.who_words = text(this.who);
    this.who.addEventListener("click", () => {
      if (page.person.signed) location.assign(at("sign-in"));
      else page.person.ask();
    });
    this.theme = this.build_turn("theme", () => page.theme.turn());
    this.language = this.build_turn("language", () => page.words.speak(page.words.next_language, true));
  }

  build_door({ name, role }) {
    const node = make("a", "fw-button fw-quiet", this.doors_node, { href: at(name), "data-door": name });
    return { name, role, node, words: text(node) };
  }

  build_turn(name, turn) {
    const node = make("button", `fw-button fw-quiet ${name}`, this.node, { type: "button" });
    node.addEventListener("click", () => {
      turn();
      this.page.paint();
    });
    return { node, words: text(node) };
  }

  paint(words) {
    const { theme, session, person } = this.page;
    mark(this.doors_node, "aria-label", words.say("console.doors"));
    const rank = RANKS.indexOf(session?.role ?? "supervisor");
    for (const door of this.doors) {
      door.node.hidden = RANKS.indexOf(door.role) > rank;
      put(door.words, words.say(`door.${door.name}`));
    }
    put(this.who_words, person.name || words.say("who.unknown"));
    mark(this.who, "title", words.say(person.signed ? "console.signed" : "who.change"));
    const other = theme.name === "dark" ? "light" : "dark";
    put(this.theme.words, other === "light" ? "\u2600" : "\u263e");
    called(this.theme.node, words.say(`theme.${other}`));
    put(this.language.words, words.say("language.other"));
    mark(this.language.node, "lang", words.next_language);
  }
}
