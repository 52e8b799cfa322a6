// Who did what, when, from where, and what became of it. It only grows.

const AUDIT_DAYS = [1, 7, 31];
const AUDIT_DAY_MS = 86400000;

class AuditList {
  constructor(parent, page) {
    this.page = page;
    this.node = make("section", "admin-view audit", parent);
    const bar = make("form", "fw-row admin-filter", this.node);
    this.days = make("select", "fw-field", bar);
    this.who = make("input", "fw-field", bar, { type: "search" });
    this.deed = make("input", "fw-field", bar, { type: "search" });
    for (const field of [this.days, this.who, this.deed]) field.addEventListener("change", () => this.read());
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      this.read();
    });
    this.table = make("table", "fw-table", make("div", "admin-scroll", this.node));
    this.note = text(make("p", "fw-note", this.node));
    this.found = null;
  }

  async read() {
    const days = Number(this.days.value || AUDIT_DAYS[0]);
    const from = Math.round(this.page.now - days * AUDIT_DAY_MS);
    const told = await this.page.road.ask("audit", { from, who: this.who.value.trim(), deed: this.deed.value.trim() });
    this.found = told ?? this.found;
    this.page.paint();
  }

  paint(words) {
    offer(
      this.days,
      AUDIT_DAYS.map((days) => [String(days), words.say("audit.days", { days: words.count(days) })]),
    );
    for (const [field, name] of [
      [this.days, "when"],
      [this.who, "who"],
      [this.deed, "deed"],
    ]) {
      mark(field, "aria-label", words.say(`admin_field.${name}`));
      if (field !== this.days) mark(field, "placeholder", words.say(`admin_field.${name}`));
    }
    const count = this.found?.entries.length ?? 0;
    const said = words.say(this.found?.more ? "audit.more" : count ? "audit.count" : "audit.none", { count: words.count(count) });
    put(this.note, this.found ? said : "");
    this.paint_table(words);
  }

  paint_table(words) {
    const built = JSON.stringify([words.language, this.found]);
    if (built === this.built || !this.found) return;
    this.built = built;
    this.table.replaceChildren();
    const head = make("tr", "", make("thead", "", this.table));
    for (const name of ["when", "who", "deed", "result", "details", "address"]) {
      put(text(make("th", "", head, { scope: "col" })), words.say(`admin_field.${name}`));
    }
    const body = make("tbody", "", this.table);
    for (const entry of this.found.entries) {
      const row = make("tr", "", body);
      put(text(make("td", "audit-when", row)), `${words.day(entry.at)} ${words.time(entry.at)}`);
      const who = make("td", "", row);
      put(text(make("b", "", who)), entry.name || entry.who || NOTHING);
      put(text(make("td", "audit-deed", row)), entry.deed);
      const result = make("span", "fw-tag", make("td", "", row), { "data-tone": entry.done ? "good" : "bad" });
      make("i", "fw-shape", result, { "data-shape": entry.done ? "disc" : "cross", "aria-hidden": "true" });
      put(text(make("span", "", result)), entry.done ? words.say("audit.done") : words.say("audit.refused", { why: entry.why }));
      put(text(make("td", "audit-data fw-note", row)), entry.data);
      put(text(make("td", "fw-note", row)), entry.address);
    }
  }
}
