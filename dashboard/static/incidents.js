// How an incident of the frames is read: the same on the wall and on the console.

const SEVERITIES = ["critical", "warning", "notice"];
const STATES = new Set(["pending", "firing", "recovering", "ended"]);
const SORTS = new Set(["queue", "group", "trunk", "team", "agent", "feed", "channel"]);

// A severity that we do not know is not to be overlooked.
function severity_of(incident) {
  return SEVERITIES.includes(incident.severity) ? incident.severity : "warning";
}

function is_open(incident) {
  return STATES.has(incident.state) && incident.state !== "ended";
}

// It rings, and stands out: it holds, and nobody has taken it on.
function calls_for_somebody(incident, now) {
  const silenced = Number.isFinite(incident.silenced_until) && incident.silenced_until > now;
  return incident.state === "firing" && !incident.acked && !silenced;
}

// The worst first, and of these the newest.
function in_rank([, one], [, other]) {
  const rank = (incident) => SEVERITIES.indexOf(severity_of(incident));
  return rank(one) - rank(other) || (other.fired_at ?? 0) - (one.fired_at ?? 0);
}

function incidents_of(alerts) {
  const incidents = Object.entries(alerts?.incidents ?? {});
  return incidents.filter(([, incident]) => incident && typeof incident === "object").sort(in_rank);
}

// A queue's or a person's name, if it is known; else what sort of thing it is, and its own name.
function scope_words(scope, words) {
  if (!scope) return words.say("scope.floor");
  const known = words.name(words.places?.get(scope), "");
  if (known) return known;
  const cut = scope.indexOf(":");
  const sort = scope.slice(0, cut);
  const id = scope.slice(cut + 1);
  return SORTS.has(sort) ? words.say(`scope.${sort}`, { id }) : id;
}

// The names that the feed gives, by scope: for `words.places`.
function places_of(body) {
  const places = new Map();
  for (const [id, queue] of Object.entries(body?.queues ?? {})) places.set(`queue:${id}`, queue.names);
  for (const [id, agent] of Object.entries(body?.agents ?? {})) places.set(`agent:${id}`, agent.names);
  for (const [, incident] of incidents_of(body?.alerts)) places.set(incident.scope, incident.scope_names);
  return places;
}

function rule_of(incident, words) {
  return words.name(incident.rule_names, incident.rule ?? "");
}

function headline_of(incident, words) {
  const place = words.name(incident.scope_names, "") || scope_words(incident.scope, words);
  return `${rule_of(incident, words)} · ${place}`;
}

// How long it has lasted, or did.
function lasting_of(incident, now) {
  return (incident.ended_at ?? now) - (incident.since ?? incident.fired_at ?? NaN);
}
