// Find the fault: one begins in secret, the trainee says what it is and where. And the words in which
// drills are told of.

class Finding {
  constructor(parent, say) {
    this.say = say;
    this.node = make("section", "finding", parent);
    const head = make("div", "finding-head", this.node);
    this.title = text(make("h3", "", head));
    this.time = text(make("b", "time", head));
    this.rule = text(make("p", "note", this.node));
    this.begin = make("button", "go surprise", this.node, { type: "button" });
    this.begin_words = text(this.begin);
    this.begin.addEventListener("click", () => say({ surprise: {} }));
    this.form = make("form", "guess", this.node);
    this.kind = choice(this.form, []);
    this.scope = choice(this.form, []);
    this.answer = make("button", "go", this.form, { type: "submit" });
    this.answer_words = text(this.answer);
    this.verdict = make("p", "verdict", this.node, { role: "status" });
    this.verdict_words = text(this.verdict);
    this.kind.addEventListener("change", () => this.ask_where());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.say({ find: { number: this.number, kind: this.kind.value, scope: this.scope.value } });
    });
  }

  build(offers, words) {
    this.offers = offers;
    this.words = words;
    fill(this.kind, offers.map((offer) => [offer.kind, fault_name(offer, words)]));
    mark(this.kind, "aria-label", words.say("training.which"));
    this.ask_where();
  }

  ask_where() {
    const offer = this.offers.find((each) => each.kind === this.kind.value);
    const places = offer?.scopes ?? [];
    fill(this.scope, places.map((scope) => [scope.id, scope_name(scope, this.words)]));
    const what = offer ? fault_name(offer, this.words) : "";
    mark(this.scope, "aria-label", this.words.say("training.where", { what }));
    this.scope.hidden = places.length < 2;
  }

  paint(secret, faults, { words, now }) {
    put(this.title, words.say("training.find"));
    put(this.rule, words.say(secret ? "training.watch" : "training.rule"));
    this.begin.hidden = Boolean(secret);
    put(this.begin_words, words.say("training.surprise"));
    this.form.hidden = !secret;
    put(this.answer_words, words.say("training.answer"));
    this.number = secret?.number;
    put(this.time, secret?.since === undefined ? "" : words.wait(now - secret.since));
    // The last surprise: how it is going, or how it went.
    const last = secret ?? faults.filter((fault) => fault.secret).at(-1);
    mark(this.verdict, "data-verdict", verdict_of(last));
    put(this.verdict_words, verdict_words(last, this.offers, words));
  }
}

function choice(parent, entries) {
  const node = make("select", "choice", parent);
  fill(node, entries);
  return node;
}

function fill(node, entries) {
  const kept = node.value;
  node.replaceChildren();
  for (const [value, words] of entries) make("option", "", node, { value }).textContent = words;
  if (entries.some(([value]) => value === kept)) node.value = kept;
}

function fault_name(fault, words) {
  return words.say(`fault.${fault.kind}`);
}

// "All", a queue's or a team's name, or a line's own.
function scope_name(scope, words) {
  if (!scope.id) return words.say("training.all");
  return words.name(scope.names, scope.id.slice(scope.id.indexOf(":") + 1));
}

// A peak is a factor, everything else a share.
function size_words(kind, size, words) {
  return kind === "peak" ? `×${words.count(size)}` : `${words.whole_percent(size)}%`;
}

function place_name(fault, offers, words) {
  const scopes = offers.find((offer) => offer.kind === fault.kind)?.scopes ?? [];
  if (scopes.length < 2) return "";
  return scope_name(scopes.find((scope) => scope.id === fault.scope) ?? { id: fault.scope }, words);
}

function drill_name(fault, offers, words) {
  if (fault.kind === undefined) return words.say("fault.secret");
  const size = fault.size ? size_words(fault.kind, fault.size, words) : "";
  const place = place_name(fault, offers, words);
  return [fault_name(fault, words), size, place && `· ${place}`].filter(Boolean).join(" ");
}

function drill_state(fault, words, now) {
  if (fault.since === undefined) return words.say("training.beginning");
  if (fault.kind === undefined) return words.wait(now - fault.since);
  if (fault.ended_at === undefined) {
    return words.say("training.left", { time: words.wait(Math.max(0, fault.until - now) + 999) });
  }
  return words.say("training.over", { time: words.wait(fault.ended_at - fault.since) });
}

function drill_account(fault, words) {
  if (!fault.hit) return "";
  const count = words.count(fault.hit);
  if (fault.kind === "peak") return words.say("hit.peak", { count });
  if (fault.kind === "sign_out") return words.say("hit.people", { count });
  return words.say("hit.calls", { count });
}

function verdict_of(fault) {
  if (!fault) return "none";
  if (fault.found_at !== undefined) return "right";
  if (fault.kind !== undefined) return "missed";
  return fault.guess ? fault.guess.verdict : "none";
}

function verdict_words(fault, offers, words) {
  const verdict = verdict_of(fault);
  if (verdict === "none") return "";
  const what = drill_name(fault, offers, words);
  const time = words.wait(fault.found_at - fault.since);
  return words.say(`verdict.${verdict}`, { what, time, count: words.count(fault.wrong) });
}
