// All boards as small screens, alive, and what is wrong with the files of some.

const NEAR_PX = 400;

class BoardCard {
  constructor(parent, page, id) {
    this.page = page;
    this.id = id;
    this.node = make("li", "board-card", parent, { "data-board": id });
    this.link = make("a", "board-link", this.node, { href: at("boards", { board: id }) });
    this.preview = new BoardPreview(this.link, page.words, "mini");
    const line = make("span", "board-line", this.link);
    this.name = text(make("b", "board-name", line));
    this.about = text(make("span", "fw-note", line));
    this.link.addEventListener("click", (event) => page.follow(event, () => page.edit(id)));
    this.unknown = make("span", "fw-tag", this.node, { "data-tone": "warn" });
    make("i", "fw-shape", this.unknown, { "data-shape": "triangle", "aria-hidden": "true" });
    this.unknown_words = text(make("span", "", this.unknown));
    const row = make("div", "fw-row acts", this.node);
    this.edit = this.button(row, "edit", () => page.edit(id));
    this.show = this.button(row, "show", () => page.tv.open(id));
    this.copy = this.button(row, "copy", () => page.duplicate(id));
    this.away = this.button(row, "remove", () => page.remove(id));
  }

  button(parent, name, press) {
    const node = make("button", `fw-button ${name === "edit" ? "" : "fw-quiet"} ${name}`, parent, { type: "button" });
    node.addEventListener("click", press);
    return { node, words: text(node) };
  }

  stop() {
    this.preview.stop();
    this.node.remove();
  }

  paint(words, { board, made, yours, unknown }) {
    const whole = filled_board(board);
    const name = words.name(board.names, this.id);
    put(this.name, name);
    put(this.about, about_board(whole, words));
    this.unknown.hidden = !unknown.length;
    put(this.unknown_words, unknown.length ? words.say("boards.unknown", { queues: unknown.join(words.say("list.comma")) }) : "");
    for (const [act, { node, words: said }] of Object.entries({ edit: this.edit, show: this.show, copy: this.copy, remove: this.away })) {
      put(said, words.say(act === "edit" && !yours ? "boards.look" : `boards_act.${act}`));
      mark(node, "aria-label", `${said.data}: ${name}`);
    }
    this.away.node.hidden = !made || !yours;
  }

  // Of many boards only those are drawn that can be seen, or nearly.
  draw(feed, board) {
    const { top, bottom } = this.node.getBoundingClientRect();
    if (bottom < -NEAR_PX || top > innerHeight + NEAR_PX) return;
    this.preview.paint(feed, filled_board(board));
  }
}

// "All queues · 2 pages in turn · Dark · wall/lobby"
function about_board({ id, queues, pages, theme }, words) {
  const said = [queues.length ? words.say("boards.about.queues", { count: words.count(queues.length) }) : words.say("boards.queues.all")];
  if (pages.length > 1) said.push(words.say("boards.about.pages", { count: words.count(pages.length) }));
  said.push(words.say(`boards_theme.${theme}`), `wall/${id}`);
  return said.join(" · ");
}

class BoardList {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "board-list", parent);
    const head = make("div", "list-head", this.node);
    this.about = text(make("p", "fw-note", head));
    this.add = make("button", "fw-button fw-go", head, { type: "button" });
    this.add_words = text(this.add);
    this.add.addEventListener("click", () => page.templates.open());
    this.mistakes = make("ul", "mistakes", this.node);
    this.told = "";
    this.cards_node = make("ul", "board-cards", this.node);
    this.cards = new Map();
    this.empty = text(make("p", "fw-empty", this.node));
  }

  paint(words, known, slow) {
    put(this.about, words.say("boards.about"));
    put(this.add_words, words.say("boards.new"));
    this.add.disabled = !known;
    const entries = Object.entries(known?.boards ?? {});
    for (const [id, card] of this.cards) {
      if (known?.boards[id]) continue;
      card.stop();
      this.cards.delete(id);
    }
    for (const [id, entry] of entries) {
      const fresh = !this.cards.has(id);
      if (fresh) this.cards.set(id, new BoardCard(this.cards_node, this.page, id));
      this.cards.get(id).paint(words, entry);
      if (fresh || slow) this.cards.get(id).draw(this.page.feed, entry.board);
    }
    this.empty.parentNode.hidden = Boolean(known);
    put(this.empty, known ? "" : words.say(this.page.unanswered ? "boards.unanswered" : "boards.awaited"));
    this.paint_mistakes(words, known?.mistakes ?? []);
  }

  paint_mistakes(words, mistakes) {
    const told = JSON.stringify([words.language, mistakes]);
    if (told === this.told) return;
    this.told = told;
    this.mistakes.replaceChildren();
    for (const { file, line, key, what, mend } of mistakes) {
      const item = make("li", "fw-said mistake", this.mistakes, { "data-tone": "warn" });
      const place = line ? words.say("boards.mistake.line", { file, line: words.count(line) }) : file;
      text(make("b", "", item)).data = words.say("boards.mistake", { place });
      text(make("span", "", item, { lang: "en" })).data = `${key ? `${key}: ` : ""}${what}. ${mend}`;
    }
  }
}
