// The story of an incident: the incident journal, line by line, as people say it.

const STATIONS = new Set([
  ...["fired", "flapped", "ended", "inhibited", "uninhibited", "told", "grew", "escalated", "repeated"],
  ...["resolved", "acknowledged", "unacknowledged", "assigned", "silenced", "unsilenced", "silence_ended"],
  ...["maintenance_began", "step_done", "step_undone", "noted", "judged", "closed"],
]);

class Story {
  constructor(parent, page) {
    this.page = page;
    this.node = make("aside", "sheet story", parent, { role: "dialog", tabindex: "-1" });
    this.node.hidden = true;
    const head = make("header", "sheet-head", this.node);
    this.title = text(make("h2", "", head));
    this.close = make("button", "fw-button fw-quiet", head, { type: "button" });
    this.close_words = text(make("span", "", this.close));
    text(make("kbd", "", this.close, { "aria-hidden": "true" })).data = "Esc";
    this.close.addEventListener("click", () => this.shut());
    this.headline = text(make("p", "headline", this.node));
    this.list = make("ol", "", this.node);
    this.nothing = text(make("p", "fw-note", this.node));
    this.id = "";
  }

  get open() {
    return !this.node.hidden;
  }

  async tell(id) {
    this.before = this.page.focused;
    this.id = id;
    this.told = null;
    this.node.hidden = false;
    this.node.focus({ preventScroll: true });
    await this.read();
  }

  shut() {
    this.node.hidden = true;
    this.id = "";
    this.before?.focus?.({ preventScroll: true });
  }

  async read() {
    const { id } = this;
    const told = await this.page.road.ask("incident", { id });
    if (id !== this.id) return; // another was asked for meanwhile
    this.told = told;
    this.failed = told === null;
    this.build();
  }

  // Told anew whenever the incident changes while it is open.
  paint(incident, words) {
    mark(this.node, "aria-label", words.say("story"));
    put(this.title, words.say("story"));
    put(this.close_words, words.say("close"));
    if (!this.open) return;
    const known = JSON.stringify(incident ?? null);
    if (known !== this.known && this.told) this.read();
    this.known = known;
    if (words.language !== this.language) this.build();
    const about = incident ?? this.told?.incident;
    put(this.headline, about ? headline_of(about, words) : "");
    put(this.nothing, this.failed ? words.say("story.nothing") : "");
  }

  build() {
    const { words } = this.page;
    this.language = words.language;
    this.list.replaceChildren();
    for (const entry of this.told?.story ?? []) {
      const row = make("li", "entry", this.list, { "data-what": entry.what });
      text(make("time", "", row)).data = words.time(entry.at);
      const told = make("div", "", row);
      const line = make("p", "", told);
      text(make("b", "", line)).data = entry_words(entry, words);
      if (entry.who) text(make("span", "who", line)).data = entry.who;
      const details = details_words(entry, this.page);
      if (details) text(make("p", "fw-note", told)).data = details;
    }
  }
}

// "Passed on to Chen", "Step 2 done".
function entry_words({ what, details }, words) {
  if (!STATIONS.has(what)) return String(what);
  const { to, level, step, verdict, until } = details ?? {};
  const judged = words.say(verdict === "useful" ? "do.useful" : "do.false");
  return words.say(`story.${what}`, {
    to,
    level: words.count(level),
    step: words.count(step + 1),
    verdict: judged,
    time: words.hour_minute(until ?? NaN),
  });
}

// Of what, by which channels, with which words.
function details_words(entry, { words, rule_name }) {
  const { note, reason, cause, measure, by, channels, persons } = entry.details ?? {};
  const of_alert = entry.rule ? `${rule_name(entry.rule)} · ${scope_words(entry.scope, words)}` : "";
  const told = [...(persons ?? []), ...(channels ?? [])].join(words.say("list.comma"));
  const muted_by = by ? words.say("muted.by", { what: alert_words(by, words, rule_name) }) : "";
  return [of_alert, muted_by, told, note, reason, cause, measure].filter(Boolean).join(" · ");
}
