// What a shift does beside its calls: tells the walls, walks the floor, hands over.

const PARTS_OF_SHIFT = ["walks", "notices", "handover"];

class ShiftView {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "view shift", parent);
    this.tabs = make("div", "fw-row part-tabs", this.node, { role: "group" });
    this.parts = PARTS_OF_SHIFT.map((name) => {
      const tab = make("button", "fw-button", this.tabs, { type: "button", "data-part": name });
      tab.addEventListener("click", () => page.route.set({ part: name }));
      const node = make("section", "shift-part", this.node, { "data-part": name });
      return { name, node, tab, tab_words: text(tab), title: text(make("h2", "", node)), part: this.build(name, node) };
    });
  }

  build(name, node) {
    const { words, road } = this.page;
    const Part = { walks: Walks, notices: Notices, handover: HandOver }[name];
    return new Part(node, { words, road });
  }

  paint(floor, { words, now }) {
    const chosen = this.page.route.get("part") || PARTS_OF_SHIFT[0];
    mark(this.tabs, "aria-label", words.say("tab.shift"));
    for (const { name, node, tab, tab_words, title, part } of this.parts) {
      mark(node, "data-chosen", String(name === chosen));
      mark(tab, "aria-pressed", String(name === chosen));
      const said = part.title();
      put(tab_words, said);
      put(title, said);
      if (floor.body) part.paint(floor.body, now);
    }
  }

  press() {
    return false;
  }
}
