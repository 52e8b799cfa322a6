// The sheet of keys.

const KEYS = {
  views: ["1\u20268"],
  find: ["/"],
  rows: ["J", "K"],
  open: ["Enter"],
  back: ["Esc"],
  help: ["?"],
};

class Help {
  constructor(parent) {
    this.node = make("dialog", "fw-sheet help-sheet", parent);
    const head = make("header", "sheet-head", this.node);
    this.title = text(make("h2", "", head));
    const close = make("button", "fw-button fw-quiet", head, { type: "button" });
    this.close_words = text(close);
    close.addEventListener("click", () => this.node.close());
    const list = make("dl", "keys-list", this.node);
    this.rows = Object.entries(KEYS).map(([name, keys]) => {
      const row = make("div", "", list);
      const term = make("dt", "", row);
      for (const key of keys) text(make("kbd", "", term)).data = key;
      return { name, words: text(make("dd", "", row)) };
    });
    this.cards_title = text(make("h3", "", this.node));
    this.cards = text(make("p", "fw-note", this.node));
  }

  open() {
    if (!this.node.open) this.node.showModal();
  }

  paint(words) {
    mark(this.node, "aria-label", words.say("console.help"));
    put(this.title, words.say("console.help"));
    put(this.close_words, words.say("close"));
    for (const { name, words: said } of this.rows) put(said, words.say(`key.${name}`));
    put(this.cards_title, words.say("alerts"));
    put(this.cards, words.say("keys"));
  }
}
