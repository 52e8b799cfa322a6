// The menu of an agent, or of a call that waits: what can be done about it now.

const ACT_GROUPS = [
  ["work", ["pause", "unpause", "move"]],
  ["hear", ["listen", "whisper", "barge"]],
  ["cut", ["take_over", "hang_up", "sign_out"]],
];
const ACT_ASKED = new Set(["pause", "move"]);
const ACT_SURE = new Set(["take_over", "hang_up", "sign_out"]);

class ActMenu {
  constructor(page, { agent = "", row = null, visit = "", call = null }) {
    this.page = page;
    this.agent = agent;
    this.visit = visit;
    this.row = row;
    this.call = call;
    this.command = "";
    this.trouble = "";
    this.busy = false;
    this.key = act_key();
    this.node = document.createElement("section");
    this.node.className = "act-menu";
    this.title = text(make("h3", "", this.node));
    this.groups = ACT_GROUPS.map(([name, kinds]) => {
      const node = make("div", "act-group", this.node, { "data-group": name, role: "group" });
      const heading = text(make("span", "fw-note act-heading", node));
      const rowed = make("div", "act-buttons", node);
      const buttons = kinds.map((kind) => {
        const looks = kind === "hang_up" ? "act-cut" : "";
        const button = button_in(rowed, looks, () => this.press(kind));
        mark(button.node, "data-act", kind);
        return { kind, ...button };
      });
      return { name, node, heading, buttons };
    });
    this.form = new ActForm(this.node, this);
    this.node.insertBefore(this.form.node, this.groups[1].node); // where it was asked for
    this.status = make("div", "act-status", this.node, { role: "status" });
    this.mark = new ActMark(this.status);
    this.said = text(make("span", "", this.status));
    this.undo = button_in(this.status, "act-undo", () => this.take_back());
    this.refused = make("p", "fw-said", this.node, { "data-tone": "bad", role: "alert" });
    this.refused_words = text(this.refused);
  }

  // The row as it is now: the sheet may be open for long.
  get present() {
    return this.agent ? (this.page.body?.agents?.[this.agent] ?? this.row) : null;
  }

  // What makes sense now, and the site allows.
  fits(kind) {
    if (!this.page.allowed.has(kind)) return false;
    if (!this.agent) return kind === "hang_up";
    const row = this.present ?? {};
    if (ACT_OF_CALLS.has(kind)) return ACT_ON_CALL.has(row.state);
    const queues = Object.values(row.queues ?? {});
    if (!queues.length) return false;
    const away = row.state === "not_ready";
    if (kind === "pause") return !away && queues.some(Boolean);
    if (kind === "unpause") return away || !queues.every(Boolean);
    return kind !== "move" || this.elsewhere().length > 0;
  }

  elsewhere() {
    const own = this.present?.queues ?? {};
    return Object.keys(this.page.body?.queues ?? {}).filter((id) => !Object.hasOwn(own, id));
  }

  press(kind) {
    this.trouble = "";
    if (ACT_ASKED.has(kind)) this.form.show(this.form.kind === kind ? "" : kind);
    else if (ACT_SURE.has(kind)) this.page.sure.ask(kind, this);
    else this.send(kind, {});
    this.paint();
  }

  // One wish at a time, under a name of its own: tapped twice it still is one.
  async send(kind, data) {
    if (this.busy) return;
    this.busy = true;
    const about = this.agent ? { agent: this.agent } : { call: this.visit };
    const answer = await this.page.send(kind, { ...about, ...data, key: this.key });
    this.busy = false;
    // A wish whose answer was lost keeps its name: said again it is not done again.
    if (answer.why !== "lost") this.key = act_key();
    if (answer.done) {
      this.command = answer.command;
      this.form.show("");
    }
    this.trouble = answer.done ? "" : answer.why;
    this.paint();
    (answer.done ? this.status : this.refused).scrollIntoView({ block: "nearest" });
  }

  async take_back() {
    if (this.busy || !this.command) return;
    this.busy = true;
    const answer = await this.page.send("undo", { command: this.command, key: act_key() });
    this.busy = false;
    if (answer.done) this.command = answer.command;
    this.trouble = answer.done ? "" : answer.why;
    this.paint();
  }

  paint() {
    const { words, now, body } = this.page;
    put(this.title, words.say("act.menu"));
    for (const { name, node, heading, buttons } of this.groups) {
      let shown = 0;
      for (const { kind, node: button, words: label } of buttons) {
        const fits = this.fits(kind);
        button.hidden = !fits;
        button.disabled = this.busy;
        shown += fits;
        mark(button, "aria-expanded", String(this.form.kind === kind));
        put(label, words.say(`act.${kind}`) + (ACT_SURE.has(kind) || ACT_ASKED.has(kind) ? words.say("act.more") : ""));
      }
      node.hidden = shown === 0;
      put(heading, words.say(`act_group.${name}`));
    }
    if (this.form.kind && !this.fits(this.form.kind)) this.form.show("");
    this.form.paint();
    const command = body?.commands?.[this.command];
    this.status.hidden = !command;
    if (command) {
      this.mark.paint(words, command);
      put(this.said, `${this.page.title(command)} · ${this.page.told(command)}`);
      act_paint_undo(this.undo, words, command, now);
    }
    put(this.refused_words, this.trouble ? words.refusal({ why: this.trouble }) : "");
  }
}

// How long it can still be taken back; one who is to return can be sent back at once.
function act_paint_undo({ node, words: label }, words, command, now) {
  const left_ms = command.state === "confirmed" ? (command.undo_until ?? 0) - now : 0;
  node.hidden = left_ms <= 0 && !(command.state === "confirmed" && command.due_at);
  const seconds = words.count(Math.ceil(left_ms / 1000));
  put(label, left_ms > 0 ? words.say("act.undo", { seconds }) : words.say("act.back_now"));
}
