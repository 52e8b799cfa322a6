// What the wall says of incidents: a row of its own above the figures, so that it covers none.

const BANNERS = 2;
const ENDED_SHOWN_MS = 30000;

class Banner {
  constructor(parent) {
    this.node = make("section", "banner", parent);
    this.node.hidden = true;
    this.slots = Array.from({ length: BANNERS }, () => new BannerSlot(this.node));
    this.more = make("p", "more", this.node);
    this.more_words = text(this.more);
    this.crier = new Crier(parent);
    this.open = new Set(); // those that were open when we looked last
    this.ended = new Map(); // when we saw one end
  }

  // Returns how many banners show.
  paint(alerts, { words, now }) {
    const incidents = incidents_of(alerts).filter(([, each]) => severity_of(each) !== "notice");
    const open = incidents.filter(([, each]) => each.state === "firing" || each.state === "recovering");
    for (const [id, each] of incidents) {
      if (each.state === "ended" && this.open.has(id)) this.ended.set(id, performance.now());
    }
    for (const id of this.ended.keys()) if (!this.is_fresh(id)) this.ended.delete(id);
    this.open = new Set(open.map(([id]) => id));
    const over = incidents.filter(([id, each]) => each.state === "ended" && this.is_fresh(id));
    const shown = [...open, ...over].slice(0, BANNERS);
    this.node.hidden = shown.length === 0;
    mark(this.node, "aria-label", words.say("alerts"));
    mark(this.node, "data-count", String(shown.length));
    this.slots.forEach((slot, place) => slot.paint(shown[place], { words, now }));
    const more = open.length - BANNERS;
    this.more.hidden = more <= 0;
    put(this.more_words, words.say("alerts.more", { count: words.count(more) }));
    this.crier.paint(open, words);
    return shown.length;
  }

  is_fresh(id) {
    return performance.now() - (this.ended.get(id) ?? -Infinity) < ENDED_SHOWN_MS;
  }
}

class BannerSlot {
  constructor(parent) {
    this.node = make("article", "alarm", parent);
    this.sign = sign(this.node, "triangle");
    const told_words = make("div", "told", this.node);
    const what = make("p", "what", told_words);
    this.severity = text(make("span", "severity", what));
    this.learning = make("span", "badge", what);
    this.learning_words = text(this.learning);
    this.headline = text(make("b", "headline", told_words));
    this.sentence = text(make("p", "sentence", told_words));
    const state = make("div", "since", this.node);
    this.lasting = text(make("b", "lasting", state));
    this.care = text(make("span", "care", state));
  }

  paint(entry, { words, now }) {
    this.node.hidden = !entry;
    if (!entry) return;
    const [id, incident] = entry;
    const severity = severity_of(incident);
    const over = incident.state === "ended";
    mark(this.node, "data-incident", id);
    mark(this.node, "data-severity", severity);
    mark(this.node, "data-state", STATES.has(incident.state) ? incident.state : "firing");
    mark(this.node, "data-acked", String(Boolean(incident.acked)));
    mark(this.sign, "data-shape", over ? "tick" : SEVERITY_SHAPES[severity]);
    put(this.severity, words.say(over ? "alerts.over" : `severity.${severity}`));
    put(this.headline, headline_of(incident, words));
    this.learning.hidden = !incident.learning || over;
    put(this.learning_words, words.say("alerts.learning"));
    put(this.sentence, over ? "" : words.name(incident.sentence, ""));
    put(this.lasting, words.wait(lasting_of(incident, now)));
    put(this.care, over ? words.say("alerts.lasted") : care_words(incident, { words, now }));
  }
}

// What is being done about it, for everybody to see.
function care_words(incident, { words, now }) {
  if (incident.acked) return words.say("alerts.acked_at", { time: words.hour_minute(incident.acked.at) });
  if (incident.silenced_until > now) {
    return words.say("alerts.silenced_until", { time: words.hour_minute(incident.silenced_until) });
  }
  return words.say(incident.state === "recovering" ? "alerts.recovering" : "alerts.unacked");
}
