// What there is to say about an incident beside what happened: who has it, who is told next.

const OTHERS_SHOWN = 6;

// By name of the fact: its words, or nothing.
function facts_of(incident, { words, now }) {
  const time = (at) => words.hour_minute(at);
  const { acked, assigned, silenced_until, closed, verdict } = incident;
  return {
    escalation: is_open(incident) ? escalation_of(incident, { words, now }) : "",
    acked: acked && acked_words(acked, words),
    assigned: assigned && words.say("fact.assigned", { to: assigned }),
    silenced: silenced_until > now && words.say("fact.silenced", { time: time(silenced_until) }),
    others: others_of(incident, words),
    verdict: verdict && words.say(verdict === "useful" ? "fact.useful" : "fact.false"),
    closed:
      closed &&
      words.say("fact.closed", {
        who: closed.by,
        time: time(closed.at),
        cause: closed.cause,
        measure: closed.measure,
      }),
  };
}

function acked_words({ by, at, note }, words) {
  const said = words.say("fact.acked", { who: by, time: words.hour_minute(at) });
  return note ? words.say("fact.note", { said, note }) : said;
}

// Who hears of it next if nobody acknowledges, and when.
function escalation_of(incident, { words, now }) {
  if (!Number.isFinite(incident.next_at) || incident.acked) return "";
  const next = incident.next_to;
  const whom = Array.isArray(next) && next.length ? next.map((to) => whom_words(to, words)).join(", ") : "";
  const left = words.wait(Math.max(0, incident.next_at - now) + 999);
  if (whom) return words.say("fact.escalates_to", { whom, time: left });
  return words.say("fact.escalates", { level: words.count((incident.level ?? 0) + 1), time: left });
}

const ROLES = new Set(["duty", "lead", "manager"]);

function whom_words(to, words) {
  return ROLES.has(to) ? words.say(`role.${to}`) : String(to).slice(String(to).indexOf(":") + 1);
}

function others_of(incident, words) {
  const others = (incident.others ?? []).filter((scope) => scope !== incident.scope);
  if (!others.length) return "";
  const shown = others.slice(0, OTHERS_SHOWN).map((scope) => scope_words(scope, words));
  if (others.length > OTHERS_SHOWN) shown.push(`+${words.count(others.length - OTHERS_SHOWN)}`);
  return words.say("fact.others", { others: shown.join(words.say("list.comma")) });
}
