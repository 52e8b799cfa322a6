// What a person does, as it is shown: a shape and a word for each state, and whether it lasts too long.

const STATES_IN_ORDER = [
  ...["ready", "ringing", "talking", "hold", "acw", "not_ready", "unreachable", "unknown", "signed_out"],
];
const REASONS = new Set(["meal", "break", "coaching", "meeting", "training", "missed", "personal", "backoffice"]);

// A state that we do not know is unknown, whatever it is called.
function state_of(row) {
  return Object.hasOwn(STATE_SHAPES, row?.state) ? row.state : "unknown";
}

function state_words(state, words) {
  return state === "unknown" || state === "signed_out" ? words.say(`person.${state}`) : words.say(`agent.${state}`);
}

// The reasons of the trade in the viewer's language; a site's own as it stands.
function reason_words(reason, words) {
  return REASONS.has(reason) ? words.say(`reason.${reason}`) : String(reason ?? "");
}

// What keeps a person: the reason where he is not ready and gave one, else the state.
function doing_words({ state, row }, words) {
  return (state === "not_ready" && reason_words(row.reason, words)) || state_words(state, words);
}

// How long this state may last, by the site's rules; NaN if nothing is said of it.
function allowed_ms(allowed, state, reason) {
  const limits = allowed?.[state];
  if (!limits || typeof limits !== "object") return NaN;
  return limits[reason ?? ""] ?? limits[""] ?? NaN;
}

function state_sign(parent) {
  return make("i", "fw-shape state-sign", parent, { "aria-hidden": "true" });
}

function mark_state(node, sign, state) {
  mark(node, "data-state", state);
  mark(node, "data-agents", state);
  mark(sign, "data-shape", STATE_SHAPES[state]);
}
