// What opens above the page: what to begin with, a question, and how a board gets onto a television.

class EditorDialog {
  constructor(parent, name) {
    this.node = make("dialog", `fw-sheet ${name}`, parent);
    this.title = text(make("h2", "", this.node));
    this.body = make("div", "sheet-body", this.node);
    this.foot = make("div", "fw-row sheet-foot", this.node);
    this.node.addEventListener("click", (event) => event.target === this.node && this.node.close());
  }

  entitle(words) {
    put(this.title, words);
    mark(this.node, "aria-label", words);
  }

  button(name, press) {
    const node = make("button", `fw-button ${name}`, this.foot, { type: "button" });
    node.addEventListener("click", press);
    return { node, words: text(node) };
  }

  get shown() {
    return this.node.open;
  }
}

class TemplatesDialog extends EditorDialog {
  constructor(parent, page) {
    super(parent, "templates");
    this.page = page;
    this.note = text(make("p", "fw-note", this.body));
    this.list = make("div", "template-list", this.body);
    this.cards = null;
    this.close = this.button("", () => this.node.close());
    this.node.addEventListener("close", () => this.forget());
  }

  open() {
    this.cards = Object.keys(TEMPLATES).map((name) => {
      const node = make("button", "template", this.list, { type: "button", "data-template": name });
      const preview = new BoardPreview(node, this.page.words, "mini");
      preview.hang(name === "portrait" ? "tall" : "wide");
      node.addEventListener("click", () => {
        this.node.close();
        this.page.begin(this.made(name));
      });
      return { name, node, preview, title: text(make("b", "", node)), about: text(make("span", "fw-note", node)) };
    });
    this.node.showModal();
    this.page.paint();
  }

  forget() {
    for (const { node, preview } of this.cards ?? []) {
      preview.stop();
      node.remove();
    }
    this.cards = null;
  }

  // A board of this template, with a name in both languages.
  made(name) {
    const { page } = this;
    const [first = ""] = page.queues_there;
    const board = filled_board(TEMPLATES[name](first));
    if (page.limited && !board.queues.length) board.queues = page.queues_there;
    board.names = in_both(page.words, (words) => words.say(`template.${name}`));
    return board;
  }

  paint(words, slow) {
    if (!this.shown) return;
    this.entitle(words.say("boards.new"));
    put(this.note, words.say("boards.new.note"));
    put(this.close.words, words.say("cancel"));
    for (const each of this.cards) {
      put(each.title, words.say(`template.${each.name}`));
      put(each.about, words.say(`template_note.${each.name}`));
      if (slow || !each.drawn) each.preview.paint(this.page.feed, this.made(each.name));
      each.drawn = true;
    }
  }
}

// Resolves to which button was pressed: "" if none.
class QuestionDialog extends EditorDialog {
  constructor(parent) {
    super(parent, "question");
    this.said = text(make("p", "", this.body));
    this.yes = this.button("fw-danger", () => this.node.close("yes"));
    this.no = this.button("", () => this.node.close(""));
  }

  ask(words, { title, said, yes }) {
    this.entitle(title);
    put(this.said, said);
    put(this.yes.words, yes);
    put(this.no.words, words.say("cancel"));
    this.node.returnValue = "";
    this.node.showModal();
    this.no.node.focus();
    return new Promise((resolve) => {
      this.node.addEventListener("close", () => resolve(this.node.returnValue === "yes"), { once: true });
    });
  }
}

const LOOPBACK = /^(localhost|127\..*|\[::1\])$/; // the machine itself, whichever it is

class TvDialog extends EditorDialog {
  constructor(parent, page) {
    super(parent, "tv");
    this.page = page;
    this.steps = [1, 2, 3].map(() => text(make("p", "tv-step", this.body)));
    this.sound = text(make("p", "tv-step", this.body));
    this.address = make("output", "tv-address", this.body);
    this.unreached = make("p", "fw-said unreached", this.body, { "data-tone": "warn" });
    this.unreached_words = text(this.unreached);
    this.steps[0].parentNode.after(this.address, this.unreached);
    this.address_words = text(this.address);
    this.copy = this.button("", () => this.take_along());
    this.show = make("a", "fw-button fw-go", this.foot, { target: "_blank", rel: "noopener" });
    this.show_words = text(this.show);
    this.close = this.button("fw-quiet", () => this.node.close());
    this.copied = false;
  }

  open(id) {
    this.id = id;
    this.copied = false;
    this.node.showModal();
    this.page.paint();
  }

  async take_along() {
    try {
      await navigator.clipboard.writeText(this.address_words.data);
      this.copied = true;
    } catch {
      getSelection().selectAllChildren(this.address); // where the browser keeps the clipboard to itself
    }
    this.page.paint();
  }

  paint(words) {
    if (!this.shown) return;
    const board = this.page.known?.boards[this.id]?.board;
    this.entitle(words.say("boards.tv", { board: words.name(board?.names, this.id) }));
    this.steps.forEach((step, place) => put(step, words.say(`boards_tv.${place + 1}`)));
    const address = at(`wall/${this.id}`).href;
    put(this.address_words, address);
    this.unreached.hidden = !LOOPBACK.test(location.hostname);
    put(this.unreached_words, words.say("boards_tv.unreached", { host: location.hostname, port: location.port || "8787" }));
    put(this.sound, words.say(board?.sound === false ? "boards_tv.silent" : "boards_tv.rings"));
    this.show.href = address;
    put(this.copy.words, words.say(this.copied ? "boards.tv.copied" : "boards.tv.copy"));
    put(this.show_words, words.say("boards.tv.open"));
    put(this.close.words, words.say("close"));
  }
}
