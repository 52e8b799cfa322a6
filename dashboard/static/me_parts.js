// What the parts of the agent's page share: rows kept by their key, lengths of time, and headings.

// Rows of a list, one per key, made once and painted again and again, in this order.
class MeRows {
  constructor(parent, build, paint) {
    this.parent = parent;
    this.build = build;
    this.paint_row = paint;
    this.rows = new Map();
  }

  paint(entries) {
    const wanted = new Set(entries.map(([key]) => key));
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      row.node.remove();
      this.rows.delete(key);
    }
    entries.forEach(([key, value], place) => {
      if (!this.rows.has(key)) this.rows.set(key, this.build(this.parent, key));
      const row = this.rows.get(key);
      if (this.parent.children[place] !== row.node) this.parent.insertBefore(row.node, this.parent.children[place] ?? null);
      this.paint_row(row, value, key);
    });
  }
}

function me_section(parent, name) {
  const node = make("section", `fw-tile me-${name}`, parent);
  return { node, title: text(make("h2", "", node)) };
}

// 2 h 5 min: what need not tick.
function me_length(ms, words) {
  if (!Number.isFinite(ms)) return NOTHING;
  const minutes = Math.floor(Math.max(0, ms) / 60000);
  const values = { hours: words.count(Math.floor(minutes / 60)), minutes: words.count(minutes % 60) };
  return words.say(minutes < 60 ? "me.minutes" : "me.hours", values);
}

function me_button(parent, names, press) {
  const node = make("button", ["fw-button", ...names].join(" "), parent, { type: "button" });
  node.addEventListener("click", press);
  return { node, words: text(node) };
}
