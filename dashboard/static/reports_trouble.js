// What went wrong on a day: its incidents, and how soon somebody responded.

const TROUBLE_HEADS = ["time", "what", "lasted", "reaction"];

class ReportTrouble {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "fw-tile r-section", parent);
    this.title = text(make("h2", "", this.node));
    this.summary = text(make("p", "", this.node));
    this.list = make("ol", "r-trouble", this.node);
  }

  paint(day, incidents) {
    const { words } = this.page;
    put(this.title, words.say("trouble.title"));
    this.list.replaceChildren();
    if (!incidents) return put(this.summary, words.say(incidents === null ? "trouble.lost" : "reports.reading"));
    const known = incidents.filter((incident) => incident && Number.isFinite(incident.fired_at));
    known.sort((one, other) => one.fired_at - other.fired_at);
    put(this.summary, this.summed(known, day));
    if (!known.length) return;
    this.heads();
    for (const incident of known) this.build(incident);
  }

  summed(incidents, day) {
    const { words } = this.page;
    if (!incidents.length) return words.say(day.live ? "trouble.none.live" : "trouble.none");
    const reactions = incidents.map(reaction_ms).filter(Number.isFinite);
    if (!reactions.length) {
      const count = words.count(incidents.length);
      return incidents.length === 1 ? words.say("trouble.unseen.one") : words.say("trouble.unseen.all", { count });
    }
    const mean = reactions.reduce((all, ms) => all + ms, 0) / reactions.length;
    const values = { count: words.count(incidents.length), time: words.wait(mean) };
    const said = words.say(incidents.length === 1 ? "trouble.summary.one" : "trouble.summary", values);
    const unseen = incidents.length - reactions.length;
    const rest = unseen ? words.say("trouble.unseen", { count: words.count(unseen) }) : "";
    return [said, rest].filter(Boolean).join(" ");
  }

  heads() {
    const row = make("li", "r-heads", this.list, { "aria-hidden": "true" });
    for (const head of TROUBLE_HEADS) text(make("span", "", row)).data = this.page.words.say(`trouble.${head}`);
  }

  build(incident) {
    const { words } = this.page;
    const row = make("li", "r-incident", this.list, { "data-severity": severity_of(incident) });
    text(make("time", "", row)).data = words.hour_minute(incident.fired_at);
    const told = make("div", "", row);
    const line = make("p", "r-what", told);
    const severity = severity_of(incident);
    make("i", "fw-shape", line, { "data-shape": SEVERITY_SHAPES[severity], role: "img", "aria-label": words.say(`severity.${severity}`) });
    text(make("b", "", line)).data = headline_of(incident, words);
    const sentence = words.name(incident.sentence, "");
    if (sentence) text(make("p", "fw-note", told)).data = sentence;
    const { cause, measure } = incident.closed ?? {};
    if (cause) text(make("p", "fw-note", told)).data = words.say("trouble.cause", { cause });
    if (measure) text(make("p", "fw-note", told)).data = words.say("trouble.measure", { measure });
    if (incident.verdict === "false") text(make("span", "fw-tag", told)).data = words.say("trouble.false");
    const lasted = Number.isFinite(incident.ended_at) ? words.wait(lasting_of(incident)) : words.say("trouble.going");
    text(make("span", "r-lasted", row)).data = lasted;
    this.reaction(row, incident);
  }

  reaction(row, incident) {
    const { words } = this.page;
    const after = reaction_ms(incident);
    const node = make("span", "r-reaction", row);
    if (!Number.isFinite(after)) {
      mark(node, "data-tone", "bad");
      make("i", "fw-shape", node, { "data-shape": "ring", "aria-hidden": "true" });
      text(node).data = words.say("trouble.nobody");
      return;
    }
    const who = incident.acked.by ?? NOTHING;
    text(node).data = words.say("trouble.after", { time: words.wait(after), who });
  }
}

// From when it was told until somebody took it on.
function reaction_ms(incident) {
  return Number.isFinite(incident.acked?.at) ? Math.max(0, incident.acked.at - incident.fired_at) : NaN;
}
