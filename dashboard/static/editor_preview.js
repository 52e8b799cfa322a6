// A screen in small: the wall's own code draws a board on a glass of a real screen's size, which is then
// scaled, so that nothing is broken into lines here that would not be broken there.

const SCREEN_SHAPES = { wide: [1920, 1080], tall: [1080, 1920], ultra: [2560, 1080] };

class BoardPreview {
  constructor(parent, words, name = "preview") {
    this.node = make("div", name, parent);
    this.glass = make("div", "glass", this.node, { "aria-hidden": "true", inert: "" });
    this.screen = new BoardScreen(this.glass, { words });
    this.words = words;
    this.empty = text(make("p", "none-yet", this.node));
    this.shape = "";
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.node);
    this.hang("wide");
  }

  stop() {
    this.watcher.disconnect();
    this.screen.stop();
    this.node.remove();
  }

  // How the screen hangs: one of SCREEN_SHAPES.
  hang(shape) {
    if (shape === this.shape) return;
    this.shape = shape;
    const [width, height] = SCREEN_SHAPES[shape];
    this.node.style.setProperty("--ratio", String(width / height));
    this.glass.style.width = `${width}px`;
    this.glass.style.height = `${height}px`;
    this.fit();
  }

  fit() {
    const share = this.node.clientWidth / SCREEN_SHAPES[this.shape][0];
    this.glass.style.transform = `scale(${share})`;
  }

  paint(feed, board) {
    const { body, link, now, heard_at } = feed;
    const then = link === "live" ? now : (heard_at ?? 0);
    const pages = board.pages.filter(({ tiles }) => tiles.length);
    this.glass.hidden = !pages.length;
    put(this.empty, pages.length ? "" : this.words.say("boards.preview.empty"));
    if (!pages.length) return;
    const shown = pages.length < board.pages.length ? { ...board, pages } : board;
    this.screen.paint(body_for(body, board), shown, { now: then, link, clock: now, heard_at });
  }

  // The tiles that are drawn, in their order.
  get tiles() {
    return this.glass.hidden ? [] : [...this.glass.querySelectorAll(".page:not([hidden]) > .tile")];
  }
}
