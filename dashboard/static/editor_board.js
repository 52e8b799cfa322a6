// A board as the editor holds it: every key given, so that it can be compared and written back.

const KINDS_OF_ONE = new Set(["waiting", "longest", "service_level", "counts", "agents", "trend", "queue"]);
const TILE_KINDS = [
  ...["waiting", "longest", "service_level", "counts", "agents", "trend"],
  ...["queues", "queue", "notice", "alerts", "clock"],
];
const BOARD_MOST = { pages: 12, tiles: 12, name: 200 };
const PAGE_SECONDS = 20;
const STEP_MS = 1200;
const STEPS_KEPT = 200;
const NIGHT = { start: "21:00", end: "07:00", brightness: 0.4 };

// With every default filled in; a copy.
function filled_board(board) {
  const { id = "", names = {}, queues = [], pages = [], limits = {}, night = null } = board;
  return {
    id,
    names: { zh: names.zh ?? "", en: names.en ?? "" },
    queues: [...queues],
    pages: pages.map(({ tiles = [], seconds = PAGE_SECONDS }) => ({
      tiles: tiles.map(({ kind, size = 1, queue = "" }) => ({ kind, size, queue })),
      seconds,
    })),
    language: board.language ?? "",
    theme: board.theme ?? "dark",
    limits: { waiting: pair_of(limits.waiting), longest_ms: pair_of(limits.longest_ms) },
    night: night && { ...NIGHT, ...night },
    sound: board.sound ?? true,
  };
}

function pair_of(limits) {
  return limits ? [limits[0], limits[1]] : null;
}

// As the server takes it: without what says nothing.
function sent_board(board) {
  const { id, names, night, limits, ...rest } = board;
  const sent = { ...rest, names: {}, limits: {} };
  if (id) sent.id = id;
  for (const language of ["zh", "en"]) {
    if (names[language].trim()) sent.names[language] = names[language].trim();
  }
  for (const key of ["waiting", "longest_ms"]) {
    if (limits[key]) sent.limits[key] = limits[key];
  }
  if (night) sent.night = night;
  return sent;
}

function same_board(one, other) {
  return JSON.stringify(sent_board(one)) === JSON.stringify(sent_board(other));
}

// What the server would refuse, by the field that it stands in: the word of the refusal.
function mistakes_of(board) {
  const found = new Map();
  if (!board.names.zh.trim() && !board.names.en.trim()) found.set("names", "no_name");
  for (const key of ["waiting", "longest_ms"]) {
    const limits = board.limits[key];
    if (limits && limits[0] > limits[1]) found.set(`limits.${key}`, "not_rising");
  }
  if (board.night && board.night.start === board.night.end) found.set("night", "no_night");
  board.pages.forEach(({ tiles }, page) => {
    if (!tiles.length) found.set(`pages[${page}]`, "no_tiles");
    tiles.forEach(({ kind, queue }, place) => {
      const field = `pages[${page}].tiles[${place}]`;
      if (kind === "queue" && !queue) found.set(field, "no_queue");
      else if (queue && board.queues.length && !board.queues.includes(queue)) found.set(field, "not_here");
    });
  });
  return found;
}

// What one may begin with. `first` is the queue to show where one is shown.
const TEMPLATES = {
  overview: () => ({
    pages: [page_of(["waiting"], ["longest"], ["service_level", 2], ["trend", 3], ["counts", 2], ["agents", 2], ["queues", 4])],
  }),
  big: (first) => ({
    pages: [page_of(["waiting", 4, first], ["longest", 4, first], ["service_level", 4, first], ["agents", 2, first], ["notice", 2])],
    queues: first ? [first] : [],
  }),
  rotating: () => ({
    pages: [
      page_of(["waiting"], ["longest"], ["service_level"], ["queues", 4]),
      page_of(["trend", 4], ["counts", 2], ["agents", 2], ["notice", 2]),
    ],
  }),
  portrait: () => ({
    pages: [page_of(["clock"], ["service_level", 2], ["waiting", 2], ["longest", 2], ["agents", 2], ["queues", 4], ["notice"])],
  }),
};

function page_of(...tiles) {
  return { tiles: tiles.map(([kind, size = 1, queue = ""]) => ({ kind, size, queue })) };
}

// Steps back and forth. What is typed in one go (`key`) is one step.
class BoardSteps {
  constructor(board) {
    this.steps = [JSON.stringify(board)];
    this.at = 0;
    this.key = "";
    this.since = 0;
  }

  take(board, key = "") {
    const text = JSON.stringify(board);
    if (text === this.steps[this.at]) return;
    const now = performance.now();
    const goes_on = key && key === this.key && now - this.since < STEP_MS && this.at > 0;
    this.steps.length = this.at + 1;
    if (goes_on) this.steps[this.at] = text;
    else this.steps.push(text);
    if (this.steps.length > STEPS_KEPT) this.steps.shift();
    this.at = this.steps.length - 1;
    this.key = key;
    this.since = now;
  }

  can(by) {
    return this.at + by >= 0 && this.at + by < this.steps.length;
  }

  go(by) {
    if (this.can(by)) this.at += by;
    this.key = "";
    return JSON.parse(this.steps[this.at]);
  }
}
