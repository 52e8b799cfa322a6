// Above the tiles: whose board this is, what time it is, which page shows, and whether it lives. Below
// them: a notice, if no tile shows it, and what is not well.

const BOARD_TROUBLES = ["gaps", "ghosts"];
const TROUBLED = new Set(["down", "degraded"]);
const PARTS_SHOWN = 3;

class BoardHead {
  constructor(parent) {
    this.node = make("header", "head", parent);
    const names = make("div", "names", this.node);
    this.site = text(make("h1", "site", names));
    this.name = text(make("p", "board-name", names));
    this.dots = new PageDots(this.node);
    this.link = make("p", "link", this.node, { role: "status" });
    this.link_sign = sign(this.link);
    this.link_words = text(make("span", "", this.link));
    const time = make("div", "time", this.node);
    this.day = text(make("span", "date", time));
    this.clock = text(make("time", "clock", time));
  }

  paint({ body, board, words, link, heard_at, clock }) {
    const { site } = body ?? {};
    put(this.site, site ? words.name(site.names, site.id ?? "") : words.say("product"));
    put(this.name, words.name(board.names, ""));
    mark(this.link_sign, "data-shape", link === "live" ? "disc" : "triangle");
    put(this.link_words, words.say(`link.${link}`, { time: words.time(heard_at) }));
    put(this.clock, words.time(clock));
    put(this.day, words.day(clock));
  }
}

// One for each page; the present one fills while it stays.
class PageDots {
  constructor(parent) {
    this.node = make("p", "dots", parent, { "aria-hidden": "true" });
    this.dots = [];
  }

  paint(count, present, part) {
    this.node.hidden = count < 2;
    while (this.dots.length > count) this.dots.pop().node.remove();
    while (this.dots.length < count) {
      const node = make("i", "dot", this.node);
      this.dots.push({ node, fill: make("i", "", node) });
    }
    this.dots.forEach(({ node, fill }, place) => {
      mark(node, "data-present", String(place === present));
      fill.style.transform = `scaleX(${place === present ? part.toFixed(3) : 0})`;
    });
  }
}

class BoardFoot {
  constructor(parent) {
    this.strip = make("section", "strip", parent);
    this.notices = new NoticeTurns(this.strip);
    this.node = make("footer", "foot", parent);
    this.parts = new Parts(this.node);
    this.learning = make("span", "learning", this.node);
    this.learning_words = text(this.learning);
    this.health = text(make("span", "health", this.node));
  }

  // `told`: a tile of the page shows the notices already.
  paint({ body, words, now, shown_ms }, { shows_notices, room }) {
    const notices = shows_notices ? [] : notices_in(body, now);
    this.strip.hidden = notices.length === 0;
    if (notices.length) this.notices.paint(notices, { words, shown_ms, room });
    const sick = this.parts.paint(body?.parts ?? {}, words);
    put(this.learning_words, body?.alerts?.learning ? words.say("alerts.learning_floor") : "");
    const health = body?.health ?? {};
    const troubles = BOARD_TROUBLES.filter((name) => health[name] > 0).map((name) =>
      words.say(`health.${name}`, { count: words.count(health[name]) }),
    );
    put(this.health, troubles.join(" · "));
    this.node.hidden = !sick && !this.learning_words.data && !this.health.data;
  }
}

// Parts of the telephone system that are not well; nothing is said of those that are.
class Parts {
  constructor(parent) {
    this.node = make("p", "parts", parent, { role: "status" });
    this.entries = [];
  }

  paint(parts, words) {
    const sick = Object.values(parts).filter((part) => TROUBLED.has(part.status));
    sick.sort((a, b) => (a.status === "down" ? 0 : 1) - (b.status === "down" ? 0 : 1) || b.since - a.since);
    const shown = sick.slice(0, PARTS_SHOWN).map((part) => ({
      status: part.status,
      words: `${part.name} ${words.say(`part.${part.status}`)} ${words.say("since", { time: words.time(part.since) })}`,
    }));
    const more = sick.length - PARTS_SHOWN;
    if (more > 0) shown.push({ status: "more", words: `+${words.count(more)}` });
    while (this.entries.length < shown.length) this.add();
    this.entries.forEach(({ node, form, label }, place) => {
      node.hidden = place >= shown.length;
      mark(node, "data-part", shown[place]?.status ?? "");
      mark(form, "data-shape", shown[place]?.status === "degraded" ? "triangle" : "cross");
      put(label, shown[place]?.words ?? "");
    });
    this.node.hidden = !sick.length;
    return sick.length;
  }

  add() {
    const node = make("span", "part", this.node);
    const form = sign(node, "cross");
    this.entries.push({ node, form, label: text(make("span", "", node)) });
  }
}
