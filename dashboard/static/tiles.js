// What all tiles are made of: a label, what they show, a foot, and how alive what they show is.

const AGENT_STATES = ["ready", "talking", "hold", "ringing", "acw", "not_ready", "unreachable"];
const QUEUE_STATES = new Set(["live", "late", "stale", "unknown"]);
const FRESHNESS = ["live", "late", "stale", "unknown"]; // from the best to the worst
const LEVEL_SHAPES = { fine: "disc", warn: "triangle", bad: "octagon", met: "disc", below: "triangle" };

// A shape of the design system. It never stands for a meaning without a word, or a head with one.
function sign(parent, form = "disc") {
  return make("i", "fw-shape", parent, { "data-shape": form, "aria-hidden": "true" });
}

class BoardTile {
  constructor(parent, tile) {
    this.tile = tile;
    this.size = { width: 0, height: 0, u: 1, least: 1 };
    this.node = make("section", "tile", parent, { "data-kind": tile.kind });
    const head = make("header", "tile-head", this.node);
    this.label = text(make("h2", "label", head));
    this.state = make("p", "fresh", head);
    this.state_sign = sign(this.state);
    this.state_words = text(make("span", "", this.state));
    this.body = make("div", "tile-body", this.node);
    this.build(this.body);
  }

  // `size`: the tile's width and height, `u`, `least` and the inner room, in px.
  place(box, { u, least }) {
    this.size = { width: box.width, height: box.height, u, least };
    const { style } = this.node;
    mark(this.node, "data-wide", String(box.width > box.height * 2.3));
    style.left = `${box.left.toFixed(2)}px`;
    style.top = `${box.top.toFixed(2)}px`;
    style.width = `${box.width.toFixed(2)}px`;
    style.height = `${box.height.toFixed(2)}px`;
  }

  // The queues that it speaks of: one, or all of the board.
  queues_in(view) {
    const { queue } = this.tile;
    return queue ? view.queues.filter(([id]) => id === queue) : view.queues;
  }

  // The sums that it shows, and how to call them.
  figures_in(view) {
    const { queue } = this.tile;
    if (!queue) return view.body?.totals ?? {};
    return view.body?.queues?.[queue] ?? {};
  }

  // A label may take two lines, and stand apart from a loud state: `extra` is what that takes from the rest.
  name(words) {
    put(this.label, words);
    const { width, u } = this.size;
    const room_em = (width - 4.4 * u) / (3.4 * u);
    const state_em = this.tells_below ? 3 : ((em_width(this.state_words.data) + 2) * 2.5) / 3.4;
    const apart = width > 0 && !this.tells_below && em_width(words) > room_em - state_em && this.state.dataset.loud === "true";
    const lines = width ? Math.min(2, lines_in(words, Math.max(4, apart ? room_em : room_em - state_em))) : 1;
    mark(this.node, "data-apart", String(apart));
    this.extra = (lines - 1 + (apart ? 1 : 0)) * 4.1 * u;
    this.node.style.setProperty("--more", `${this.extra.toFixed(1)}px`);
  }

  title(words, view) {
    const { queue } = this.tile;
    return queue ? `${words} · ${view.words.name(view.body?.queues?.[queue]?.names, queue)}` : words;
  }

  paint(view) {
    const fresh = this.freshness(view);
    const loud = fresh.state !== "live";
    mark(this.node, "data-state", fresh.state);
    mark(this.state, "data-loud", String(loud));
    mark(this.state_sign, "data-shape", loud ? "triangle" : "disc");
    put(this.state_words, fresh_words(fresh, view.words));
    this.show(view, fresh);
  }

  freshness(view) {
    return freshness_of(this.queues_in(view).map(([, queue]) => queue), view);
  }
}

// How alive figures are that come from these queues: the worst of them counts.
function freshness_of(queues, { body, now, link }) {
  if (link === "connecting" || !body) return { state: "unknown" };
  if (link !== "live") return { state: "stale", since: now };
  let worst = 0;
  let since;
  let heard;
  for (const queue of queues) {
    const rank = QUEUE_STATES.has(queue.state) ? FRESHNESS.indexOf(queue.state) : FRESHNESS.length - 1;
    if (rank > worst) since = undefined;
    if (rank >= worst) since = Math.min(since ?? Infinity, queue.state_since ?? Infinity);
    worst = Math.max(worst, rank);
    heard = Math.min(heard ?? Infinity, body.feeds?.[queue.feed]?.heard_at ?? Infinity);
  }
  return { state: FRESHNESS[worst], since, age_ms: now - (queues.length ? heard : body.at) };
}

function fresh_words({ state, since, age_ms }, words) {
  if (state === "live") {
    return Number.isFinite(age_ms) ? words.say("fresh.age", { seconds: aged(age_ms, words) }) : words.say("state.live");
  }
  return stopped_words(state, words.hour_minute(since), words);
}

// "Stale since 14:02"; of what never lived there is no since.
function stopped_words(state, time, words) {
  return time === NOTHING ? words.say(`state.${state}`) : words.say(`stopped.${state}`, { time });
}

function aged(ms, words) {
  return words.count(Math.max(0, Math.floor(ms / 1000)));
}

// "Stale since 10:31:07"; of what we cannot see ourselves we do not say that it is live.
function told(state, since, { words, live }) {
  if (state === "live") return live ? words.say("state.live") : NOTHING;
  return stopped_words(state, words.time(since), words);
}

// "80/20 s": what the percentage is held against is never left to be guessed.
function promise(figures, words) {
  if (!Number.isFinite(figures.target_ms)) return "";
  const goal = words.whole_percent(figures.goal);
  return words.say("target", { goal, seconds: words.whole_seconds(figures.target_ms) });
}

// What all of these queues have in common, if they do.
function in_common(queues, key) {
  const values = new Set(queues.map(([, queue]) => queue[key]));
  return values.size === 1 ? [...values][0] : undefined;
}

function verdict(part, goal) {
  if (!Number.isFinite(part) || !Number.isFinite(goal)) return "none";
  return part >= goal ? "met" : "below";
}

// fine, warn or bad: by the board's limits. Without limits nothing is said.
function limit_of(value, limits) {
  if (!limits || !Number.isFinite(value)) return "none";
  if (value >= limits[1]) return "bad";
  return value >= limits[0] ? "warn" : "fine";
}

// What nobody tells us any more does not go on growing.
function longest_of(queue, now) {
  if (!Number.isFinite(queue.longest_since)) return NaN;
  const state = QUEUE_STATES.has(queue.state) ? queue.state : "live";
  const stopped = state === "stale" || state === "unknown";
  return (stopped && queue.state_since ? Math.min(now, queue.state_since) : now) - queue.longest_since;
}

// A wait without limits of the board's own warns beyond what was promised.
function wait_limit(longest_ms, target_ms, limits) {
  if (limits) return limit_of(longest_ms, limits);
  if (!Number.isFinite(longest_ms) || !Number.isFinite(target_ms)) return "none";
  return longest_ms > target_ms ? "warn" : "fine";
}
