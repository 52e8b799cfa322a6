// Above everything: where this is, how the board at hand stands, and what can be done with it.

const TOLD_MS = 6000;

class EditorBar {
  constructor(parent, page) {
    this.page = page;
    this.node = make("header", "editor-bar", parent);
    this.back = make("a", "fw-button fw-quiet back", this.node, { href: at("boards") });
    text(make("span", "", this.back, { "aria-hidden": "true" })).data = "\u2190";
    this.back_words = text(make("span", "", this.back));
    this.back.addEventListener("click", (event) => page.follow(event, () => page.leave()));
    this.title = text(make("h1", "", this.node));
    this.state = make("span", "fw-tag state", this.node, { role: "status" });
    this.state_shape = make("i", "fw-shape", this.state, { "aria-hidden": "true" });
    this.state_words = text(make("span", "", this.state));
    this.where = make("a", "fw-note where", this.node, { target: "_blank", rel: "noopener" });
    this.where_words = text(this.where);
    this.link = make("span", "fw-tag", this.node, { "data-tone": "warn", role: "status" });
    this.link_words = text(this.link);
    make("span", "gap", this.node);
    this.acts = make("div", "fw-row acts-of-board", this.node);
    this.undo = this.button(this.acts, "fw-quiet", () => page.step(-1));
    this.redo = this.button(this.acts, "fw-quiet", () => page.step(1));
    this.tv = this.button(this.acts, "fw-quiet", () => page.tv.open(page.draft.id));
    this.copy = this.button(this.acts, "fw-quiet", () => page.duplicate(page.draft.id));
    this.away = this.button(this.acts, "fw-quiet", () => page.remove(page.draft.id));
    this.save = this.button(this.node, "fw-go save", () => page.save());
    this.others = make("div", "fw-row others", this.node);
    this.floor = make("a", "fw-button fw-quiet", this.others, { href: at("floor") });
    this.floor_words = text(this.floor);
    this.theme = this.button(this.others, "fw-quiet", () => page.theme.turn());
    this.language = this.button(this.others, "fw-quiet", () => page.words.speak(page.words.next_language, true));
    for (const { node } of [this.theme, this.language]) node.addEventListener("click", () => page.paint(true));
    this.build_below(parent);
  }

  build_below(parent) {
    this.said = make("div", "fw-said", parent, { role: "status" });
    this.said_words = text(this.said);
    this.theirs = make("div", "fw-said theirs", parent, { "data-tone": "warn", role: "alert" });
    this.theirs_words = text(make("span", "", this.theirs));
    const row = make("div", "fw-row", this.theirs);
    this.take = this.button(row, "", () => {
      const { draft } = this.page;
      if (draft.theirs === "gone") this.page.close();
      else draft.take(draft.theirs);
      this.page.paint();
    });
    this.mine = this.button(row, "", () => {
      this.page.draft.insist();
      this.page.save();
    });
  }

  button(parent, name, press) {
    const node = make("button", `fw-button ${name}`, parent, { type: "button" });
    node.addEventListener("click", press);
    return { node, words: text(node) };
  }

  // One sentence for a while, below the bar.
  tell(words, well = true) {
    this.told = words;
    this.told_at = performance.now();
    mark(this.said, "data-tone", well ? "good" : "bad");
  }

  paint(words, draft) {
    const { page } = this;
    put(this.back_words, words.say("boards.title"));
    this.back.hidden = !draft;
    const name = draft ? words.name(draft.board.names, draft.id || words.say("boards.unnamed")) : words.say("boards.title");
    put(this.title, name);
    if (document.title !== name) document.title = name;
    const { link } = page.feed;
    this.link.hidden = link === "live" || link === "connecting";
    put(this.link_words, words.say(`link.${link}`, { time: words.time(page.feed.heard_at) }));
    this.paint_state(words, draft);
    this.paint_acts(words, draft);
    this.paint_below(words, draft);
    put(this.floor_words, words.say("boards.floor"));
    this.others.hidden = Boolean(draft);
    const other = page.theme.name === "dark" ? "light" : "dark";
    put(this.theme.words, other === "light" ? "\u2600" : "\u263e");
    called(this.theme.node, words.say(`boards_turn.${other}`));
    put(this.language.words, words.say("language.other"));
    mark(this.language.node, "lang", words.next_language);
  }

  paint_state(words, draft) {
    this.state.hidden = !draft;
    this.where.hidden = !draft?.id;
    if (!draft) return;
    const { href, host, pathname } = at(`wall/${draft.id}`);
    mark(this.where, "href", href);
    put(this.where_words, host + pathname);
    called(this.where, words.say("boards.where", { address: href }));
    const state = state_of(draft, this.page.mistakes.size > 0);
    mark(this.state, "data-tone", { saved: "good", unsaved: "warn", new: "warn", saving: "calm", refused: "bad", marked: "bad", look: "" }[state]);
    mark(this.state_shape, "data-shape", { saved: "disc", saving: "ring", refused: "octagon", marked: "octagon" }[state] ?? "triangle");
    put(this.state_words, words.say(`boards_state.${state}`));
  }

  paint_acts(words, draft) {
    this.acts.hidden = !draft;
    this.save.node.hidden = !draft?.yours;
    if (!draft) return;
    for (const [each, name, sign, by] of [[this.undo, "undo", "\u21b6", -1], [this.redo, "redo", "\u21b7", 1]]) {
      put(each.words, sign);
      called(each.node, words.say(`boards_step.${name}`));
      each.node.disabled = !draft.steps.can(by);
    }
    put(this.tv.words, words.say("boards_act.show"));
    put(this.copy.words, words.say("boards_act.copy"));
    put(this.away.words, words.say("boards_act.remove"));
    const { made, yours } = this.page.known?.boards[draft.id] ?? {};
    this.tv.node.hidden = this.copy.node.hidden = !draft.id;
    this.away.node.hidden = !made || !yours;
    put(this.save.words, words.say(draft.saving ? "boards_state.saving" : "boards.save"));
    this.save.node.disabled = draft.saving || !draft.dirty;
  }

  paint_below(words, draft) {
    const { refusal } = draft ?? {};
    if (refusal) this.tell(this.page.words.refusal(refusal), false);
    if (performance.now() - (this.told_at ?? 0) > TOLD_MS) this.told = "";
    put(this.said_words, this.told ?? "");
    this.said.hidden = !this.told;
    const theirs = draft?.theirs;
    this.theirs.hidden = !theirs;
    if (!theirs) return;
    const gone = theirs === "gone";
    put(this.theirs_words, words.say(gone ? "boards.theirs.gone" : "refused.changed_meanwhile"));
    put(this.take.words, words.say(gone ? "boards.theirs.drop" : "boards.theirs.take"));
    put(this.mine.words, words.say(gone ? "boards.theirs.anew" : "boards.theirs.mine"));
  }
}

function state_of(draft, marked) {
  if (!draft.yours) return "look";
  if (draft.saving) return "saving";
  if (draft.refusal) return "refused";
  if (!draft.dirty) return "saved";
  if (marked) return "marked";
  return draft.saved ? "unsaved" : "new";
}
