// Says a new incident to those who do not see the page; what ticks would be said every second.
class Crier {
  constructor(parent) {
    this.words = text(make("p", "unseen", parent, { role: "alert" }));
    this.cried = new Set();
  }

  paint(open, words) {
    const fresh = open.filter(([id]) => !this.cried.has(id));
    this.cried = new Set(open.map(([id]) => id));
    if (!fresh.length) return;
    const cries = fresh.map(([, incident]) => {
      const severity = words.say(`severity.${severity_of(incident)}`);
      return `${severity}: ${headline_of(incident, words)}`;
    });
    put(this.words, cries.join("; "));
  }
}
