// The few buttons of a wall. A television never shows them: they come when somebody stirs.

const WALL_DOORS = [
  { name: "console", path: "floor", roles: ["supervisor", "manager", "admin"] },
  { name: "editor", path: "boards", roles: ["manager", "admin"] },
];

class WallControls {
  // `act`: what a press does, by name; `bell` joins them.
  constructor(parent, act) {
    this.node = make("nav", "controls", parent);
    this.boards = make("select", "boards", this.node);
    this.boards.addEventListener("change", () => act.board(this.boards.value));
    this.wanted = false; // who reaches for the boards is told which there are
    for (const kind of ["pointerenter", "pointerdown", "focus"]) {
      this.boards.addEventListener(kind, () => {
        this.wanted = true;
      });
    }
    this.bell = new Bell(this.node);
    this.theme = this.button("theme", () => act.theme());
    this.full = this.button("full", () => turn_full());
    this.full.node.hidden = !document.fullscreenEnabled;
    this.language = this.button("language", () => act.language());
    this.doors = WALL_DOORS.map(({ name, path, roles }) => {
      const node = make("a", name, this.node, { href: at(path).href, hidden: "" });
      return { name, roles, node, words: text(node) };
    });
    this.known = "";
    this.left = ({ key }) => key === "Escape" && document.fullscreenElement && turn_full();
    window.addEventListener("keydown", this.left);
  }

  stop() {
    window.removeEventListener("keydown", this.left);
    this.bell.stop();
  }

  button(name, pressed) {
    const node = make("button", name, this.node, { type: "button" });
    node.addEventListener("click", pressed);
    return { node, words: text(node) };
  }

  // Which boards there are, as far as we know; `board` is the one that shows.
  offer(boards, board, words) {
    const { id } = board;
    const others = boards.filter((each) => each.id !== id);
    const entries = [board, ...others].map((each) => [each.id, words.name(each.names, each.id)]);
    const known = JSON.stringify([entries, id]);
    if (known === this.known) return;
    this.known = known;
    this.boards.replaceChildren();
    for (const [value, name] of entries) make("option", "", this.boards, { value }).textContent = name;
    this.boards.value = id;
    this.doors.find(({ name }) => name === "editor").node.href = at("boards", { board: id }).href;
  }

  // What else whoever stands here may open; a television may nothing.
  open_doors(role) {
    for (const { node, roles } of this.doors) node.hidden = !roles.includes(role);
  }

  paint({ words, theme, incidents, now, live }) {
    put(this.language.words, words.say("language.other"));
    mark(this.language.node, "lang", words.next_language);
    put(this.theme.words, words.say(theme === "dark" ? "wall.light" : "wall.dark"));
    put(this.full.words, words.say(document.fullscreenElement ? "wall.window" : "wall.full"));
    for (const { name, words: said } of this.doors) put(said, words.say(`wall_door.${name}`));
    mark(this.boards, "aria-label", words.say("wall.board"));
    mark(this.node, "aria-label", words.say("wall.controls"));
    this.bell.paint(incidents, { words, now, live });
  }
}

function turn_full() {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  else document.documentElement.requestFullscreen().catch(() => {});
}
