// The counts of the day, and the people by what they do: each distinct person once.

const DAY_COUNTS = ["offered", "answered", "abandoned", "overflowed", "dropped", "asa"];

class CountsTile extends BoardTile {
  build(parent) {
    this.counts = DAY_COUNTS.map((name) => {
      const node = make("div", `count ${name}`, parent);
      const label = text(make("span", "note", node));
      const line = make("p", "line", node);
      const value = text(make("b", "value", line));
      return { name, label, value, share: text(make("span", "share note", line)) };
    });
  }

  show(view) {
    const { words } = view;
    const figures = this.figures_in(view);
    this.name(this.title(words.say("tile.counts"), view));
    let em = 2.4;
    let head = 0;
    for (const { name, label, value, share } of this.counts) {
      const count = name === "dropped" ? figures.dropped_waiting + figures.dropped_talking : figures[name];
      const said = name === "asa" ? words.wait(figures.asa_ms) : words.count(count);
      put(label, words.say(`queue.${name}`));
      put(value, said);
      const part = name === "abandoned" ? words.share(figures.abandon_rate) : "";
      put(share, part === NOTHING ? "" : part);
      head = Math.max(head, em_width(label.data));
      em = Math.max(em, em_width(said));
    }
    const { width, height, u, least } = this.size;
    const room = { width: width - 4.6 * u, height: height - 10.5 * u - this.extra };
    const grid = count_grid(room, { em, head, u });
    const most = Math.min(grid.size, 9 * u);
    this.body.style.setProperty("--columns", String(grid.columns));
    this.body.style.setProperty("--size", `${Math.max(least, most).toFixed(1)}px`);
    mark(this.body, "data-shares", String(grid.wide));
  }
}

// Labels have a size of their own, so this is not only a matter of proportion.
function count_grid({ width, height }, { em, head, u }) {
  let best = { columns: 2, size: 0 };
  for (const columns of [1, 2, 3, 6]) {
    const cell = { width: (width - (columns - 1) * 2 * u) / columns, height: (height / DAY_COUNTS.length) * columns - 1.2 * u };
    const size = Math.min(cell.width / em, (cell.height - 3.2 * u) / 1.1, cell.width < head * 2.5 * u ? 0 : Infinity);
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
      sign(chip, STATE_SHAPES[state]);
      const count = text(make("b", "count value", chip));
      return { state, part, chip, count, word: text(make("span", "word note", chip)) };
    });
  }

  show(view) {
    const { words } = view;
    const { agents } = this.figures_in(view);
    const known = AGENT_STATES.map((state) => agents?.[state]).filter(Number.isFinite);
    const all = known.reduce((sum, count) => sum + count, 0);
    this.name(this.title(words.say("tile.agents", { count: words.count(agents ? all : NaN) }), view));
    let em = 0;
    let shown = 0;
    let widest = 1.2;
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
      widest = Math.max(widest, em_width(words.count(number)));
      em = Math.max(em, em_width(name) * 0.8);
    }
    const fit = people_fit(shown, { ...this.size, height: this.size.height - this.extra, widest, name: em / 0.8 });
    this.list.style.setProperty("--widest", `${widest.toFixed(2)}em`);
    this.list.style.setProperty("--columns", String(fit.columns));
    this.list.style.setProperty("--size", `${fit.size.toFixed(1)}px`);
    this.list.style.setProperty("--word", `${fit.word.toFixed(1)}px`);
  }
}

// A sign, a number and a word in each cell; the number is a figure, the word may be smaller.
function people_fit(count, { width, height, u, least, widest, name }) {
  let best = { columns: 1, size: least, word: 2.5 * u, worth: -Infinity };
  for (const columns of [1, 2, 3, 4]) {
    const cell = (width - 5 * u - (columns - 1) * 2 * u) / columns;
    const row = (height - 14 * u) / Math.ceil(count / columns);
    const word_least = 2.5 * u;
    const size = Math.min(row / 1.18, 7 * u, (cell - name * word_least) / (widest + 1.5));
    const word = Math.min(0.85 * size, (cell - (widest + 1.5) * size) / name);
    const worth = size < least ? size - 1000 : size + word;
    if (worth > best.worth) best = { columns, size: Math.max(least, size), word: Math.max(word_least, word), worth };
  }
  return best;
}
