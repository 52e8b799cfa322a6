// The counts of the day, and the people by what they do: each distinct person once.

const DAY_COUNTS = ["offered", "answered", "abandoned", "overflowed", "dropped", "asa"];

class CountsTile extends BoardTile {
  build(parent) {
    this.counts = DAY_COUNTS.map((name) => {
      const node = make("div", `count ${name}`, parent);
      const label = text(make("span", "note", node));
      const line = make("p", "line", node);
      const value = text(make("b", "value", line));
      return { name, label, value, part: text(make("span", "part note", line)) };
    });
  }

  show(view) {
    const { words } = view;
    const figures = this.figures_in(view);
    put(this.label, this.title(words.say("tile.counts"), view));
    let em = 4;
    for (const { name, label, value, part } of this.counts) {
      const count = name === "dropped" ? figures.dropped_waiting + figures.dropped_talking : figures[name];
      const said = name === "asa" ? words.wait(figures.asa_ms) : words.count(count);
      put(label, words.say(`queue.${name}`));
      put(value, said);
      const share = name === "abandoned" ? words.share(figures.abandon_rate) : "";
      put(part, share === NOTHING ? "" : share);
      em = Math.max(em, em_width(said));
    }
    const { width, height, u, least } = this.size;
    const room = { width: width - 6 * u, height: height - 10.5 * u };
    const grid = count_grid(room, { em, u });
    const most = Math.min(grid.size, 9 * u);
    this.body.style.setProperty("--columns", String(grid.columns));
    this.body.style.setProperty("--size", `${Math.max(least, most).toFixed(1)}px`);
    mark(this.body, "data-parts", String(grid.wide));
  }
}

// Labels have a size of their own, so this is not only a matter of proportion.
function count_grid({ width, height }, { em, u }) {
  let best = { columns: 1, size: 0 };
  for (const columns of [1, 2, 3, 6]) {
    const cell = { width: width / columns - 2 * u, height: (height / DAY_COUNTS.length) * columns - 1.2 * u };
    const size = Math.min(cell.width / em, (cell.height - 3.2 * u) / 1.1, cell.width < 13 * u ? 0 : Infinity);
    if (size > best.size) best = { columns, size, wide: cell.width > em * Math.min(size, 9 * u) + 9 * u };
  }
  return best;
}

class AgentsTile extends BoardTile {
  build(parent) {
    this.bar = make("div", "people-bar", parent, { "aria-hidden": "true" });
    this.list = make("div", "people", parent);
    this.chips = AGENT_STATES.map((state) => {
      const part = make("i", "", this.bar, { "data-agents": state });
      const chip = make("p", "chip", this.list, { "data-agents": state });
      sign(chip, AGENT_SHAPES[state]);
      const word = text(make("span", "word note", chip));
      return { state, part, chip, word, count: text(make("b", "count value", chip)) };
    });
  }

  show(view) {
    const { words } = view;
    const { agents } = this.figures_in(view);
    const known = AGENT_STATES.map((state) => agents?.[state]).filter(Number.isFinite);
    const all = known.reduce((sum, count) => sum + count, 0);
    put(this.label, this.title(words.say("tile.agents", { count: words.count(agents ? all : NaN) }), view));
    let em = 0;
    let shown = 0;
    for (const { state, part, chip, word, count } of this.chips) {
      const number = agents?.[state];
      mark(chip, "data-none", String(!number));
      chip.hidden = state === "unreachable" && !number;
      part.style.flexGrow = String(number || 0);
      part.hidden = !number;
      const name = words.say(`agent.${state}`);
      put(word, name);
      put(count, words.count(number));
      if (chip.hidden) continue;
      shown += 1;
      em = Math.max(em, em_width(name) * 0.8 + Math.max(1.8, em_width(words.count(number))) + 1.8);
    }
    const { width, height, u, least } = this.size;
    const room = { width: width - 5 * u, height: height - 15 * u };
    const grid = grid_in(shown, { ...room, em, lines: 1.3 });
    this.list.style.setProperty("--columns", String(grid.columns));
    this.list.style.setProperty("--size", `${Math.max(least, Math.min(grid.size, 6 * u)).toFixed(1)}px`);
  }
}
