// The board at hand: as it is here, as it stands on the wall, and what lies between.

class Draft {
  // `hash` is what the server knows it by; a new board has none.
  constructor(board, { saved = null, hash = "", yours = true } = {}) {
    this.board = board;
    this.saved = saved;
    this.hash = hash;
    this.yours = yours;
    const { zh, en } = board.names;
    this.written = new Set(saved && zh !== en ? ["zh", "en"] : []); // in which languages somebody named it
    this.steps = new BoardSteps(board);
    this.saving = false;
    this.refusal = null; // {why, at, what}
    this.theirs = null; // what somebody else saved meanwhile: {board, hash}, or "gone"
  }

  get dirty() {
    return !this.saved || !same_board(this.board, this.saved);
  }

  change(edit, key = "") {
    const board = filled_board(this.board);
    edit(board);
    this.board = board;
    this.refusal = null;
    this.steps.take(board, key);
  }

  // What is typed as its name in one language is its name in the other too, until somebody gives it one there.
  name(board, language, name) {
    this.written.add(language);
    for (const each of Object.keys(board.names)) {
      if (each === language || !this.written.has(each)) board.names[each] = name;
    }
  }

  step(by) {
    if (!this.steps.can(by)) return;
    this.board = this.steps.go(by);
    this.board.id = this.id;
    this.refusal = null;
  }

  get id() {
    return this.saved?.id ?? "";
  }

  // The server keeps this one now; what was changed since it was sent stays changed.
  kept({ board, hash }) {
    this.saved = filled_board(board);
    this.hash = hash;
    this.board = { ...this.board, id: this.saved.id };
    this.theirs = null;
    this.refusal = null;
  }

  // Somebody else's is on the wall: taken as it is where nothing was changed here.
  hear(entry) {
    const hash = entry?.hash ?? "";
    if (!this.saved || this.saving || hash === this.hash) return;
    if (entry && !this.dirty) return this.take(entry);
    this.theirs = entry ?? "gone";
  }

  take({ board, hash }) {
    this.saved = filled_board(board);
    this.hash = hash;
    this.board = filled_board(board);
    this.steps.take(this.board);
    this.theirs = null;
    this.refusal = null;
  }

  // Mine is to replace theirs, or to be made anew where theirs is gone.
  insist() {
    const { theirs } = this;
    this.theirs = null;
    this.refusal = null;
    if (theirs === "gone") {
      this.saved = null;
      this.hash = "";
    } else {
      this.saved = filled_board(theirs.board);
      this.hash = theirs.hash;
    }
  }
}
