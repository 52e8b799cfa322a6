// Who sits here: asked once where nobody signs in; and what ended today.

class Person {
  constructor(parent, words) {
    this.name = (remembered(WHO_KEY) ?? "").trim();
    this.signed = false;
    this.node = make("dialog", "fw-sheet who-sheet", parent);
    this.node.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.done("");
    });
    const box = make("div", "box", this.node);
    this.title = text(make("h2", "", box));
    this.note = text(make("p", "fw-note", box));
    this.form = new Ask(box, "sign", ["who"], ({ who }) => this.done(who));
    this.form.cancel.addEventListener("click", () => this.done(""));
    this.words = words;
  }

  get open() {
    return this.node.open;
  }

  // The gateway knows who this is: nobody is asked.
  sign(name) {
    this.signed = true;
    this.name = name;
    if (this.open) this.done(name);
  }

  // Resolves to the name, "" if none is given.
  ask() {
    this.before = this.node.getRootNode().activeElement;
    this.paint(this.words());
    if (!this.open) this.node.showModal();
    this.form.show();
    this.form.fields[0].input.value = this.name;
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  done(name) {
    if (!this.open) return;
    this.node.close();
    this.form.close();
    if (name && !this.signed) {
      this.name = name;
      remember(WHO_KEY, name);
    }
    this.before?.focus?.({ preventScroll: true });
    this.resolve?.(name);
  }

  paint(words) {
    mark(this.node, "aria-label", words.say("who"));
    put(this.title, words.say("who"));
    put(this.note, words.say("who.note"));
    this.form.paint(words);
  }
}

// The incidents of the day that are over, closed ones too.
class Today {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "list today", parent);
    this.title = text(make("h2", "", this.node));
    this.list = make("ol", "", this.node);
    this.incidents = [];
    this.built = "";
  }

  take(told) {
    const list = Array.isArray(told) ? told : (told?.incidents ?? []);
    this.incidents = list.filter((each) => each && each.state === "ended").sort((a, b) => b.ended_at - a.ended_at);
  }

  // Those that do not stand above, as cards.
  paint(words, cards) {
    const shown = this.incidents.filter(({ id }) => !cards.includes(id));
    this.node.hidden = shown.length === 0;
    put(this.title, words.say("list.today", { count: words.count(shown.length) }));
    const built = JSON.stringify([words.language, shown]);
    if (built === this.built) return;
    this.built = built;
    this.list.replaceChildren();
    for (const incident of shown) this.build(incident, words);
  }

  build(incident, words) {
    const button = make("button", "", make("li", "", this.list), { type: "button" });
    make("i", "fw-shape", button, { "aria-hidden": "true", "data-shape": SEVERITY_SHAPES[severity_of(incident)] });
    text(make("time", "", button)).data = words.hour_minute(incident.fired_at ?? incident.since);
    text(make("b", "", button)).data = headline_of(incident, words);
    text(make("span", "lasting", button)).data = words.wait(lasting_of(incident, NaN));
    const judged = incident.verdict ? words.say(incident.verdict === "useful" ? "do.useful" : "do.false") : "";
    const cause = incident.closed?.cause ?? words.say("today.not_closed");
    text(make("span", "fw-note note", button)).data = [judged, cause].filter(Boolean).join(" · ");
    button.addEventListener("click", () => this.page.tell_story(incident.id));
  }
}
