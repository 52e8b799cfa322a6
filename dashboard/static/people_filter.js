// Which people are shown, and in which order: words, state, team, queue. It lives in the address.

const SORTS_OF_PEOPLE = ["time", "name", "calls"];

// Everything about which the filter asks, for one person.
function fits(person, query, without = "") {
  const { q = "", state = "", team = "", queue = "", over = "" } = query;
  if (without !== "state") {
    if (over ? !(person.over_ms > 0) : false) return false;
    if (state ? person.state !== state : person.state === "signed_out") return false;
  }
  if (without !== "team" && team && person.team !== team) return false;
  if (without !== "queue" && queue && !Object.hasOwn(person.row.queues ?? {}, queue)) return false;
  return !q || said_of(person).includes(q.toLowerCase());
}

// What one may type to find somebody: his name in each language, his number.
function said_of({ id, row }) {
  return `${id} ${Object.values(row.names ?? {}).join(" ")}`.toLowerCase();
}

function in_order_of(sort, words) {
  const by_name = (one, other) => compare_names(words, one.name, other.name) || (one.id < other.id ? -1 : 1);
  if (sort === "name") return by_name;
  if (sort === "calls") return (one, other) => (other.row.day?.answered ?? -1) - (one.row.day?.answered ?? -1) || by_name(one, other);
  return (one, other) => other.lasts_ms - one.lasts_ms || (one.id < other.id ? -1 : 1);
}

// As the viewer's language sorts names.
const COLLATORS = new Map();

function compare_names(words, one, other) {
  const locale = words.say("locale");
  if (!COLLATORS.has(locale)) COLLATORS.set(locale, new Intl.Collator(locale));
  return COLLATORS.get(locale).compare(one, other);
}

class PeopleFilter {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "filter", parent);
    const line = make("div", "filter-line", this.node);
    this.field = make("input", "fw-field find", line, { type: "search", maxlength: "100", autocomplete: "off", spellcheck: "false" });
    this.field.addEventListener("input", () => page.route.set({ q: this.field.value.trim() }));
    const choices = make("div", "choices", line);
    this.team = this.build_choice(choices, "team");
    this.queue = this.build_choice(choices, "queue");
    this.sort = make("select", "fw-field choice sort", choices);
    this.group = this.build_turn(choices, "group");
    this.sorts = SORTS_OF_PEOPLE.map((sort) => [sort, text(make("option", "", this.sort, { value: sort }))]);
    this.sort.addEventListener("change", () => {
      page.route.set({ sort: this.sort.value === SORTS_OF_PEOPLE[0] ? "" : this.sort.value });
    });
    this.chips_node = make("div", "chips", this.node, { role: "group" });
    this.chips = ["", "over", ...STATES_IN_ORDER].map((state) => this.build_chip(state));
  }

  build_choice(parent, name) {
    const node = make("select", `fw-field choice ${name}`, parent);
    node.addEventListener("change", () => this.page.route.set({ [name]: node.value }));
    return { name, node, built: "" };
  }

  build_turn(parent, name) {
    const node = make("button", "fw-button", parent, { type: "button" });
    node.addEventListener("click", () => this.page.route.set({ [name]: this.page.route.get(name) ? "" : "1" }));
    return { node, words: text(node) };
  }

  build_chip(state) {
    const node = make("button", "fw-button chip", this.chips_node, { type: "button", "data-chip": state || "all" });
    const sign = state ? state_sign(node) : null;
    if (state === "over") mark(sign, "data-shape", "triangle");
    else if (state) mark_state(node, sign, state);
    const words = text(make("span", "", node));
    const count = text(make("b", "", node));
    node.addEventListener("click", () => {
      const { query } = this.page.route;
      const same = state === "over" ? query.over : query.state === state;
      const over = state === "over" && !same ? "1" : "";
      this.page.route.set({ over, state: state === "over" || same ? "" : state });
    });
    return { state, node, words, count };
  }

  paint(floor, { words }) {
    const { query } = this.page.route;
    mark(this.field, "placeholder", words.say("people.find"));
    mark(this.field, "aria-label", words.say("people.find"));
    if (this.field.getRootNode().activeElement !== this.field) this.field.value = query.q ?? "";
    this.paint_chips(floor, query, words);
    const teams = counted(floor, query, "team", ({ team }) => [team]);
    this.paint_choice(this.team, teams, words, (id) => floor.team_name(id, words));
    const queues = counted(floor, query, "queue", ({ row }) => Object.keys(row.queues ?? {}));
    this.paint_choice(this.queue, queues, words, (id) => floor.queue_name(id, words));
    put(this.group.words, words.say("people.group"));
    mark(this.group.node, "aria-pressed", String(Boolean(query.group)));
    mark(this.sort, "aria-label", words.say("people.sort"));
    for (const [sort, label] of this.sorts) put(label, words.say(`sort.${sort}`));
    const sort = SORTS_OF_PEOPLE.includes(query.sort) ? query.sort : SORTS_OF_PEOPLE[0];
    if (this.sort.value !== sort) this.sort.value = sort;
  }

  paint_chips(floor, query, words) {
    const counts = new Map();
    let over = 0;
    let all = 0;
    for (const person of floor.people) {
      if (!fits(person, query, "state")) continue;
      counts.set(person.state, (counts.get(person.state) ?? 0) + 1);
      if (person.state === "signed_out") continue;
      all += 1;
      if (person.over_ms > 0) over += 1;
    }
    mark(this.chips_node, "aria-label", words.say("people.states"));
    for (const { state, node, words: label, count } of this.chips) {
      const number = state === "over" ? over : state ? (counts.get(state) ?? 0) : all;
      const chosen = state === "over" ? Boolean(query.over) : state ? query.state === state : !query.state && !query.over;
      node.hidden = !number && !chosen && (state === "unknown" || state === "signed_out" || state === "unreachable" || state === "over");
      put(label, state === "over" ? words.say("people.over") : state ? state_words(state, words) : words.say("people.all"));
      put(count, words.count(number));
      mark(node, "aria-pressed", String(chosen));
    }
  }

  paint_choice(choice, counts, words, name_of) {
    const { name, node } = choice;
    const chosen = this.page.route.get(name);
    if (chosen && !counts.has(chosen)) counts.set(chosen, 0);
    const entries = [...counts].filter(([id]) => id).map(([id, count]) => [id, name_of(id), count]);
    entries.sort(([, one], [, other]) => compare_names(words, one, other));
    const built = JSON.stringify([words.language, entries]);
    mark(node, "aria-label", words.say(`column.${name}`));
    if (built !== choice.built && node.getRootNode().activeElement !== node) {
      choice.built = built;
      node.replaceChildren();
      make("option", "", node, { value: "" }).textContent = words.say(`every.${name}`);
      for (const [id, said, count] of entries) {
        make("option", "", node, { value: id }).textContent = `${said} (${words.count(count)})`;
      }
    }
    if (node.value !== chosen) node.value = chosen;
  }
}

// How many would be left, by what they have of this.
function counted(floor, query, without, ids_of) {
  const counts = new Map();
  for (const person of floor.people) {
    if (!fits(person, query, without)) continue;
    for (const id of ids_of(person)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
