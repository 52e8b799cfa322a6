// Where the tiles of a page stand. They keep their order and fill the page in rows; each has the share
// of it that its size says, as far as no tile becomes too small for what it shows. Of all ways to break
// them into rows the one is taken in which the tiles come nearest to the proportions that suit them.

// Of each kind: the least width and height in `u` (1 % of the shorter side), and what suits it: width / height.
const TILE_NEEDS = {
  waiting: [28, 19, 1.9],
  longest: [36, 19, 2.3],
  service_level: [42, 22, 2.4],
  counts: [44, 21, 2],
  agents: [46, 24, 1.8],
  trend: [56, 24, 2.8],
  queues: [84, 26, 3.2],
  queue: [42, 24, 1.7],
  notice: [40, 18, 2.8],
  alerts: [52, 18, 2.6],
  clock: [36, 18, 2.4],
};
const TOO_SMALL = 60; // how much worse a tile below its least size is than one of odd proportions
const TABLE_SHARE = 0.56; // of the page's height, at most, that a table may claim for its rows

// `room`: width, height, gap and u in px; `queues`: how many the board has; `row`: the least height of
// a row of a table, in px. Gives a box in px for each tile.
function boxes_of(tiles, room, { queues, row }) {
  const needs = tiles.map((tile) => need_of(tile, room, { queues, row }));
  let best = null;
  for (let breaks = 0; breaks < 2 ** (tiles.length - 1); breaks += 1) {
    const rows = [[]];
    needs.forEach((need, place) => {
      rows[rows.length - 1].push(need);
      if (place < needs.length - 1 && breaks & (1 << place)) rows.push([]);
    });
    const tried = rows_in(rows, room);
    if (!best || tried.cost < best.cost) best = tried;
  }
  return best.boxes;
}

function need_of(tile, room, { queues, row }) {
  const [width, height, shape] = TILE_NEEDS[tile.kind] ?? TILE_NEEDS.queue;
  const size = tile.size ?? 1;
  const need = { width: width * room.u, height: height * room.u, shape, share: size };
  if (tile.kind !== "queues") return need;
  need.share = size * Math.min(2.4, Math.max(0.8, queues / 5));
  const asked = 9 * room.u + queues * row;
  need.height = Math.min(Math.max(need.height, asked), TABLE_SHARE * room.height);
  return need;
}

function rows_in(rows, room) {
  const heights = shared_out(
    room.height - room.gap * (rows.length - 1),
    rows.map((row) => row.reduce((sum, need) => sum + need.share, 0)),
    rows.map((row) => Math.max(...row.map((need) => need.height))),
  );
  const boxes = [];
  let cost = 0;
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
      boxes.push({ left, top, width, height });
      const odd = Math.log(width / height / need.shape);
      const small = Math.max(0, 1 - width / need.width) + Math.max(0, 1 - height / need.height);
      cost += odd * odd * (0.5 + need.share / 4) + (small > 0.005 ? 1 + small * TOO_SMALL : 0);
      left += width + room.gap;
    });
    top += height + room.gap;
  });
  return { cost, boxes };
}

// A length shared out by weight, nobody getting less than his least as long as there is enough.
function shared_out(length, weights, least) {
  const needed = least.reduce((sum, each) => sum + each, 0);
  if (needed >= length) return least.map((each) => (each * length) / needed);
  const poor = new Set();
  for (;;) {
    let rest = length;
    let weight = 0;
    weights.forEach((each, place) => {
      if (poor.has(place)) rest -= least[place];
      else weight += each;
    });
    const short = weights.findIndex(
      (each, place) => !poor.has(place) && (rest * each) / weight < least[place],
    );
    if (short < 0) return weights.map((each, i) => (poor.has(i) ? least[i] : (rest * each) / weight));
    poor.add(short);
  }
}
