// The calls that wait, the longest first: where, since when, who, and at whom they ring.

class CallsList {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "view waiting", parent);
    const head = make("header", "view-head", this.node);
    this.title = text(make("h2", "", head));
    this.note = text(make("p", "fw-note", head));
    this.grid = new Grid(this.node, "waiting", ["queue", "waits", "since", "caller", "priority", "ringing", "menu"], {
      press: (id) => this.open(id),
      built: { menu: (cell, id) => this.build_menu(cell, id) },
    });
  }

  build_menu(cell, id) {
    const node = make("button", "fw-button fw-quiet menu", cell, { type: "button" });
    put(text(node), "\u22ef");
    node.addEventListener("click", () => this.open(id));
    return node;
  }

  open(id) {
    const entry = this.calls?.find((each) => each.id === id);
    if (entry) this.page.sheet.show_call(entry);
  }

  paint(floor, { words }) {
    this.calls = floor.calls;
    const waiting = floor.body?.totals?.waiting;
    put(this.title, words.say("waiting.title", { count: words.count(waiting ?? floor.calls.length) }));
    put(this.note, waiting > floor.calls.length && floor.calls.length ? words.say("waiting.some", { count: words.count(floor.calls.length) }) : "");
    this.grid.paint(floor.calls, words, (write, { call, waits_ms }, { node, parts }) => {
      mark(node, "data-tone", waits_ms > floor.body.queues?.[call.queue]?.target_ms ? "warn" : "");
      write.queue(floor.queue_name(call.queue, words));
      write.waits(words.wait(waits_ms));
      write.since(words.time(call.since));
      write.caller(String(call.caller ?? NOTHING));
      write.priority(words.count(call.priority));
      const ringing = Array.isArray(call.ringing) ? call.ringing : [];
      write.ringing(ringing.map((id) => floor.person_name(id, words)).join(words.say("list.comma")));
      mark(parts.menu, "aria-label", words.say("column.menu"));
    });
  }

  press(letter) {
    return this.grid.step(letter);
  }
}
