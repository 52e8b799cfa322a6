// The floor from above: each seat where it stands, with who sits there and what he does.

const SEAT_MOST_PX = 120;
const SEAT_LEAST_PX = 36; // and what a finger needs, where there are fingers
const FINGER_PX = 44;
const ROOM_PX = 40; // around the floor

class PlanView {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "view plan", parent);
    this.chips = make("div", "chips", this.node, { role: "group" });
    this.buttons = STATES_IN_ORDER.filter((state) => state !== "signed_out").map((state) => {
      const node = make("button", "fw-button chip", this.chips, { type: "button", "data-chip": state });
      mark_state(node, state_sign(node), state);
      node.addEventListener("click", () => page.route.set({ state: page.route.get("state") === state ? "" : state }));
      return { state, node, words: text(make("span", "", node)), count: text(make("b", "", node)) };
    });
    this.scroll = make("div", "plan-scroll fw-tile", this.node, { tabindex: "0", role: "region" });
    this.ground = make("div", "ground", this.scroll);
    this.nothing = text(make("p", "fw-empty", this.node));
    this.built = "";
    this.seats = [];
  }

  paint(floor, { words, now }) {
    const plan = floor.body?.plan;
    const built = JSON.stringify(plan ?? null);
    if (built !== this.built) this.build(plan, built);
    const seated = seating(plan, floor);
    this.scroll.hidden = this.chips.hidden = !plan;
    put(this.nothing, plan ? "" : words.say(floor.body ? "plan.none" : "quiet.awaited"));
    mark(this.scroll, "aria-label", words.say("tab.plan"));
    mark(this.chips, "aria-label", words.say("people.states"));
    const counts = new Map();
    for (const person of seated.values()) counts.set(person.state, (counts.get(person.state) ?? 0) + 1);
    const wanted = this.page.route.get("state");
    for (const { state, node, words: label, count } of this.buttons) {
      node.hidden = !counts.get(state) && state !== wanted && (state === "unknown" || state === "unreachable");
      put(label, state_words(state, words));
      put(count, words.count(counts.get(state) ?? 0));
      mark(node, "aria-pressed", String(state === wanted));
    }
    if (!plan) return;
    this.scale(plan);
    for (const area of this.areas) put(area.words, words.name(plan.areas[area.place].names, plan.areas[area.place].id));
    const query = { q: this.page.route.get("q"), state: wanted };
    for (const seat of this.seats) this.paint_seat(seat, seated.get(seat.id), { query, words, now });
  }

  build(plan, built) {
    this.built = built;
    this.ground.replaceChildren();
    const placed = (node, { x, y, width = 1, height = 1 }) => {
      for (const [name, value] of Object.entries({ x, y, w: width, h: height })) {
        node.style.setProperty(`--${name}`, String(Number(value) || 0));
      }
      return node;
    };
    this.areas = (plan?.areas ?? []).map((area, place) => {
      const node = placed(make("div", "area", this.ground), area);
      return { place, words: text(make("span", "", node)) };
    });
    this.seats = (plan?.seats ?? []).map((seat) => {
      const node = placed(make("button", "seat", this.ground, { type: "button", "data-seat": seat.id }), seat);
      node.addEventListener("click", () => node.dataset.person && this.page.open_person(node.dataset.person));
      const sign = state_sign(node);
      return { id: seat.id, node, sign, name: text(make("span", "name", node)), time: text(make("span", "time", node)) };
    });
    this.width = far_edge([...(plan?.areas ?? []), ...(plan?.seats ?? [])], "x", "width");
    this.height = far_edge([...(plan?.areas ?? []), ...(plan?.seats ?? [])], "y", "height");
  }

  // As large as the room allows; smaller than a finger never.
  scale() {
    const { clientWidth, clientHeight } = this.scroll;
    const fit = Math.min((clientWidth - ROOM_PX) / this.width, (clientHeight - ROOM_PX) / this.height);
    const cell = Math.max(matchMedia("(pointer: coarse)").matches ? FINGER_PX : SEAT_LEAST_PX, Math.min(SEAT_MOST_PX, Math.floor(fit) - 1));
    if (cell === this.cell) return;
    this.cell = cell;
    this.ground.style.setProperty("--cell", `${cell}px`);
    this.ground.style.setProperty("--across", String(this.width));
    this.ground.style.setProperty("--down", String(this.height));
    mark(this.ground, "data-size", cell >= 80 ? "large" : cell >= 52 ? "middle" : "small");
  }

  paint_seat({ id, node, sign, name, time }, person, { query, words }) {
    const state = person?.state ?? "signed_out";
    mark_state(node, sign, state);
    mark(node, "data-person", person?.id ?? "");
    mark(node, "data-empty", String(!person || state === "signed_out"));
    mark(node, "data-over", String(person?.over_ms > 0));
    mark(node, "data-dim", String(Boolean(query.state || query.q) && !(person && fits(person, query))));
    put(name, person?.name ?? id);
    const ticking = person && state !== "signed_out" ? words.wait(person.lasts_ms) : "";
    put(time, ticking);
    const said = person ? [person.name, state_words(state, words), reason_words(person.row.reason, words)] : [words.say("plan.empty", { seat: id })];
    const told = said.filter(Boolean).join(" · ");
    mark(node, "aria-label", told);
    mark(node, "title", told);
  }

  press(letter) {
    if (letter !== "j" && letter !== "k") return false;
    const taken = this.seats.map(({ node }) => node).filter((node) => node.dataset.person && node.dataset.dim !== "true");
    const at_now = taken.indexOf(this.page.focused);
    taken[at_now < 0 ? 0 : Math.max(0, Math.min(taken.length - 1, at_now + (letter === "j" ? 1 : -1)))]?.focus();
    return true;
  }
}

function far_edge(parts, from, length) {
  return Math.max(1, ...parts.map((part) => (Number(part[from]) || 0) + (Number(part[length]) || 1)));
}

// Who sits where.
function seating(plan, floor) {
  const taken = (plan?.seats ?? []).filter(({ agent }) => floor.by_id.has(agent));
  return new Map(taken.map(({ id, agent }) => [id, floor.by_id.get(agent)]));
}
