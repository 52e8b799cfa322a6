// Beside the incidents: what is muted and why, silences, how the week went, and the rules.

const NOISY_SHOWN = 5;
const PANELS_ABOUT = new Set(["silences", "muted"]); // two that are easily taken for one another

class Panel {
  constructor(parent, name) {
    this.name = name;
    this.node = make("section", `fw-tile panel ${name}`, parent);
    this.title = text(make("h2", "", this.node));
    this.about = text(make("p", "fw-note", this.node));
    this.list = make("ul", "", this.node);
    this.nothing = text(make("p", "fw-note", this.node));
  }

  // One row per entry, kept in place; `fill(row, entry)` writes it.
  paint(entries, words, fill) {
    put(this.title, words.say(`panel.${this.name}`));
    put(this.about, PANELS_ABOUT.has(this.name) ? words.say(`about.${this.name}`) : "");
    put(this.nothing, entries.length ? "" : words.say(`nothing.${this.name}`));
    keep_rows(this.list, entries, (_, id) => this.build(id), fill);
  }

  build() {
    const node = make("li", "", this.list);
    return { node, what: text(make("b", "", node)), note: text(make("span", "fw-note note", node)) };
  }
}

class Silences extends Panel {
  constructor(parent, page) {
    super(parent, "silences");
    this.page = page;
    this.trouble = text(make("p", "fw-said trouble", this.node, { role: "status", "data-tone": "warn" }));
    this.troubled = "";
  }

  build(id) {
    const row = super.build(id);
    const end = make("button", "fw-button fw-quiet", row.node, { type: "button" });
    row.end = end;
    row.end_words = text(end);
    end.addEventListener("click", () => this.page.act(this, { do: "unsilence", silence: id }));
    return row;
  }

  refuse(why) {
    this.troubled = why;
  }

  show(silences, { words, now, rule_name }) {
    this.paint(Object.entries(silences ?? {}), words, (row, silence) => {
      put(row.what, matcher_words(silence.matcher, words, rule_name));
      const left = words.wait(Math.max(0, silence.until - now));
      const until = words.say("silence.until", { time: words.hour_minute(silence.until), left });
      put(row.note, [silence.reason, silence.by, until].filter(Boolean).join(" · "));
      row.end.hidden = !this.page.sees_all && /[*?[]/.test(silence.matcher.scope);
      put(row.end_words, words.say("do.unsilence"));
    });
    put(this.trouble, this.troubled);
  }
}

// Which alerts a silence is for, as people say it; "*" is any.
function matcher_words({ rule, scope }, words, rule_name) {
  const what = rule === "*" ? words.say("any.rule") : rule_name(rule);
  return `${what} · ${scope === "*" ? words.say("any.scope") : scope_words(scope, words)}`;
}

class Muted extends Panel {
  constructor(parent) {
    super(parent, "muted");
  }

  show(muted, { words, rule_name }) {
    this.paint(Object.entries(muted ?? {}), words, (row, why) => {
      put(row.what, alert_words(row.id, words, rule_name));
      const until = why.until ? words.say("muted.until", { time: words.hour_minute(why.until) }) : "";
      put(row.note, [this.why(why.by, words, rule_name), until].filter(Boolean).join(" · "));
    });
  }

  build(id) {
    return { ...super.build(id), id };
  }

  why(by, words, rule_name) {
    if (by === "maintenance") return words.say("muted.maintenance");
    return by ? words.say("muted.by", { what: alert_words(by, words, rule_name) }) : "";
  }
}

// "surge queue:sales" as people say it.
function alert_words(name, words, rule_name) {
  const cut = name.indexOf(" ");
  if (cut < 0) return rule_name(name);
  return `${rule_name(name.slice(0, cut))} · ${scope_words(name.slice(cut + 1), words)}`;
}

// How the week went: too many alarms are as bad as too few.
class Week {
  constructor(parent) {
    this.node = make("section", "fw-tile panel week", parent);
    this.title = text(make("h2", "", this.node));
    const figures = make("div", "figures", this.node);
    this.figures = ["alarms", "per_hour", "busiest", "acknowledged", "useful", "flaps"].map((name) => {
      const node = make("p", name, figures);
      return { name, value: text(make("b", "", node)), label: text(make("span", "fw-label", node)) };
    });
    this.noisy_title = text(make("h3", "", this.node));
    this.noisy = make("ol", "noisy", this.node);
    this.nothing = text(make("p", "fw-note", this.node));
  }

  show(report, { words, rule_name }) {
    put(this.title, words.say("panel.week"));
    const shares = new Set(["acknowledged", "useful"]);
    for (const { name, value, label } of this.figures) {
      const figure = report?.[name] ?? NaN;
      put(label, words.say(`week.${name}`));
      put(value, shares.has(name) ? words.share(figure) : words.count(Math.round(figure * 100) / 100));
    }
    const noisy = (report?.noisiest ?? []).slice(0, NOISY_SHOWN);
    put(this.noisy_title, noisy.length ? words.say("week.noisiest") : "");
    put(this.nothing, report ? "" : words.say("week.unknown"));
    while (this.noisy.children.length < noisy.length) {
      const row = make("li", "", this.noisy);
      row.parts = [text(make("span", "", row)), text(make("b", "", row))];
    }
    [...this.noisy.children].forEach((row, place) => {
      row.hidden = place >= noisy.length;
      if (row.hidden) return;
      put(row.parts[0], words.name(noisy[place].names, "") || rule_name(noisy[place].rule));
      put(row.parts[1], words.count(noisy[place].count));
    });
  }
}

// What is watched, in sentences, and what its knobs would mean.
class Rules extends Panel {
  constructor(parent) {
    super(parent, "rules");
    const all = make("details", "", this.node);
    this.count = text(make("summary", "", all));
    all.append(this.list);
    const knobs = make("details", "knobs", this.node);
    this.whatif_title = text(make("summary", "", knobs));
    this.whatif_note = text(make("p", "fw-note", knobs));
    this.whatif = new WhatIf(knobs);
  }

  show(rules, body, { words, now }) {
    this.paint((rules ?? []).map((rule) => [rule.id, rule]), words, (row, rule) => {
      put(row.what, words.name(rule.names, rule.id));
      put(row.note, [words.name(rule.sentence, ""), words.name(rule.consequence, "")].filter(Boolean).join(" · "));
    });
    put(this.count, words.say("rules.all", { count: words.count(rules?.length) }));
    put(this.whatif_title, words.say("whatif.title"));
    put(this.whatif_note, words.say("whatif.note"));
    this.whatif.paint(body, rules, { words, now });
  }
}
