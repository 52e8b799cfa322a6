// What a hand-over begins with: what the system knows of the shift that ends, one point for each thing.

const DRAFT_MOST = 12; // of a kind
const DRAFT_RESTS = new Set(["not_ready", "acw", "unreachable"]);

function handover_draft(body, measures, { words, now }) {
  return [
    ...draft_incidents(body, words, now),
    ...draft_queues(body, words),
    ...draft_people(body, words, now),
    ...measures.slice(0, DRAFT_MOST).map((finding) => draft_measure(finding, words)),
    ...draft_notices(body, words, now),
  ].map((said) => ({ text: said, done: false }));
}

function draft_incidents(body, words, now) {
  return Object.values(body?.alerts?.incidents ?? {})
    .filter(({ state }) => state === "firing" || state === "recovering")
    .slice(0, DRAFT_MOST)
    .map((incident) => {
      const where = words.name(incident.scope_names, "");
      const what = words.name(incident.rule_names, incident.rule ?? "");
      const values = { what, time: life_when(incident.since ?? incident.fired_at, now, words) };
      return where ? words.say("draft.incident_at", { ...values, where }) : words.say("draft.incident", values);
    });
}

function draft_queues(body, words) {
  return Object.entries(body?.queues ?? {})
    .filter(([, { service_level, goal }]) => Number.isFinite(service_level) && service_level < goal)
    .sort(([, one], [, other]) => one.service_level - one.goal - (other.service_level - other.goal))
    .slice(0, DRAFT_MOST)
    .map(([id, queue]) => {
      const values = { queue: words.name(queue.names, id), level: words.kept(queue.service_level) };
      return words.say("draft.queue", { ...values, goal: words.whole_percent(queue.goal) });
    });
}

// By how much somebody is over what his state may last; 0 if he is not, or nothing is said of it.
function draft_over_ms(body, row, now) {
  const limits = body?.allowed?.[row.state];
  const most = limits?.[row.reason ?? ""] ?? limits?.[""];
  return Number.isFinite(most) && Number.isFinite(row.since) ? Math.max(0, now - row.since - most) : 0;
}

function draft_people(body, words, now) {
  return Object.entries(body?.agents ?? {})
    .map(([id, row]) => ({ name: words.name(row.names, id), row, over: draft_over_ms(body, row, now) }))
    .filter(({ row, over }) => over > 0 && DRAFT_RESTS.has(row.state))
    .sort((one, other) => other.over - one.over)
    .slice(0, DRAFT_MOST)
    .map(({ name, row, over }) => {
      const values = { name, state: words.say(`agent.${row.state}`), over: life_length(over, words) };
      return words.say("draft.person", values);
    });
}

function draft_measure(finding, words) {
  const [where, what, measure] = life_finding(finding, words);
  return words.say("draft.measure", { where, what, measure });
}

function draft_notices(body, words, now) {
  return Object.values(body?.notices ?? {})
    .slice(0, DRAFT_MOST)
    .map((notice) => {
      const values = { text: notice.text, time: life_when(notice.until, now, words) };
      return notice.until ? words.say("draft.notice_until", values) : words.say("draft.notice", values);
    });
}
