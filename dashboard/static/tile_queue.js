// One queue as a tile of its own.

class QueueTile extends BoardTile {
  build(parent) {
    this.waiting = this.cell(parent, "waiting");
    this.longest = this.cell(parent, "longest");
    this.service = this.cell(parent, "service");
    this.level = new LevelBar(this.service.node);
    this.people = make("div", "queue-people", parent);
    this.chips = ["ready", "talking", "not_ready"].map((state) => {
      const chip = make("p", "chip", this.people, { "data-agents": state });
      sign(chip, STATE_SHAPES[state]);
      const count = text(make("b", "count value", chip));
      return { state, chip, count, word: text(make("span", "note", chip)) };
    });
  }

  cell(parent, name) {
    const node = make("div", `figure ${name}`, parent);
    const label = text(make("span", "note", node));
    const line = make("p", "line", node);
    const form = sign(line, "triangle");
    return { node, label, form, value: text(make("b", "value", line)) };
  }

  show(view) {
    const { words, now, board } = view;
    const id = this.tile.queue;
    const queue = view.body?.queues?.[id] ?? {};
    const limits = board.limits ?? {};
    const longest_ms = longest_of(queue, now);
    this.name(words.name(queue.names, id));
    mark(this.node, "data-queue", id);
    const goal = promise(queue, words);
    const level = verdict(queue.service_level, queue.goal);
    this.write(this.waiting, words.say("queue.waiting"), words.count(queue.waiting), limit_of(queue.waiting, limits.waiting));
    this.write(this.longest, words.say("queue.longest"), words.wait(longest_ms), wait_limit(longest_ms, queue.target_ms, limits.longest_ms));
    this.write(this.service, goal || words.say("service_level"), words.kept(queue.service_level), level);
    mark(this.node, "data-service", level);
    this.level.paint(queue.service_level, queue.goal);
    for (const { state, chip, word, count } of this.chips) {
      put(word, words.say(`agent.${state}`));
      put(count, words.count(queue.agents?.[state]));
      mark(chip, "data-none", String(!queue.agents?.[state]));
    }
    this.fit();
  }

  write(cell, label, value, level) {
    put(cell.label, label);
    put(cell.value, value);
    mark(cell.node, "data-level", level);
    mark(cell.form, "data-shape", level === "bad" ? "octagon" : "triangle");
  }

  // Three figures side by side, in the largest type that they all fit in.
  fit() {
    const { width, u, least } = this.size;
    const height = this.size.height - this.extra;
    const chips = height > 30 * u;
    const room = width - 9 * u;
    const taken = (size) =>
      [this.waiting, this.longest, this.service].reduce((sum, { node, label, value }) => {
        const signed = ["warn", "bad", "below"].includes(node.dataset.level);
        const figure = Math.max(1.2, em_width(value.data)) * size + (signed ? 3.4 * u : 0);
        return sum + Math.max(figure, em_width(label.data) * 2.5 * u);
      }, 0);
    let size = Math.min(height - (chips ? 22 : 14) * u, 14 * u);
    while (size > least && taken(size) > room) size *= 0.95;
    this.people.hidden = !chips;
    this.fit_people(width - 4.6 * u, Math.max(least, 3 * u), u);
    this.body.style.setProperty("--size", `${Math.max(least, size).toFixed(1)}px`);
  }

  // As many of them as there is room for, the most telling first.
  fit_people(room, size, u) {
    let left = room;
    this.people.style.fontSize = `${size.toFixed(1)}px`;
    for (const { chip, count, word } of this.chips) {
      left -= (em_width(count.data) + 1.4) * size + (em_width(word.data) * 2.5 + 2) * u;
      chip.hidden = left < -2 * u;
    }
  }
}
