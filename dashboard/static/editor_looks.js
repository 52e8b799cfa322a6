// How a board is called, from when on its figures warn, and how it looks and sounds.

class NamesPart {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile part names-part", parent);
    this.title = text(make("h2", "", this.node));
    const row = make("div", "pair", this.node);
    this.fields = ["zh", "en"].map((language) => {
      const changed = (name) => page.change((board) => page.draft.name(board, language, name), `name.${language}`);
      const attributes = { maxlength: String(BOARD_MOST.name), autocomplete: "off", lang: language };
      return { language, field: new EditorField(row, language, { attributes, changed }) };
    });
    this.wrong = new EditorWrong(this.node);
  }

  paint(words, board) {
    put(this.title, words.say("boards.names"));
    const wrong = this.page.wrong_at("names");
    for (const { language, field } of this.fields) {
      field.paint(words.say(`boards_name.${language}`), board.names[language], Boolean(wrong));
    }
    this.wrong.paint(wrong);
  }
}

class LimitsPart {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile part limits-part", parent);
    this.title = text(make("h2", "", this.node));
    this.note = text(make("p", "fw-note", this.node));
    this.pairs = [
      this.build("waiting", { first: [5, 10], most: 100000, unit: 1 }),
      this.build("longest_ms", { first: [60000, 120000], most: 86400, unit: 1000 }),
    ];
  }

  build(key, { first, most, unit }) {
    const node = make("div", "limit", this.node);
    const on = new EditorSwitch(node, key, (wanted) => {
      this.page.change((board) => (board.limits[key] = wanted ? [...first] : null));
    });
    const row = make("div", "pair", node);
    const fields = [0, 1].map((place) => {
      const changed = (value) => this.page.change((board) => (board.limits[key][place] = value * unit), `${key}${place}`);
      const attributes = { min: "0", max: String(most), step: "1", inputmode: "numeric" };
      return new EditorField(row, `${key}-${place}`, { type: "number", attributes, read: whole_number(0, most), changed });
    });
    const holds = text(make("p", "fw-note", node));
    return { key, unit, on, row, fields, holds, wrong: new EditorWrong(node) };
  }

  // What holds where the board has no limit of its own: of a wait, what each queue promises.
  without(words, board) {
    const rows = Object.entries(this.page.feed.body?.queues ?? {});
    const shown = rows.filter(([id]) => !board.queues.length || board.queues.includes(id));
    const targets = shown.map(([, { target_ms }]) => target_ms).filter(Number.isFinite);
    const [least, most] = [Math.min(...targets), Math.max(...targets)].map((ms) => words.wait(ms));
    const span = least === most ? least : words.say("boards.limits.span", { least, most });
    const longest_ms = targets.length ? words.say("boards.limits.goal", { span }) : words.say("boards.limits.own_goal");
    return { waiting: words.say("boards.limits.none"), longest_ms };
  }

  paint(words, board) {
    put(this.title, words.say("boards.limits"));
    put(this.note, words.say("boards.limits.note"));
    for (const { key, unit, on, row, fields, holds, wrong } of this.pairs) {
      const limits = board.limits[key];
      on.paint(words.say(`boards_limit.${key}`), Boolean(limits));
      row.hidden = !limits;
      put(holds, limits ? words.say("boards.limits.each") : this.without(words, board)[key]);
      const said = this.page.wrong_at(`limits.${key}`);
      fields.forEach((field, place) => {
        const label = words.say(place ? `boards_bad.${key}` : `boards_warn.${key}`);
        field.paint(label, limits ? Math.round(limits[place] / unit) : 0, Boolean(said));
      });
      wrong.paint(limits ? said : "");
    }
  }
}

class LooksPart {
  constructor(parent, page) {
    this.page = page;
    const set = (key) => (value) => page.change((board) => (board[key] = value));
    this.node = make("section", "fw-tile part looks-part", parent);
    this.title = text(make("h2", "", this.node));
    this.theme_label = this.label();
    this.theme = new OneOf(this.node, "theme", ["dark", "light"], set("theme"));
    this.language_label = this.label();
    this.language = new OneOf(this.node, "language", ["", "zh", "en", "both"], set("language"));
    this.sound = new EditorSwitch(this.node, "sound", set("sound"));
    this.night = new EditorSwitch(this.node, "night", (on) => {
      page.change((board) => (board.night = on ? { ...NIGHT } : null));
    });
    this.build_night();
  }

  label() {
    return text(make("h3", "", this.node));
  }

  build_night() {
    const set = (key) => (value) => this.page.change((board) => (board.night[key] = value), `night.${key}`);
    this.hours = make("div", "pair three", this.node);
    const read = (words) => (/^\d\d:\d\d/.test(words) ? words.slice(0, 5) : undefined);
    this.start = new EditorField(this.hours, "start", { type: "time", read, changed: set("start") });
    this.end = new EditorField(this.hours, "end", { type: "time", read, changed: set("end") });
    const percent = whole_number(10, 100);
    this.brightness = new EditorField(this.hours, "brightness", {
      type: "number",
      attributes: { min: "10", max: "100", step: "5", inputmode: "numeric" },
      read: percent,
      changed: (value) => set("brightness")(value / 100),
    });
    this.wrong = new EditorWrong(this.node);
  }

  paint(words, board) {
    put(this.title, words.say("boards.looks"));
    put(this.theme_label, words.say("boards.theme"));
    this.theme.paint(words.say("boards.theme"), board.theme, (theme) => words.say(`boards_theme.${theme}`));
    put(this.language_label, words.say("boards.language"));
    const spoken = (language) => words.say(`boards_language.${language || "browser"}`);
    this.language.paint(words.say("boards.language"), board.language, spoken);
    this.sound.paint(words.say("boards.sound"), board.sound);
    this.night.paint(words.say("boards.night"), Boolean(board.night));
    this.hours.hidden = !board.night;
    const wrong = board.night ? this.page.wrong_at("night") : "";
    const { start, end, brightness } = board.night ?? NIGHT;
    this.start.paint(words.say("boards.night.start"), start, Boolean(wrong));
    this.end.paint(words.say("boards.night.end"), end, Boolean(wrong));
    this.brightness.paint(words.say("boards.night.brightness"), Math.round(brightness * 100));
    this.wrong.paint(wrong);
  }
}
