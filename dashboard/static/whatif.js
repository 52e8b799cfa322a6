// The operator's knobs, and what they would mean at once: no knob here changes anything.

const KNOBS = {
  alarms: { min: 0.1, max: 20, step: 0.1, value: 1 },
  ratio: { min: 1.1, max: 4, step: 0.1, value: 1.5 },
  calls: { min: 1, max: 20000, step: 1, value: 60 },
  hours: { min: 1, max: 168, step: 1, value: 168 },
  band: { min: 0, max: 100, step: 5, value: 20 },
};
const SHOWN_RATIOS = [2, 4];
const RECENT = 4; // intervals of the day that say how busy it is now

class WhatIf {
  constructor(parent) {
    this.node = make("form", "whatif", parent);
    this.node.addEventListener("submit", (event) => event.preventDefault());
    const place = make("label", "", this.node, { "data-knob": "place" });
    this.place_label = text(make("span", "fw-label", place));
    this.place = make("select", "fw-field", place);
    this.place.addEventListener("change", () => this.prefill());
    this.knobs = Object.entries(KNOBS).map(([name, limits]) => this.build(name, limits));
    this.told = SHOWN_RATIOS.map(() => text(make("p", "consequence fw-said", this.node)));
    this.told.push(text(make("p", "consequence fw-said", this.node)));
    this.node.append(...this.node.querySelectorAll(".consequence"));
    this.places = "";
  }

  build(name, limits) {
    const label = make("label", "", this.node, { "data-knob": name });
    const words = text(make("span", "fw-label", label));
    const attributes = Object.entries(limits).map(([key, value]) => [key, String(value)]);
    const input = make("input", "fw-field", label, { type: "number", ...Object.fromEntries(attributes) });
    input.inputMode = "decimal";
    return { name, words, input };
  }

  value(name) {
    return this.knobs.find((knob) => knob.name === name).input.valueAsNumber;
  }

  // How many calls an hour this place has had of late, if the feed tells.
  prefill() {
    const figures = this.place.value ? this.queues?.[this.place.value] : this.totals;
    const rate = recent_rate(figures?.trend, this.now);
    if (rate > 0) this.knobs.find(({ name }) => name === "calls").input.value = String(Math.round(rate));
  }

  paint(body, rules, { words, now }) {
    this.queues = body?.queues;
    this.totals = body?.totals;
    this.now = now;
    put(this.place_label, words.say("whatif.place"));
    for (const { name, words: label } of this.knobs) put(label, words.say(`whatif.${name}`));
    this.paint_places(words);
    this.take_rule(rules);
    const [alarms, calls, hours] = ["alarms", "calls", "hours"].map((name) => this.value(name));
    const band = this.value("band") / 100;
    const from = this.value("ratio");
    const ratios = [from, ...SHOWN_RATIOS.filter((ratio) => ratio !== from)];
    this.told.forEach((node, place) => {
      const ratio = ratios[place];
      node.parentNode.hidden = ratio === undefined;
      const delay = ratio === undefined ? NaN : delay_s(calls, ratio, alarms, band, hours);
      mark(node.parentNode, "data-ratio", String(ratio ?? ""));
      mark(node.parentNode, "data-delay", Number.isFinite(delay) ? delay.toFixed(3) : "");
      put(node, consequence(ratio, delay, words));
    });
  }

  paint_places(words) {
    const queues = Object.entries(this.queues ?? {}).sort(in_place);
    const built = JSON.stringify([words.language, queues.map(([id, queue]) => [id, queue.names])]);
    if (built === this.places) return;
    this.places = built;
    const kept = this.place.value;
    this.place.replaceChildren();
    make("option", "", this.place, { value: "" }).textContent = words.say("scope.floor");
    for (const [id, queue] of queues) {
      make("option", "", this.place, { value: id }).textContent = words.name(queue.names, id);
    }
    if (queues.some(([id]) => id === kept)) this.place.value = kept;
    if (!this.filled && this.totals) {
      this.filled = true;
      this.prefill();
    }
  }

  // The knobs start where the rule of surges stands.
  take_rule(rules) {
    const rule = rules?.find((each) => each.kind === "surge");
    if (!rule || this.taken) return;
    this.taken = true;
    const set = (name, value) => {
      if (value > 0) this.knobs.find((knob) => knob.name === name).input.value = String(value);
    };
    set("ratio", rule.from_ratio);
    set("alarms", alarms_a_week(rule));
  }
}

function in_place([a, one], [b, other]) {
  return (one.order ?? Infinity) - (other.order ?? Infinity) || (a < b ? -1 : 1);
}

function consequence(ratio, delay, words) {
  if (ratio === undefined) return "";
  const times = words.count(ratio);
  if (!Number.isFinite(delay)) return words.say("whatif.never", { times });
  return words.say(delay < 90 ? "whatif.seconds" : "whatif.minutes", {
    times,
    time: words.count(delay < 90 ? Math.round(delay) : to_two_digits(delay / 60)),
  });
}

// 3.4 and 18, not 3 and 18.3: what is estimated has two digits.
function to_two_digits(value) {
  return Number(value.toPrecision(value < 100 ? 2 : 3));
}

// Offered calls an hour over the last whole intervals of the day; NaN if there are none yet.
function recent_rate(trend, now) {
  if (!trend?.step_ms) return NaN;
  const running = Math.floor((now - trend.start_at) / trend.step_ms);
  const first = Math.max(0, running - RECENT);
  let calls = 0;
  for (let number = first; number < running; number += 1) calls += trend.offered?.[number] ?? 0;
  return (calls * 3_600_000) / ((running - first) * trend.step_ms);
}

const WEEK_MS = WEEK_H * 3_600_000;

function alarms_a_week(rule) {
  const { alarms, period_ms } = rule.budget ?? {};
  return period_ms > 0 ? (alarms * WEEK_MS) / period_ms : NaN;
}
