// The views and the way between them: a rail with number keys at a desk, a bar under the thumb on a phone.

const VIEWS = ["now", "queues", "people", "waiting", "plan", "break", "alerts", "shift"];
const THUMB = ["now", "people", "walk", "queues"]; // on the bar of a phone; the others behind "more"
const ICONS = {
  now: "M3 12h4l3-8 4 16 3-8h4",
  queues: "M4 6h16M4 12h16M4 18h10",
  people: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-7 7-7s7 3 7 7M16 4a4 4 0 0 1 0 7M18 14c3 1 4 4 4 7",
  waiting: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l4 2",
  plan: "M3 4h8v7H3zM13 4h8v7h-8zM3 13h8v7H3zM13 13h8v7h-8z",
  break: "M5 8h12v6a5 5 0 0 1-5 5h-2a5 5 0 0 1-5-5zM17 9h2a2 2 0 0 1 0 5h-2M8 2v3M12 2v3",
  alerts: "M12 3 22 20H2zM12 10v4M12 17v.5",
  shift: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h3",
  walk: "M12 21s7-7 7-12a7 7 0 0 0-14 0c0 5 7 12 7 12zM12 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  more: "M5 12h.1M12 12h.1M19 12h.1",
};

function icon(parent, name) {
  const svg = shape(parent, "svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" });
  shape(svg, "path", { d: ICONS[name] });
  return svg;
}

class Nav {
  constructor(parent, page) {
    this.page = page;
    this.node = make("nav", "views", parent);
    this.tabs = VIEWS.map((name, place) => this.build(this.node, name, place + 1));
    this.bar = make("nav", "thumbs", parent);
    this.thumbs = [...THUMB, "more"].map((name) => this.build(this.bar, name));
    this.sheet = make("dialog", "fw-sheet more-sheet", parent);
    this.others = VIEWS.filter((name) => !THUMB.includes(name)).map((name) => this.build(this.sheet, name));
    this.personal = new Personal(this.sheet, page);
    this.sheet.addEventListener("click", ({ target }) => {
      if (!target.closest(".personal")) this.sheet.close();
    });
  }

  build(parent, name, number) {
    const walk = name === "walk"; // a page of its own, made for a phone
    const node = make(walk ? "a" : "button", "tab", parent, { "data-view": name, ...(walk ? { href: at("walk") } : { type: "button" }) });
    if (number) text(make("kbd", "", node, { "aria-hidden": "true" })).data = String(number);
    else icon(node, name);
    const words = text(make("span", "word", node));
    const count_node = make("b", "count", node);
    if (!walk) node.addEventListener("click", () => this.press(name));
    return { name, node, words, count_node, count: text(count_node) };
  }

  press(name) {
    if (name === "more") return this.sheet.showModal();
    this.page.go(name);
  }

  paint(counts, { words, view }) {
    this.personal.paint(words);
    mark(this.node, "aria-label", words.say("console.views"));
    mark(this.bar, "aria-label", words.say("console.views"));
    mark(this.sheet, "aria-label", words.say("tab.more"));
    for (const { name, node, words: label, count_node, count } of [...this.tabs, ...this.thumbs, ...this.others]) {
      put(label, words.say(`tab.${name}`));
      const { number, tone = "" } = counts[name] ?? {};
      count_node.hidden = !number;
      put(count, words.count(number));
      mark(count_node, "data-tone", tone);
      const here = name === view || (name === "more" && this.behind(view));
      mark(node, "aria-current", here ? "page" : "false");
    }
  }

  behind(view) {
    return !THUMB.includes(view);
  }
}
