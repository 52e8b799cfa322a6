// Supervisors' actions: menus for an agent and for a call, and what became of what was asked for.
//
//   press -> (really?) -> wish, once, however often it was tapped -> the commands of the feed tell on

const ACT_KINDS = ["pause", "unpause", "move", "listen", "whisper", "barge", "take_over", "hang_up", "sign_out"];
const ACT_ON_CALL = new Set(["talking", "hold"]);
const ACT_OF_CALLS = new Set(["listen", "whisper", "barge", "take_over", "hang_up"]);
const ACT_LOOKS = {
  requested: ["calm", "bars"],
  sent: ["calm", "bars"],
  confirmed: ["good", "disc"],
  refused: ["bad", "cross"],
  timed_out: ["warn", "triangle"],
  undone: ["", "ring"],
};
const ACT_WHYS = new Set([
  ...["away", "phone_unanswered", "half", "not_a_member", "not_dynamic", "off", "restarted", "left"],
  ...["moved_on", "call_over", "there_already", "action_signed_out"],
]);
const ACT_ANYBODY = "open"; // where nobody signs in

class Actions {
  // `parent` gets the tray of commands; menus are put where they belong by whoever asks for them.
  constructor(parent, { words, road }) {
    this.words = words;
    this.road = road;
    this.body = null;
    this.now = 0;
    this.menus = new Set();
    this.sure = new ActSure(parent, this);
    this.tray = new ActTray(parent, this);
  }

  get allowed() {
    return new Set(this.body?.abilities?.actions ?? []);
  }

  // A menu for an agent; null where nobody may act. `row` is his row of the feed.
  for_agent(id, row) {
    return this.menu({ agent: id, row });
  }

  // A menu for a call that waits, by its visit; `call` is its row of the feed.
  for_call(id, call) {
    return this.menu({ visit: id, call });
  }

  menu(about) {
    if (!this.allowed.size) return null;
    const menu = new ActMenu(this, about);
    this.menus.add(menu);
    menu.paint();
    return menu.node;
  }

  paint(body, now) {
    this.body = body;
    this.now = now;
    this.tray.paint();
    this.sure.paint();
    for (const menu of this.menus) {
      menu.shown ||= menu.node.isConnected;
      if (menu.shown && !menu.node.isConnected) this.menus.delete(menu);
      else menu.paint();
    }
  }

  // The answer to a wish; a press that got none is the same wish again.
  async send(deed, data) {
    const who = remembered(WHO_KEY);
    return this.road.wish(`action.${deed}`, { ...data, ...(who ? { who } : {}) });
  }

  agent_name(id) {
    return this.words.name(this.body?.agents?.[id]?.names, id);
  }

  queue_name(id) {
    return this.words.name(this.body?.queues?.[id]?.names, id);
  }

  // What a command does, to whom: one line.
  title(command) {
    const { words } = this;
    const kind = ACT_KINDS.includes(command.kind) ? command.kind : "other";
    const what = words.say(`act.${kind}`);
    return command.agent ? words.say("act.title", { what, agent: this.agent_name(command.agent) }) : what;
  }

  // Where, and why somebody wants it.
  detail(command) {
    const { words } = this;
    const parts = [];
    if (command.kind === "move") {
      const [from, to] = [this.queue_name(command.queue), this.queue_name(command.to)];
      parts.push(words.say("act.from_to", { from, to }));
    } else if (command.queue) parts.push(this.queue_name(command.queue));
    if (command.reason) parts.push(command.reason);
    const by = command.by ? (command.by_name ?? command.by) : words.say("act.itself");
    if (by !== ACT_ANYBODY) parts.push(by);
    parts.push(words.time(command.at));
    return parts.join(" · ");
  }

  // What became of it, in words.
  told(command) {
    const { words } = this;
    const why = ACT_WHYS.has(command.why) ? words.say(`act_why.${command.why}`) : "";
    switch (command.state) {
      case "requested":
      case "sent":
        return words.say("act_state.sent");
      case "confirmed":
        return why || (command.due_at ? words.say("act.due", { time: words.hour_minute(command.due_at) }) : words.say("act_state.confirmed"));
      case "refused":
        return [why || words.say("act_state.refused"), command.said ? words.say("act.said", { said: command.said }) : ""].filter(Boolean).join(" ");
      case "timed_out":
        return words.say("act_state.timed_out");
      default:
        return words.say(command.return_at ? "act_state.returned" : "act_state.undone");
    }
  }
}

// The mark of a state: a shape and a word, so that no two are told apart by colour alone.
class ActMark {
  constructor(parent) {
    this.node = make("span", "fw-tag act-mark", parent);
    this.shape = make("i", "fw-shape", this.node, { "aria-hidden": "true" });
    this.words = text(make("span", "", this.node));
  }

  paint(words, command) {
    const state = Object.hasOwn(ACT_LOOKS, command.state) ? command.state : "timed_out";
    const [tone, shape] = ACT_LOOKS[state];
    mark(this.node, "data-tone", tone);
    mark(this.node, "data-state", state);
    mark(this.shape, "data-shape", shape);
    put(this.words, words.say(`act_mark.${state}`));
  }
}

function act_key() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}
