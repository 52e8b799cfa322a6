// How soon a change of traffic can be told from chance, at best (alerts/bounds.py, the same formula):
//     delay = (ln n0 + c) / I

const WEEK_H = 168;
const ROUNDS = 6;

function information(ratio) {
  return ratio * Math.log(ratio) - ratio + 1;
}

// Where the test that knows `ratio` alarms falsely once in so many calls.
function cusum_threshold(calls, ratio) {
  const found = information(ratio);
  const lost = Math.abs(ratio - 1 - Math.log(ratio));
  const up = ratio > 1;
  const grown = up ? lost ** 2 / found : found;
  const spread = (Math.log(ratio) / lost) ** 2 / 2;
  let level = Math.log(calls * grown);
  for (let round = 0; round < ROUNDS; round += 1) {
    const idle = up ? (level + 2) / lost - spread : level / lost + spread;
    level = Math.log(Math.max(1, calls + idle) * grown);
  }
  return level;
}

// How many expected calls pass before arrivals at `ratio` of them are seen, wrong once in `calls` calls.
function calls_to_tell(calls, ratio) {
  const found = information(ratio);
  const spread = (ratio * Math.log(ratio) ** 2) / (2 * found);
  const start = ratio > 1 ? spread - 2 : -spread;
  return Math.max(1 / Math.max(ratio, 1), (cusum_threshold(calls, ratio) + start) / found);
}

// Seconds, at worst, for a ratio above 0 that is not 1; infinite for a change within the dead band.
function delay_s(calls_per_hour, ratio, alarms_per_week = 1, band = 0, hours_per_week = WEEK_H) {
  const edge = ratio > 1 ? 1 + band : 1 / (1 + band);
  const beyond = ratio / edge;
  if (!(calls_per_hour > 0) || beyond <= 1 === ratio > 1) return Infinity;
  const rate = calls_per_hour * edge;
  return (calls_to_tell((rate * hours_per_week) / alarms_per_week, beyond) * 3600) / rate;
}
