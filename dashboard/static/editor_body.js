// What a board would be shown of the floor, made here of the console's feed, for the preview alone. A real
// wall is told its totals by the server, which also knows what cannot be added up.

const ADDITIVE = [
  ...["waiting", "offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "overflowed"],
  ...["blocked", "dropped_waiting", "dropped_talking", "completed", "transferred", "talking"],
];
const HELD_TO = ["target_ms", "short_ms", "variant", "goal"];
// Of which calls a service level is a share; of the variant that is missing it cannot be told.
const COUNTED_IN = {
  short_excluded: (row) => row.answered + row.abandoned - (row.abandoned_short ?? 0),
  answered_only: (row) => row.answered,
  all_count: (row) => row.answered + row.abandoned,
  in_target_met: (row) => row.answered + row.abandoned,
};

function body_for(body, board) {
  if (!body) return body;
  const chosen = board.queues.length ? new Set(board.queues) : null;
  const shown = { ...body, board, notices: notices_for(body.notices, board.id) };
  delete shown.agents;
  delete shown.calls;
  if (!chosen) return { ...shown, alerts: alerts_for(body.alerts, null) };
  const rows = Object.entries(body.queues ?? {}).filter(([id]) => chosen.has(id));
  const queues = Object.fromEntries(rows);
  const curves = Object.fromEntries(Object.entries(body.curves ?? {}).filter(([id]) => chosen.has(id)));
  return {
    ...shown,
    queues,
    totals: totals_of(Object.values(queues), body.agents, chosen),
    curves: { ...curves, "": summed_curves(Object.values(curves), rows.length) },
    alerts: alerts_for(body.alerts, chosen),
  };
}

function totals_of(rows, agents, chosen) {
  const totals = {};
  for (const key of ADDITIVE) {
    const known = rows.map((row) => row[key]).filter(Number.isFinite);
    if (known.length) totals[key] = known.reduce((sum, each) => sum + each, 0);
  }
  for (const key of HELD_TO) {
    const values = new Set(rows.map((row) => row[key]));
    if (values.size === 1) totals[key] = [...values][0];
  }
  const since = rows.map((row) => row.longest_since).filter(Number.isFinite);
  if (since.length) totals.longest_since = Math.min(...since);
  const counted_in = COUNTED_IN[totals.variant];
  if (counted_in && "target_ms" in totals) totals.service_level = mean_of(rows, "service_level", counted_in);
  totals.asa_ms = mean_of(rows, "asa_ms", (row) => row.answered);
  totals.abandon_rate = mean_of(rows, "abandon_rate", (row) => row.offered);
  totals.agents = people_in(agents, chosen);
  totals.trend = summed_trend(rows.map((row) => row.trend).filter(Boolean));
  return totals;
}

// A mean of means, each by how many calls it is of; undefined where there are none.
function mean_of(rows, key, weight) {
  let sum = 0;
  let all = 0;
  for (const row of rows) {
    const calls = weight(row);
    if (!Number.isFinite(row[key]) || !(calls > 0)) continue;
    sum += row[key] * calls;
    all += calls;
  }
  return all ? sum / all : undefined;
}

// Distinct people by state: who works in two queues is one.
function people_in(agents, chosen) {
  const counts = Object.fromEntries(AGENT_STATES.map((state) => [state, 0]));
  for (const { state, queues } of Object.values(agents ?? {})) {
    if (Object.keys(queues ?? {}).some((queue) => chosen.has(queue))) counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

function summed_trend(trends) {
  if (!trends.length) return undefined;
  const { start_at, step_ms } = trends[0];
  const summed = { start_at, step_ms };
  for (const key of ["offered", "answered", "abandoned"]) summed[key] = summed_course(trends.map((each) => each[key]));
  return summed;
}

function summed_course(courses) {
  const sums = {};
  for (const course of courses) {
    for (const [number, value] of Object.entries(course ?? {})) sums[number] = (sums[number] ?? 0) + value;
  }
  return sums;
}

// Only what is known of every queue is known of all.
function summed_curves(curves, queues) {
  const summed = {};
  for (const key of ["expected", "weekday"]) {
    const known = curves.filter((each) => each[key]);
    if (queues && known.length === queues) summed[key] = summed_course(known.map((each) => each[key]));
  }
  if (summed.weekday) summed.weekday_day = curves[0].weekday_day;
  return summed;
}

function alerts_for(alerts, chosen) {
  if (!alerts) return alerts;
  const told = Object.entries(alerts.incidents ?? {}).filter(([, { scope = "" }]) => {
    if (scope.startsWith("agent:")) return false;
    return !chosen || !scope.startsWith("queue:") || chosen.has(scope.slice("queue:".length));
  });
  return { ...alerts, incidents: Object.fromEntries(told) };
}

function notices_for(notices, id) {
  const told = Object.entries(notices ?? {}).filter(([, { boards }]) => !boards?.length || boards.includes(id));
  return Object.fromEntries(told);
}
