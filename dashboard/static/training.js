// The trainer's panel: faults on demand, and the game of finding one. It is there only where the
// gateway shows a training desk; what it wishes goes by a connection of its own (docs/frames.md).

const QUIET_MS = 6000;
const ANSWER_MS = 5000;
const STAYING = 12; // seconds that a refusal stays readable

class Training {
  // `head` takes the handle, `wall` the panel; `address` is where wishes go.
  constructor(head, wall, address, words) {
    this.words = words;
    this.address = address;
    this.socket = null;
    this.stirred = -Infinity;
    this.shown = ""; // what the controls were built from
    this.trouble = "";
    this.waiting = [];
    this.wall = wall;
    this.handle = make("button", "training-handle", head, { type: "button", "aria-expanded": "false" });
    make("i", "sign", this.handle, { "aria-hidden": "true" });
    this.handle_words = text(make("span", "", this.handle));
    this.handle_more = text(make("span", "more", this.handle));
    this.handle_count = text(make("b", "", this.handle));
    this.handle.hidden = true;
    this.handle.addEventListener("click", () => this.turn());
    this.build(wall);
    const asked = new URLSearchParams(location.search).get("training");
    this.wanted = asked !== null && asked !== "0";
    this.stir = () => {
      this.stirred = performance.now();
    };
    this.key = (event) => this.press(event);
    for (const kind of ["pointermove", "pointerdown", "keydown"]) window.addEventListener(kind, this.stir);
    window.addEventListener("keydown", this.key);
  }

  stop() {
    for (const kind of ["pointermove", "pointerdown", "keydown"]) window.removeEventListener(kind, this.stir);
    window.removeEventListener("keydown", this.key);
    this.hang_up();
  }

  build(parent) {
    this.panel = make("aside", "training", parent, { tabindex: "-1" });
    this.panel.hidden = true;
    const head = make("header", "training-head", this.panel);
    this.title = text(make("h2", "", head));
    this.close = make("button", "quiet close", head, { type: "button" });
    this.close_words = text(make("span", "", this.close));
    make("kbd", "", this.close, { "aria-hidden": "true" });
    this.close.addEventListener("click", () => this.turn(false));
    this.inject = make("section", "inject", this.panel);
    this.inject_title = text(make("h3", "", this.inject));
    this.offers = make("div", "offers", this.inject);
    this.finding = new Finding(this.panel, (wish) => this.say(wish));
    this.running = make("section", "running", this.panel);
    this.running_title = text(make("h3", "", this.running));
    this.drills = make("ol", "drills", this.running);
    this.nothing = text(make("p", "note", this.running));
    this.says = text(make("p", "trouble", this.panel, { role: "status" }));
  }

  get open() {
    return !this.panel.hidden;
  }

  // Open or close the panel; the keyboard's place follows.
  turn(open = !this.open) {
    if (open === this.open || (open && this.handle.hidden)) return;
    this.panel.hidden = !open;
    mark(this.handle, "aria-expanded", String(open));
    mark(this.wall, "data-training", String(open));
    if (open) this.call();
    else this.hang_up();
    (open ? this.panel : this.handle).focus({ preventScroll: true });
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const typing = event.composedPath()[0]?.matches?.("input, select, textarea");
    if (event.key === "Escape" && this.open) this.turn(false);
    else if (event.key.toLowerCase() === "t" && !typing && !event.repeat) this.turn();
  }

  call() {
    if (this.socket) return this.socket;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      for (const wish of this.waiting.splice(0)) socket.send(wish);
    };
    socket.onmessage = ({ data }) => this.answered(data);
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.socket = null;
      if (this.asked_at) this.refuse("lost");
    };
    return socket;
  }

  hang_up() {
    const socket = this.socket;
    this.socket = null;
    this.waiting = [];
    if (socket) hung_up(socket);
  }

  say(wish) {
    this.refuse("");
    this.asked_at = performance.now();
    const socket = this.call();
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(wish));
    else this.waiting.push(JSON.stringify(wish));
  }

  answered(data) {
    this.asked_at = 0;
    const answer = JSON.parse(data);
    this.refuse(answer.done ? "" : answer.why);
  }

  refuse(why) {
    this.asked_at = 0;
    this.trouble = why;
    this.troubled_at = performance.now();
  }

  paint(training, now) {
    const { words } = this;
    const there = Boolean(training) && typeof training === "object";
    const running = (training?.faults ?? []).filter((fault) => fault.ended_at === undefined);
    const quiet = performance.now() - this.stirred > QUIET_MS;
    this.handle.hidden = !there;
    if (!there) return this.turn(false);
    const focused = this.handle.matches(":focus-visible");
    const seen = !quiet || this.open || this.wanted || focused || running.length > 0;
    mark(this.handle, "data-seen", String(seen));
    mark(this.handle, "data-running", String(running.length > 0));
    put(this.handle_words, words.say("training"));
    put(this.handle_more, words.say("training.more"));
    mark(this.handle, "title", words.say("training.hint"));
    put(this.handle_count, running.length ? words.count(running.length) : "");
    mark(this.handle, "aria-label", words.say("training.handle", { count: words.count(running.length) }));
    if (this.wanted && !this.opened) {
      this.opened = true;
      this.turn(true);
    }
    if (this.open) this.paint_panel(training, running, now);
  }

  paint_panel(training, running, now) {
    const { words } = this;
    const built = JSON.stringify([words.language, training.offers]);
    if (built !== this.shown) {
      this.shown = built;
      this.build_offers(training.offers);
      this.finding.build(training.offers, words);
      this.drills.replaceChildren();
    }
    mark(this.panel, "aria-label", words.say("training"));
    put(this.title, words.say("training"));
    put(this.close_words, words.say("training.close"));
    put(this.inject_title, words.say("training.inject"));
    put(this.running_title, words.say("training.running"));
    put(this.nothing, training.faults.length ? "" : words.say("training.nothing"));
    this.finding.paint(running.find((fault) => fault.kind === undefined), training.faults, { words, now });
    this.paint_drills(training, now);
    if (this.asked_at && performance.now() - this.asked_at > ANSWER_MS) this.refuse("lost");
    if (performance.now() - this.troubled_at > STAYING * 1000) this.trouble = "";
    put(this.says, this.trouble ? words.refusal({ why: this.trouble }) : "");
  }

  build_offers(offers) {
    const { words } = this;
    this.offers.replaceChildren();
    for (const offer of offers) {
      const row = make("div", "offer", this.offers, { "data-kind": offer.kind });
      const told = make("p", "told", row);
      text(make("b", "", told)).data = fault_name(offer, words);
      text(make("span", "note", told)).data = words.say("training.for", { time: words.wait(offer.length_ms) });
      const places = choice(row, offer.scopes.map((scope) => [scope.id, scope_name(scope, words)]));
      mark(places, "aria-label", words.say("training.where", { what: fault_name(offer, words) }));
      places.hidden = offer.scopes.length < 2;
      for (const size of offer.sizes.length > 1 ? offer.sizes : [0]) {
        const button = make("button", "go", row, { type: "button", "data-size": String(size) });
        text(button).data = size ? size_words(offer.kind, size, words) : words.say("training.start");
        mark(button, "aria-label", `${fault_name(offer, words)} ${button.textContent}`);
        button.addEventListener("click", () => {
          this.say({ inject: { kind: offer.kind, scope: places.value, size } });
        });
      }
    }
  }

  paint_drills(training, now) {
    const { words } = this;
    const known = new Map([...this.drills.children].map((node) => [node.dataset.number, node]));
    for (const fault of training.faults) {
      const number = String(fault.number);
      const node = known.get(number) ?? this.build_drill(fault.number);
      known.delete(number);
      mark(node, "data-kind", fault.kind ?? "secret");
      mark(node, "data-over", String(fault.ended_at !== undefined));
      const [name, state, account] = node.lines;
      put(name, drill_name(fault, training.offers, words));
      put(state, drill_state(fault, words, now));
      put(account, drill_account(fault, words));
      node.end.hidden = fault.ended_at !== undefined;
      const hidden = fault.kind === undefined;
      put(node.end_words, words.say(hidden ? "training.give_up" : "training.end"));
    }
    for (const node of known.values()) node.remove();
  }

  build_drill(number) {
    const node = make("li", "drill", this.drills, { "data-number": String(number) });
    this.drills.prepend(node);
    node.lines = ["what", "state", "note"].map((name) => text(make("span", name, node)));
    node.end = make("button", "quiet", node, { type: "button" });
    node.end_words = text(node.end);
    node.end.addEventListener("click", () => this.say({ relieve: number }));
    return node;
  }
}
