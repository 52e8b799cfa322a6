// The live preview beside the form: the page at hand, or all in turn, on a screen of any shape.

class PreviewStage {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "stage-part", parent);
    const bar = make("div", "fw-row stage-bar", this.node);
    this.title = text(make("h2", "", bar));
    this.shapes = new OneOf(bar, "shapes", Object.keys(SCREEN_SHAPES), (shape) => this.hang(shape));
    this.turns = make("button", "fw-button fw-quiet turns", bar, { type: "button" });
    this.turns_words = text(this.turns);
    this.all_pages = false;
    this.turns.addEventListener("click", () => {
      this.all_pages = !this.all_pages;
      page.paint();
    });
    this.frame = make("div", "preview-frame", this.node);
    this.preview = new BoardPreview(this.frame, page.words);
    this.preview.node.addEventListener("click", (event) => this.press(event));
    this.note = text(make("p", "fw-note", this.node));
    this.shape = "wide";
  }

  hang(shape) {
    this.shape = shape;
    this.preview.hang(shape);
    this.page.paint();
  }

  paint(words, board) {
    const many = board.pages.length > 1;
    put(this.title, words.say("boards.preview"));
    this.shapes.paint(words.say("boards.preview.shape"), this.shape, (shape) => words.say(`boards_shape.${shape}`));
    this.turns.hidden = !many;
    mark(this.turns, "aria-pressed", String(this.all_pages));
    put(this.turns_words, words.say("boards.preview.turns"));
    put(this.note, words.say("boards.preview.note"));
    const { at } = this.page.tiles;
    const shown = many && !this.all_pages ? { ...board, pages: [board.pages[at]] } : board;
    this.preview.paint(this.page.feed, shown);
    mark(this.preview.node, "data-press", String(!many || !this.all_pages));
  }

  // Show which tile a row of the form speaks of.
  point(place) {
    if (this.all_pages && this.page.draft.board.pages.length > 1) return;
    this.preview.tiles.forEach((tile, each) => mark(tile, "data-pointed", String(each === place)));
  }

  // A tile of the preview leads to its row. The glass itself takes no presses: it is only looked at.
  press({ clientX, clientY }) {
    const place = this.preview.tiles.findIndex((tile) => {
      const box = tile.getBoundingClientRect();
      return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
    });
    if (place >= 0 && this.preview.node.dataset.press === "true") this.page.tiles.show(place);
  }
}
