// The floor as the console looks at it: made of the feed's body, once for each painting.

class Floor {
  constructor(body, words, now) {
    this.body = body;
    this.now = now;
    this.queues = Object.entries(body?.queues ?? {}).sort(in_place);
    this.people = Object.entries(body?.agents ?? {}).map(([id, row]) => this.person(id, row, words));
    this.by_id = new Map(this.people.map((person) => [person.id, person]));
    this.calls = Object.entries(body?.calls ?? {})
      .map(([id, call]) => ({ id, call, waits_ms: now - call.since }))
      .sort((one, other) => one.call.since - other.call.since);
    this.present = this.people.filter((person) => person.state !== "signed_out");
    this.away = this.present.filter((person) => person.state === "not_ready").sort(by_over);
    this.over = this.present.filter((person) => person.over_ms > 0).sort(by_over);
  }

  person(id, row, words) {
    const state = state_of(row);
    const lasts_ms = this.now - row.since;
    const allowed = allowed_ms(this.body.allowed, state, row.reason);
    const name = words.name(row.names, id);
    const team = row.team ?? "";
    return { id, row, state, name, team, lasts_ms, allowed_ms: allowed, over_ms: lasts_ms - allowed };
  }

  get alerts() {
    return incidents_of(this.body?.alerts);
  }

  queue_name(id, words) {
    return words.name(this.body?.queues?.[id]?.names, id ?? "");
  }

  team_name(id, words) {
    return words.name(this.body?.site?.teams?.[id], id);
  }

  person_name(id, words) {
    return this.by_id.get(id)?.name ?? words.name(undefined, id);
  }

  // Queues that do not keep what was promised, the worst first.
  get below_goal() {
    return this.queues
      .filter(([, queue]) => is_below_goal(queue))
      .sort(([, one], [, other]) => one.service_level - one.goal - (other.service_level - other.goal));
  }

  // The queue whose first caller has waited longest.
  get longest() {
    const waiting = this.queues.filter(([, queue]) => Number.isFinite(queue.longest_since));
    return waiting.sort(([, one], [, other]) => one.longest_since - other.longest_since)[0];
  }

  // What of the telephone system or its feeds is not as it should be.
  get faults() {
    const parts = Object.values(this.body?.parts ?? {}).filter((part) => PART_FAULTS.has(part.status));
    const feeds = Object.entries(this.body?.feeds ?? {}).filter(([, feed]) => feed.state === "stale");
    return [
      ...parts.map((part) => ({ name: part.name, why: part.status })),
      ...feeds.map(([name, feed]) => ({ name: name.split("/").at(-1), why: feed.state })),
    ];
  }
}

const PART_FAULTS = new Set(["down", "degraded"]);

function by_over(one, other) {
  const over = (person) => (Number.isFinite(person.over_ms) ? person.over_ms : -Infinity);
  const more = over(other) - over(one);
  return (Number.isNaN(more) ? 0 : more) || other.lasts_ms - one.lasts_ms || (one.id < other.id ? -1 : 1);
}

function is_below_goal(figures) {
  return figures?.service_level < figures?.goal;
}

// Beyond the time within which a call is to be answered.
function waits_too_long(figures, now) {
  return now - figures?.longest_since > figures?.target_ms;
}
