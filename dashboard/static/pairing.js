// A screen that is not known here shows a code; an admin who reads it makes it a display.

const PAIR_ASK_MS = 3000;
const PAIR_AGAIN_MS = 15000;

class Pairing {
  // Fills `node` for as long as it is in the page.
  constructor(node, words) {
    this.node = node;
    this.words = words;
    this.road = new Road();
    mark(node, "role", "status");
    this.title = text(make("h2", "", node));
    this.code = text(make("p", "pair-code", node));
    this.note = text(make("p", "pair-note", node));
    this.where = text(make("p", "pair-where", node));
    this.state = "asking";
    this.run();
  }

  // A code lives for minutes: the next one is asked for when it is over, for as long as it takes.
  async run() {
    while (this.node.isConnected && this.state !== "paired") {
      const answer = await this.road.wish("display.ask");
      this.state = answer.done ? "waiting" : "refused";
      this.shown = answer.done ? answer.code : "";
      this.paint();
      if (answer.done) await this.wait(answer.secret);
      else await this.pause(PAIR_AGAIN_MS);
    }
    this.road.stop();
  }

  async wait(secret) {
    while (this.node.isConnected) {
      await this.pause(PAIR_ASK_MS);
      const answer = await this.road.wish("display.wait", { secret });
      if (answer.done && answer.state === "paired") return this.enter(answer.ticket);
      if (!answer.done && answer.why !== "lost") return;
    }
  }

  async enter(ticket) {
    try {
      const opened = await fetch(at("session/open"), { headers: { "X-Ticket": ticket }, cache: "no-store" });
      if (!opened.ok) return;
    } catch {
      return; // the next code, then
    }
    this.state = "paired";
    location.replace(at("wall"));
  }

  pause(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  paint() {
    const { words } = this;
    put(this.title, words.say("pair.title"));
    put(this.code, this.shown ? `${this.shown.slice(0, 3)} ${this.shown.slice(3)}` : "···");
    put(this.note, words.say(this.shown ? "pair.note" : "pair.refused"));
    put(this.where, at("admin").href.replace(/^https?:\/\//, ""));
  }
}
