// What the floor is told today, and what is going on.

const NOTICE_TURN_MS = 10000;
const NOTHING_LEFT = { text: "", tone: "info" };

// Those that still hold, the newest first.
function notices_in(body, now) {
  return Object.entries(body?.notices ?? {})
    .filter(([, notice]) => notice && !(notice.until <= now))
    .sort(([, one], [, other]) => (other.at ?? 0) - (one.at ?? 0))
    .map(([, notice]) => notice);
}

// Notices in turn, each as long as it takes to read; too long ones in pieces.
class NoticeTurns {
  constructor(parent) {
    this.node = make("div", "notice", parent);
    this.tone = make("p", "tone", this.node);
    this.tone_sign = sign(this.tone);
    this.tone_words = text(make("span", "", this.tone));
    this.foot = text(make("p", "note notice-foot", this.node));
    this.words = make("p", "notice-text", this.node);
    this.text = text(this.words);
    this.key = "";
    this.pieces = [];
  }

  // `room`: width, height, least and most in px.
  paint(notices, { words, shown_ms, room }) {
    const key = JSON.stringify([notices.map(({ text: said, tone }) => [said, tone]), room]);
    if (key !== this.key) {
      this.key = key;
      this.pieces = notices.flatMap((notice) =>
        pieces_of(String(notice.text ?? ""), room).map((piece) => ({ ...notice, text: piece })),
      );
    }
    const count = Math.max(1, this.pieces.length);
    const place = Math.floor(shown_ms / NOTICE_TURN_MS) % count;
    const notice = this.pieces[place] ?? NOTHING_LEFT;
    const tone = notice_tone(notice);
    mark(this.node, "data-tone", tone);
    mark(this.tone_sign, "data-shape", NOTICE_LOOKS[tone].shape);
    put(this.tone_words, this.pieces.length ? words.say(`notice.${tone}`) : "");
    put(this.text, notice.text || words.say("notice.none"));
    mark(this.node, "data-none", String(!notice.text));
    const size = size_in(this.text.data, room);
    this.words.style.fontSize = `${size.toFixed(1)}px`;
    const at = Number.isFinite(notice.at) ? words.hour_minute(notice.at) : "";
    const turn = count > 1 ? words.say("table.page", { page: words.count(place + 1), pages: words.count(count) }) : "";
    put(this.foot, [at, turn].filter(Boolean).join(" · "));
  }
}

class NoticeTile extends BoardTile {
  build(parent) {
    this.turns = new NoticeTurns(parent);
  }

  show(view) {
    const { words } = view;
    const { width, height, u, least } = this.size;
    this.name(words.say("tile.notice"));
    const room = { width: width - 5 * u, height: height - 14.5 * u, least, most: 8 * u };
    this.turns.paint(notices_in(view.body, view.now), { words, shown_ms: view.shown_ms, room });
  }

  freshness(view) {
    return freshness_of([], view);
  }
}

const ALERT_LINES = 8;

class AlertsTile extends BoardTile {
  build(parent) {
    this.calm = make("p", "calm", parent);
    sign(this.calm, "disc");
    this.calm_words = text(make("span", "", this.calm));
    this.lines = Array.from({ length: ALERT_LINES }, () => new AlertLine(parent));
    this.more = make("p", "more note", parent);
    this.more_words = text(this.more);
  }

  show(view) {
    const { words } = view;
    const open = incidents_of(view.body?.alerts).filter(([, each]) => each.state === "firing" || each.state === "recovering");
    const { height, u, least } = this.size;
    const line = Math.max(least, 3.8 * u) * 1.3 + 5 * u;
    const fitting = Math.max(1, Math.min(ALERT_LINES, Math.floor((height - 9 * u) / line)));
    const shown = open.length > fitting ? Math.max(1, fitting - 1) : open.length;
    this.name(words.say("tile.alerts", { count: words.count(open.length) }));
    this.calm.hidden = open.length > 0;
    put(this.calm_words, words.say(view.body?.alerts ? "alerts.calm" : "alerts.unwatched"));
    this.lines.forEach((each, place) => each.paint(place < shown ? open[place] : undefined, view));
    this.more.hidden = open.length <= shown;
    put(this.more_words, words.say("alerts.more", { count: words.count(open.length - shown) }));
  }

  freshness(view) {
    return freshness_of([], view);
  }
}

class AlertLine {
  constructor(parent) {
    this.node = make("article", "alert-line", parent);
    this.sign = sign(this.node, "triangle");
    const told_words = make("div", "told", this.node);
    this.headline = text(make("b", "headline", told_words));
    this.care = text(make("span", "note care", told_words));
    this.lasting = text(make("b", "lasting value", this.node));
  }

  paint(entry, { words, now }) {
    this.node.hidden = !entry;
    if (!entry) return;
    const [, incident] = entry;
    const severity = severity_of(incident);
    mark(this.node, "data-severity", severity);
    mark(this.sign, "data-shape", SEVERITY_SHAPES[severity]);
    put(this.headline, headline_of(incident, words));
    put(this.care, `${words.say(`severity.${severity}`)} · ${care_words(incident, { words, now })}`);
    put(this.lasting, words.wait(lasting_of(incident, now)));
  }
}
