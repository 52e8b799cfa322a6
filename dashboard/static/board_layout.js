// Where the tiles of a page stand. They keep their order and fill the page in rows; each has the share
// of it that its size says, as far as no tile becomes too small for what it shows. Of all ways to break
// them into rows the one is taken in which the tiles come nearest to the proportions that suit them.

// Of each kind: the least width and height in `u` (1 % of the shorter side), what suits it (width /
// height), and how much of the two is figures, in lines of the least type: a tall screen's is larger.
const TILE_NEEDS = {
  waiting: [34, 20, 1.8, 0, 0],
  longest: [40, 20, 2, 0, 0],
  service_level: [41, 22, 2.6, 0, 0],
  counts: [40, 29, 1.5, -1, 4.6],
  agents: [46, 27, 1.8, 5, 4],
  trend: [53, 28, 2.6, 0, 0],
  queues: [84, 30, 4.6, 0, 0],
  queue: [49, 24, 1.8, 14, 1.2],
  notice: [42, 23, 2.8, 0, 2.4],
  alerts: [52, 20, 2.6, 6, 2.6],
  clock: [40, 18, 2.4, 0, 0],
};
const TILE_WEIGHTS = { waiting: 1.5, longest: 1.5, service_level: 1.1, trend: 0.9, counts: 0.9, agents: 0.9 };
const TOO_SMALL = 60; // how much worse a tile below its least size is than one of odd proportions
const TABLE_SHARE = 0.58; // of the page's height, at most, that a table may claim for its rows
const LEAST_ROWS = 4; // of a table, before the page is shown in turns
const MOST_TURNS = 4;
const UNEVEN = 30; // how much turns that hold more than others are disliked

// Tiles that do not all fit in their least size take turns: each turn holds some of them, in their order.
// Gives the turns, each a list of `{place, box}`: which tile, and its box in px.
// `room`: width, height, gap, u and least in px; `queues`: how many the board has; `row`: the least
// height of a row of a table, in px; `digits`: of the largest number of people, and
// whether some are `unreachable`.
function turns_of(tiles, room, contents) {
  const needs = tiles.map((tile, place) => ({ place, ...need_of(tile, room, contents) }));
  const known = new Map();
  for (let most = 1; ; most += 1) {
    const found = split(needs, room, most, known);
    if (found.fits || most === Math.min(MOST_TURNS, needs.length)) return found.turns;
  }
}

// The best way to show these in so many turns.
function split(needs, room, turns, known) {
  if (turns === 1) {
    const key = needs.map(({ place }) => place).join();
    if (!known.has(key)) known.set(key, arranged(needs, room));
    return known.get(key);
  }
  let best = null;
  for (let cut = 1; cut <= needs.length - turns + 1; cut += 1) {
    const one = split(needs.slice(0, cut), room, 1, known);
    const rest = split(needs.slice(cut), room, turns - 1, known);
    const shares = [needs.slice(0, cut), needs].map((some) => some.reduce((sum, need) => sum + need.share, 0));
    const cost = one.cost + rest.cost + UNEVEN * (shares[0] / shares[1] - 1 / turns) ** 2;
    if (best && cost >= best.cost) continue;
    best = { cost, fits: one.fits && rest.fits, turns: [...one.turns, ...rest.turns] };
  }
  return best;
}

function arranged(needs, room) {
  let best = null;
  for (let breaks = 0; breaks < 2 ** (needs.length - 1); breaks += 1) {
    const rows = [[]];
    needs.forEach((need, place) => {
      rows[rows.length - 1].push(need);
      if (place < needs.length - 1 && breaks & (1 << place)) rows.push([]);
    });
    const tried = rows_in(rows, room);
    if (!best || tried.cost < best.cost) best = tried;
  }
  return { cost: best.cost, fits: best.fits, turns: [best.boxes] };
}

function need_of(tile, room, { queues, row, digits, unreachable }) {
  const [wide, high, shape, letters, lines] = TILE_NEEDS[tile.kind] ?? TILE_NEEDS.queue;
  const larger = room.least / room.u - 2.5;
  let more = 0;
  if (tile.kind === "agents") more = Math.max(0, digits - 2) * 1.2 * (room.least / room.u) + (unreachable ? 8 : 0);
  const width = wide + letters * larger + more;
  const height = high + lines * larger;
  const size = tile.size ?? 1;
  const share = size * (TILE_WEIGHTS[tile.kind] ?? 1);
  const need = { width: width * room.u, height: height * room.u, shape, share };
  if (tile.kind !== "queues") return need;
  need.share = size * Math.min(2.4, Math.max(0.8, queues / 5));
  need.height = Math.max(need.height, 15.5 * room.u + Math.min(queues, LEAST_ROWS) * row);
  const wished = 15.5 * room.u + queues * row;
  need.wished = Math.max(need.height, Math.min(wished, TABLE_SHARE * room.height));
  need.shape = (125 * room.u) / need.wished;
  return need;
}

function rows_in(rows, room) {
  const heights = shared_out(
    room.height - room.gap * (rows.length - 1),
    rows.map((row) => row.reduce((sum, need) => sum + need.share, 0)),
    rows.map((row) => Math.max(...row.map((need) => need.height))),
    rows.map((row) => Math.max(...row.map((need) => need.wished ?? 0))),
  );
  const boxes = [];
  let cost = 0;
  let fits = true;
  let top = 0;
  rows.forEach((row, place) => {
    const height = heights[place];
    const widths = shared_out(
      room.width - room.gap * (row.length - 1),
      row.map((need) => need.share),
      row.map((need) => need.width),
    );
    let left = 0;
    row.forEach((need, column) => {
      const width = widths[column];
      boxes.push({ place: need.place, box: { left, top, width, height } });
      const odd = Math.log(width / height / need.shape);
      const small = Math.max(0, 1 - width / need.width) + Math.max(0, 1 - height / need.height);
      const short = need.wished ? Math.max(0, 1 - height / need.wished) : 0;
      cost += odd * odd * (0.5 + need.share / 4) + 16 * short;
      if (small > 0.005) {
        cost += 5 + small * TOO_SMALL;
        fits = false;
      }
      left += width + room.gap;
    });
    top += height + room.gap;
  });
  return { cost, fits, boxes };
}

// A length shared out by weight, nobody getting less than his least as long as there is enough; nor, if
// there is enough for that too, less than he wishes.
function shared_out(length, weights, least, wished = []) {
  const needed = least.reduce((sum, each) => sum + each, 0);
  if (needed >= length) return least.map((each) => (each * length) / needed);
  const spare = length - needed;
  const asked = least.map((each, place) => Math.max(0, (wished[place] ?? 0) - each));
  const more = asked.reduce((sum, each) => sum + each, 0);
  const floors = least.map((each, place) => each + (more ? asked[place] * Math.min(1, spare / more) : 0));
  const poor = new Set();
  for (;;) {
    let rest = length;
    let weight = 0;
    weights.forEach((each, place) => {
      if (poor.has(place)) rest -= floors[place];
      else weight += each;
    });
    const short = weights.findIndex(
      (each, place) => !poor.has(place) && (rest * each) / weight < floors[place] - 1e-6,
    );
    if (short < 0) return weights.map((each, i) => (poor.has(i) ? floors[i] : (rest * each) / weight));
    poor.add(short);
  }
}
