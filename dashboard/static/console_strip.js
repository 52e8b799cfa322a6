// What is wrong now: a row of lamps that always stand in the same place. Those that are well are dim.

const LAMPS = ["alerts", "waiting", "service", "over", "unreachable", "system"];
const LIT = new Set(["warn", "bad"]);

class Strip {
  constructor(parent, page) {
    this.node = make("section", "strip", parent);
    this.lamps = LAMPS.map((name) => {
      const node = make("button", "lamp", this.node, { type: "button", "data-lamp": name });
      const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
      const label = text(make("span", "label", node));
      const value = text(make("b", "value", node));
      const detail = text(make("span", "detail", node));
      node.addEventListener("click", () => page.go(...this.told[name].to));
      return { name, node, sign, label, value, detail };
    });
    this.told = {};
  }

  paint(floor, { words }) {
    mark(this.node, "aria-label", words.say("console.wrong"));
    this.told = floor.body ? this.tell(floor, words) : {};
    for (const { name, node, sign, label, value, detail } of this.lamps) {
      const { tone = "none", said = NOTHING, more = "" } = this.told[name] ?? {};
      mark(node, "data-tone", tone);
      node.disabled = !this.told[name];
      mark(sign, "data-shape", { bad: "octagon", warn: "triangle", good: "disc", none: "ring" }[tone]);
      put(label, words.say(`lamp.${name}`));
      put(value, said);
      put(detail, more);
    }
  }

  // What stands in the lamps that are not well, alerts apart: "Longest wait 0:57".
  get lit() {
    const wrong = this.lamps.filter(({ name }) => name !== "alerts" && LIT.has(this.told[name]?.tone));
    return wrong.map(({ label, value }) => `${label.data} ${value.data}`);
  }

  tell(floor, words) {
    const { over, faults } = floor;
    const away = floor.present.filter(({ state }) => state === "unreachable");
    const first = (list, name) => first_of(list.map(name), words);
    return {
      alerts: this.of_alerts(floor, words),
      waiting: this.of_waiting(floor, words),
      service: this.of_service(floor, words),
      over: {
        tone: over.length ? "warn" : "good",
        said: words.count(over.length),
        more: first(over, (person) => [person.name, doing_words(person, words)].join(" · ")),
        to: over.length ? ["people", { over: "1" }] : ["break", {}],
      },
      unreachable: {
        tone: away.length ? "bad" : "good",
        said: words.count(away.length),
        more: first(away, ({ name }) => name),
        to: ["people", { state: away.length ? "unreachable" : "" }],
      },
      system: {
        tone: faults.length ? "bad" : "good",
        said: faults.length ? words.count(faults.length) : words.say("lamp.well"),
        more: first(faults, ({ name }) => name),
        to: ["alerts", {}],
      },
    };
  }

  of_service(floor, words) {
    const below = floor.below_goal;
    const promised = floor.queues.some(([, queue]) => queue.service_level >= queue.goal);
    const names = below.map(([id]) => floor.queue_name(id, words));
    const to = ["queues", {}];
    const more = words.say("lamp.below", { queues: first_of(names, words) });
    if (below.length) return { tone: "bad", said: words.kept(below[0][1].service_level), more, to };
    return promised ? { tone: "good", said: words.say("lamp.kept"), to } : { to };
  }

  // How many nobody has taken on, and what the worst is.
  of_alerts(floor, words) {
    const calling = floor.alerts.filter(([, each]) => calls_for_somebody(each, floor.now));
    const open = floor.alerts.filter(([, each]) => is_open(each));
    const worst = calling[0]?.[1];
    const tone = worst ? (severity_of(worst) === "critical" ? "bad" : "warn") : "good";
    const watched = Boolean(floor.body.alerts);
    const more = worst ? headline_of(worst, words) : open.length ? words.say("lamp.taken", { count: words.count(open.length) }) : "";
    return { tone: watched ? tone : "none", said: watched ? words.count(calling.length) : NOTHING, more, to: ["alerts", {}] };
  }

  of_waiting(floor, words) {
    const waiting = floor.body.totals?.waiting ?? floor.queues.reduce((sum, [, queue]) => sum + (queue.waiting ?? 0), 0);
    if (!floor.longest) return { tone: "good", said: words.count(waiting), to: ["waiting", {}] };
    const [id, queue] = floor.longest;
    const late = waits_too_long(queue, floor.now);
    const said = words.wait(floor.now - queue.longest_since);
    const more = words.say("lamp.waiting_more", { count: words.count(waiting), queue: floor.queue_name(id, words) });
    return { tone: late ? "warn" : "good", said, more, to: ["waiting", {}] };
  }
}

// The first of some names, and how many more there are.
function first_of(names, words) {
  return names.length > 1 ? `${names[0]} +${words.count(names.length - 1)}` : (names[0] ?? "");
}
