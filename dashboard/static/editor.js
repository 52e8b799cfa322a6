// The page of boards: all of them as small screens, and one of them to be changed, live.

const EDITOR_TICK_MS = 200;
const EDITOR_SLOW = 5; // ticks
const BOARDS_MS = 5000;

class Editor {
  constructor(model, el) {
    this.newer = new Newer(model.build);
    this.words = new Words(JSON.parse(model.catalogues), model.language);
    this.node = make("main", "fw-desk boardroom", el);
    this.theme = new Theme(this.node);
    this.road = new Road();
    this.known = null; // what the server told of all boards
    this.unanswered = false;
    this.draft = null;
    this.ticks = 0;
    this.bar = new EditorBar(this.node, this);
    this.list = new BoardList(this.node, this);
    this.form = make("div", "form", this.node);
    this.templates = new TemplatesDialog(this.node, this);
    this.question = new QuestionDialog(this.node);
    this.tv = new TvDialog(this.node, this);
    this.listen();
    this.feed = new Feed(wire(model.feed), () => this.draft && this.paint());
    this.timer = setInterval(() => this.tick(), EDITOR_TICK_MS);
    this.build_form();
    this.read();
    this.road.who().then((session) => {
      this.session = session;
    });
    this.paint();
  }

  build_form() {
    const left = make("div", "parts", this.form);
    this.parts = left;
    this.names = new NamesPart(left, this);
    this.queues = new QueueChoice(left, this);
    this.tiles = new TilesPart(left, this);
    this.limits = new LimitsPart(left, this);
    this.looks = new LooksPart(left, this);
    this.preview = new PreviewStage(make("div", "beside", this.form), this);
  }

  listen() {
    this.leaving = (event) => this.draft?.dirty && event.preventDefault();
    this.key = (event) => this.press(event);
    this.walked = () => this.follow_address();
    window.addEventListener("beforeunload", this.leaving);
    window.addEventListener("keydown", this.key);
    window.addEventListener("popstate", this.walked);
  }

  stop() {
    clearInterval(this.timer);
    window.removeEventListener("beforeunload", this.leaving);
    window.removeEventListener("keydown", this.key);
    window.removeEventListener("popstate", this.walked);
    this.feed.stop();
    this.road.stop();
    this.node.remove();
  }

  tick() {
    this.ticks += 1;
    this.feed.watch();
    this.road.watch(this.feed);
    if (this.ticks % (BOARDS_MS / EDITOR_TICK_MS) === 0 && document.visibilityState === "visible") this.read();
    const slow = this.ticks % EDITOR_SLOW === 0;
    if (slow || this.draft) this.paint(slow); // many small screens are drawn once a second
  }

  async read() {
    const { draft } = this;
    const hash = draft?.hash;
    const known = await this.road.ask("boards.json");
    this.unanswered = !known;
    if (!known) return;
    const first = !this.known;
    this.known = known;
    // What was told before our own save was done is no news of anybody.
    if (draft?.id && draft.hash === hash) draft.hear(known.boards[draft.id]);
    if (first) this.follow_address();
    this.paint();
  }

  // Whoever looks after some queues only makes boards of these.
  get limited() {
    return Array.isArray(this.session?.queues);
  }

  get queues_there() {
    return this.queues.there;
  }

  // The address says which board is at hand: so that going back leaves it, and a link leads to it.
  async follow_address() {
    const id = new URLSearchParams(location.search).get("board") ?? "";
    if (id === (this.draft?.id ?? "") && Boolean(id) === Boolean(this.draft)) return;
    if (this.draft && !(await this.may_leave())) return this.say_address(this.draft.id, true);
    const entry = this.known?.boards[id];
    this.draft = entry ? this.draft_of(entry) : null;
    if (id && !entry) this.say_address("");
    this.paint();
  }

  say_address(id, anew = false) {
    const address = new URL(location.href);
    if (id) address.searchParams.set("board", id);
    else address.searchParams.delete("board");
    if (address.href !== location.href) history[anew ? "pushState" : "replaceState"](null, "", address);
  }

  draft_of(entry) {
    const board = filled_board(entry.board);
    return new Draft(board, { saved: board, hash: entry.hash, yours: entry.yours });
  }

  // A click that the browser should follow itself (a new tab) is left to it.
  follow(event, go) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go();
  }

  edit(id) {
    this.say_address(id, true);
    this.open(this.draft_of(this.known.boards[id]));
  }

  begin(board) {
    this.open(new Draft(filled_board({ ...board, id: "" })));
    // Where a keyboard would slide over the page, the name can wait.
    if (matchMedia("(pointer: coarse)").matches) return;
    this.names.fields.find(({ language }) => language === this.words.language)?.field.input.select();
  }

  open(draft) {
    this.draft = draft;
    this.tiles.at = 0;
    this.tiles.open(false);
    this.queues.find.value = "";
    this.paint();
    window.scrollTo(0, 0);
  }

  duplicate(id) {
    const board = filled_board(this.draft?.id === id ? this.draft.board : this.known.boards[id].board);
    const { names } = board;
    board.names = in_both(this.words, (words, language) => {
      const name = names[language] && words.say("boards.copy_of", { name: names[language] });
      return name.slice(0, BOARD_MOST.name);
    });
    this.leave().then((left) => left && this.begin(board));
  }

  async remove(id) {
    const { words } = this;
    const entry = this.known?.boards[id];
    const name = words.name(entry?.board.names, id);
    const title = words.say("boards.remove.title", { board: name });
    const said = words.say(id === "main" ? "boards.remove.main" : "boards.remove.said");
    if (!(await this.question.ask(words, { title, said, yes: words.say("boards_act.remove") }))) return;
    const answer = await this.road.wish("board.remove", { board: id, was: entry.hash });
    this.bar.tell(answer.done ? words.say("boards.removed", { board: name }) : this.words.refusal(answer), answer.done);
    if (answer.done && this.draft?.id === id) this.close();
    await this.read();
  }

  change(edit, key) {
    if (!this.draft.yours) return;
    this.draft.change(edit, key);
    this.bar.tell("");
    this.paint();
  }

  step(by) {
    this.draft?.step(by);
    this.paint();
  }

  async save() {
    const { draft, words } = this;
    if (!draft || draft.saving || !draft.dirty || !draft.yours) return;
    if (this.mistakes.size) return this.show_mistake();
    draft.saving = true;
    this.paint();
    const was = draft.hash ? { was: draft.hash } : {};
    const answer = await this.road.wish("board.save", { board: sent_board({ ...draft.board, id: draft.id }), ...was });
    draft.saving = false;
    if (answer.done) {
      draft.kept(answer);
      if (this.draft === draft) this.say_address(draft.id);
      this.bar.tell(answer.unknown.length ? words.say("boards.unknown", { queues: answer.unknown.join(words.say("list.comma")) }) : "");
      await this.read();
    } else if (answer.why === "changed_meanwhile") {
      draft.theirs = answer.board ? answer : "gone";
    } else {
      draft.refusal = answer;
    }
    this.paint();
  }

  // To the first thing that the server would refuse, on whichever page it stands.
  show_mistake() {
    const [field] = this.mistakes.keys();
    const page = /^pages\[(\d+)\]/.exec(field);
    if (page) this.tiles.go(Number(page[1]));
    const [wrong] = this.form.querySelectorAll(".wrong:not([hidden])");
    wrong?.scrollIntoView({ block: "center" });
  }

  // What is wrong at a field: seen here already, or said by the server.
  wrong_at(field) {
    const { refusal } = this.draft;
    const known = this.mistakes?.get(field);
    if (known) return this.words.say(`refused.${known}`, { what: "" });
    return refusal?.at && place_of(refusal.at) === field ? this.words.refusal(refusal) : "";
  }

  has_wrong(field) {
    const { at: told = "" } = this.draft.refusal ?? {};
    return [...(this.mistakes?.keys() ?? []), told].some((each) => each.startsWith(field));
  }

  async may_leave() {
    const { words } = this;
    if (!this.draft?.dirty) return true;
    const title = words.say("boards.leave.title");
    const said = words.say("boards.leave.said");
    return this.question.ask(words, { title, said, yes: words.say("boards.leave.yes") });
  }

  // Back to all boards; resolves to whether we went.
  async leave() {
    if (!(await this.may_leave())) return false;
    this.close();
    return true;
  }

  close() {
    this.draft = null;
    this.say_address("");
    this.paint(true);
    window.scrollTo(0, 0);
  }

  press(event) {
    if (!this.draft || this.question.shown || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const letter = event.key.toLowerCase();
    if (letter === "s") this.save();
    else if (letter === "z") this.step(event.shiftKey ? 1 : -1);
    else if (letter === "y") this.step(1);
    else return;
    event.preventDefault();
  }

  paint(slow = false) {
    const { feed, words, draft } = this;
    if (!feed) return;
    words.set_zone(feed.body?.site?.time_zone);
    mark(this.node, "data-link", feed.link);
    mark(this.node, "data-view", draft ? "form" : "list");
    mark(this.node, "lang", words.say("locale"));
    mark(document.documentElement, "lang", words.say("locale"));
    this.mistakes = draft ? mistakes_of(draft.board) : null;
    this.bar.paint(words, draft);
    this.list.node.hidden = Boolean(draft);
    this.form.hidden = !draft;
    if (draft) this.paint_form(words, draft.board);
    else this.list.paint(words, this.known, slow);
    this.templates.paint(words, slow);
    this.tv.paint(words);
    if (!draft?.dirty) this.newer.follow(feed.build);
  }

  paint_form(words, board) {
    this.parts.inert = !this.draft.yours;
    for (const part of [this.names, this.queues, this.tiles, this.limits, this.looks, this.preview]) part.paint(words, board);
  }
}

// What is said in either language, by language.
function in_both(words, said) {
  const speaker = new Words(words.catalogues, words.language);
  const both = {};
  for (const language of ["zh", "en"]) {
    speaker.speak(language);
    both[language] = said(speaker, language);
  }
  return both;
}

// The field of the form that a place in a board belongs to: `pages[0].tiles[2].size` is of its tile.
function place_of(told) {
  const tile = /^pages\[\d+\](\.tiles\[\d+\])?/.exec(told);
  if (tile) return tile[0];
  const limit = /^limits\.\w+/.exec(told);
  return limit ? limit[0] : told.split(/[.[]/)[0];
}

export function render({ model, el }) {
  const page = new Editor(model, el);
  model.on("remove", () => page.stop());
}
