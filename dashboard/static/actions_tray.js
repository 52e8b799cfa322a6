// The tray: commands that are under way or just ended, and on demand all recent ones.

const ACT_RECENT_MS = 20000;

class ActTray {
  constructor(parent, page) {
    this.page = page;
    this.open = false;
    this.node = make("aside", "act-tray", parent);
    this.list = make("ol", "act-commands", this.node, { "aria-live": "polite" });
    this.more = button_in(this.node, "fw-quiet", () => {
      this.open = !this.open;
      this.paint();
    });
  }

  // Under way, or to be taken back; and a while longer what went wrong.
  matters(command, now) {
    if (["requested", "sent"].includes(command.state)) return true;
    if (command.state === "confirmed" && (command.undo_until ?? 0) > now) return true;
    const longer = ["refused", "timed_out"].includes(command.state) || command.why ? 3 : 1;
    return now - command.told_at < ACT_RECENT_MS * longer;
  }

  paint() {
    const { words, body, now } = this.page;
    const all = Object.entries(body?.commands ?? {}).sort(([, a], [, b]) => b.at - a.at);
    const shown = all.filter(([, command]) => this.open || this.matters(command, now));
    this.node.hidden = all.length === 0;
    mark(this.node, "aria-label", words.say("act.commands"));
    mark(this.node, "data-open", String(this.open));
    keep_rows(this.list, shown, (list, id) => this.build(list, id), (row, command) => this.paint_row(row, command));
    mark(this.more.node, "aria-expanded", String(this.open));
    const count = words.count(all.length);
    put(this.more.words, this.open ? words.say("act.fewer") : words.say("act.all", { count }));
  }

  build(list, id) {
    const node = make("li", "act-command", list, { "data-command": id });
    const head = make("div", "act-line", node);
    const sign = new ActMark(head);
    const title = text(make("b", "", head));
    const told = text(make("p", "", node));
    const foot = make("div", "act-line act-foot", node);
    const detail = text(make("span", "fw-note", foot));
    const row = { node, sign, title, told, detail, trouble: "" };
    row.undo = button_in(foot, "act-undo", () => this.take_back(id, row));
    return row;
  }

  paint_row({ node, sign, title, told, detail, undo, trouble }, command) {
    const { page } = this;
    const { words, now } = page;
    mark(node, "data-state", String(command.state));
    sign.paint(words, command);
    put(title, page.title(command));
    put(told, trouble ? words.refusal({ why: trouble }) : page.told(command));
    put(detail, page.detail(command));
    act_paint_undo(undo, words, command, now);
  }

  async take_back(id, row) {
    row.undo.node.disabled = true;
    const answer = await this.page.send("undo", { command: id, key: act_key() });
    row.undo.node.disabled = false;
    row.trouble = answer.done ? "" : answer.why;
    this.paint();
  }
}
