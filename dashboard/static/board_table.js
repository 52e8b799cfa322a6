// How a table of queues fits its tile: how large its type, which columns, how many rows at once. Rows
// grow smaller down to the least that is read; what does not fit then takes turns.

// In the order in which they are given up when there is no room, the last one first.
const TABLE_RANK = [
  ...["waiting", "longest", "service", "ready", "abandoned", "talking", "not_ready"],
  ...["answered", "offered", "target", "acw", "day"],
];
const TABLE_ORDER = [
  ...["waiting", "longest", "service", "target", "offered", "answered", "abandoned"],
  ...["ready", "talking", "acw", "not_ready", "day"],
];
const TABLE_EXTRA = { target: 0.6, acw: 0.6, day: 0.3 }; // of less worth than the others, which are 1
const NAME_SHARE = 0.9; // of the size of the figures
const GAP_EM = 0.9; // between two columns
const ROOMY_EM = 2.6; // a row as high as this has no room to spare
const LEAST_NAME_EM = 5.5;
const MOST_U = 10; // what is larger than this is no table any more
const EDGES_U = 6.6; // what a tile and its rows keep free on both sides

// `room`: width, height, u and least in px. `widths`: of each column in em; `heads`: of their heads
// in em of the heads' own type, in one line and in two; `names`: what the rows are called; `noted`: whether
// a row has a line of its own for its state.
function table_plan(room, table) {
  let best = null;
  const most = Math.max(room.least, Math.min(MOST_U * room.u, room.height / 3));
  for (let font = most; ; font = Math.max(room.least, font * 0.93)) {
    for (const lines of [1, 2]) {
      for (const stacked of [false, true]) {
        for (const head_lines of [1, 2]) {
          const plan = planned(room, { font, lines, stacked, head_lines, ...table });
          if (plan && (!best || plan.worth > best.worth)) best = plan;
        }
      }
    }
    if (font <= room.least) return best;
  }
}

function planned(room, { font, lines, stacked, count, widths, heads, head_lines, names, noted }) {
  const head = (2.3 + 2.8 * head_lines) * room.u;
  const name_font = Math.max(room.least, font * NAME_SHARE);
  const name_height = lines * name_font * 1.16 + (noted ? 3.1 * room.u : 0);
  const height = (stacked ? name_height + font * 1.1 : Math.max(name_height, font * 1.1)) + font * 0.45;
  const rows = Math.min(Math.max(count, 1), Math.floor((room.height - head) / height));
  if (rows < 1) return null;
  const longest = Math.max(...names.map(em_width), 2);
  const least_name = lines === 1 ? longest : longest / 2 + 2;
  const wanted = stacked ? 0 : Math.min(Math.max(least_name, LEAST_NAME_EM) * name_font, room.width * 0.42);
  const columns = new Set();
  const across = room.width - EDGES_U * room.u;
  let left = across - wanted;
  for (const name of TABLE_RANK) {
    if (!(name in widths)) continue;
    const width = Math.max(widths[name] * font, heads[head_lines - 1][name] * 2.5 * room.u) + GAP_EM * font;
    if (width > left) break;
    left -= width;
    columns.add(name);
  }
  if (columns.size < 2) return null;
  const name_room = (stacked ? across : wanted + Math.max(0, left)) / name_font;
  const cut = names.some((name) => lines_in(name, name_room) > lines);
  const shown = worth_of([...columns]) / worth_of(Object.keys(widths));
  const filled = Math.min(1, (rows * font * ROOMY_EM) / (room.height - head)); // small type on an empty screen helps nobody
  let worth = 16 * (rows / Math.max(count, 1)) + 6 * shown + 2.4 * Math.log2(font / room.least);
  worth += 5 * filled;
  if (!cut) worth += 6;
  if (columns.size < 3) worth -= 8;
  if (columns.size < 4) worth -= 2;
  if (lines > 1) worth -= 0.4;
  if (stacked) worth -= rows < count ? 2 : 1.2; // rows of two lines are for where there is the height
  const order = TABLE_ORDER.filter((name) => columns.has(name));
  return { worth, font, name_font, lines, stacked, rows, columns: order, head, head_lines, height, wanted };
}

function worth_of(columns) {
  return columns.reduce((sum, name) => sum + (TABLE_EXTRA[name] ?? 1), 0);
}
