// What the parts of the agent's page share: headings, and lengths of time.

function me_section(parent, name) {
  const node = make("section", `fw-tile me-${name}`, parent);
  return { node, title: text(make("h2", "", node)) };
}

// 2 h 5 min: what need not tick.
function me_length(ms, words) {
  if (!Number.isFinite(ms)) return NOTHING;
  const minutes = Math.floor(Math.max(0, ms) / 60000);
  const values = { hours: words.count(Math.floor(minutes / 60)), minutes: words.count(minutes % 60) };
  return words.say(minutes < 60 ? "me.minutes" : "me.hours", values);
}
