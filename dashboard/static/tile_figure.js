// One large figure: how many wait, how long the first has, how much of the promise was kept.

class FigureTile extends BoardTile {
  build(parent) {
    this.tells_below = true; // what is wrong with it stands in its foot, which has more room
    this.figure = make("b", "hero value", parent);
    this.figure_words = text(this.figure);
    this.foot = make("footer", "tile-foot", this.node);
    this.verdict = make("p", "verdict", this.foot);
    this.verdict_sign = sign(this.verdict);
    this.verdict_words = text(make("span", "", this.verdict));
    this.note = text(make("p", "note", this.foot));
  }

  // `like` is the widest that is usual: the type does not jump from one second to the next.
  show_figure(words, like) {
    put(this.figure_words, words);
    this.figure.style.setProperty("--em", Math.max(em_width(words), em_width(like)).toFixed(2));
  }

  judge(level, words, note = "") {
    mark(this.node, "data-level", level);
    this.verdict.hidden = !words;
    if (words) mark(this.verdict_sign, "data-shape", LEVEL_SHAPES[level]);
    put(this.verdict_words, words);
    put(this.note, note);
    const { width, u } = this.size;
    const long = (words ? em_width(words) + 1.7 : 0) + em_width(note) > (width / u - 5) / 3;
    this.node.style.setProperty("--foot", long && words && note && this.node.dataset.state === "live" ? "3.6" : "0");
  }
}

class WaitingTile extends FigureTile {
  show(view) {
    const { words } = view;
    const { waiting } = this.figures_in(view);
    const limits = view.board.limits?.waiting;
    const level = limit_of(waiting, limits);
    this.name(this.title(words.say("queue.waiting"), view));
    this.show_figure(words.count(waiting), "00");
    mark(this.node, "data-none", String(waiting === 0));
    const ready = `${words.say("agent.ready")} ${words.count(this.figures_in(view).agents?.ready)}`;
    if (level === "none") this.judge(level, "", ready);
    else this.judge(level, words.say(`level.${level}`), limit_words(level, limits, (n) => words.count(n), words));
  }
}

class LongestTile extends FigureTile {
  show(view) {
    const { words } = view;
    const figures = this.figures_in(view);
    const longest_ms = longest_of(figures, view.now);
    const target_ms = figures.target_ms ?? in_common(this.queues_in(view), "target_ms");
    const limits = view.board.limits?.longest_ms;
    const level = wait_limit(longest_ms, target_ms, limits);
    this.name(this.title(words.say("queue.longest"), view));
    this.show_figure(words.wait(longest_ms), "0:00");
    mark(this.node, "data-over", String(level === "warn" || level === "bad"));
    const said = level === "none" ? "" : words.say(`level.${level}`);
    this.judge(level, said, limit_words(level, limits ?? [target_ms], (ms) => words.wait(ms), words));
  }
}

// "from 5 on": what the word is held against.
function limit_words(level, limits, written, words) {
  if (level === "none") return "";
  return words.say("level.from", { limit: written(limits[level === "bad" ? 1 : 0]) });
}

class ServiceTile extends FigureTile {
  build(parent) {
    super.build(parent);
    this.level = new LevelBar(this.node);
    this.node.append(this.foot);
  }

  show(view) {
    const { words } = view;
    const figures = this.figures_in(view);
    const queues = this.queues_in(view);
    const held = {};
    for (const key of ["target_ms", "variant", "goal"]) held[key] = figures[key] ?? in_common(queues, key);
    const level = verdict(figures.service_level, held.goal);
    this.name(this.title(words.say("service_level"), view));
    this.show_figure(words.kept(figures.service_level), "00.0%");
    mark(this.node, "data-service", level);
    const named = held.target_ms !== undefined && held.variant !== undefined;
    const variant = named ? words.say(`variant.${held.variant}`) : "";
    const note = named ? `${promise(held, words)} · ${variant}` : words.say("target.mixed");
    this.judge(level, level === "none" ? "" : words.say(`goal.${level}`), note);
    this.level.paint(figures.service_level, held.goal);
  }
}

// How far the service level is from what was promised: a bar, and a tick at the goal.
class LevelBar {
  constructor(parent) {
    this.node = make("div", "level", parent, { "aria-hidden": "true" });
    this.fill = make("i", "fill", this.node);
    this.goal = make("i", "goal", this.node);
  }

  paint(part, goal) {
    const known = Number.isFinite(part);
    this.fill.style.width = `${known ? (Math.min(1, Math.max(0, part)) * 100).toFixed(1) : 0}%`;
    this.goal.hidden = !Number.isFinite(goal);
    if (!this.goal.hidden) this.goal.style.left = `${(goal * 100).toFixed(1)}%`;
  }
}

class ClockTile extends FigureTile {
  show(view) {
    const { words } = view;
    this.name(words.name(view.body?.site?.names, view.body?.site?.id ?? words.say("product")));
    this.show_figure(words.hour_minute(view.clock), "00:00");
    this.judge("none", "", words.day(view.clock));
  }

  freshness(view) {
    return freshness_of([], view);
  }
}
