// What the panels of a shift's life share: who signs, fields, lengths, what a desk tells when asked.

const LIFE_ASK_MS = 60000;
const LIFE_AGAIN_MS = 5000;
const LIFE_SELVES = new WeakMap();
// Wider than a Latin letter; the desk counts the same way.
const LIFE_WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f000}-\u{3ffff}]/u;
const LIFE_NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

function life_width(said) {
  let width = 0;
  for (const letter of said) width += LIFE_NO_WIDTH.test(letter) ? 0 : LIFE_WIDE.test(letter) ? 2 : 1;
  return width;
}

// An id that nobody else gives; also where the page came without TLS.
function life_id() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function life_kept(key) {
  try {
    return JSON.parse(remembered(key));
  } catch {
    return null; // what it holds is not ours
  }
}

function life_keep(key, value) {
  remember(key, value === null ? null : JSON.stringify(value));
}

// A field with its label above it.
function life_ask(parent, tag, attributes = {}) {
  const label = make("label", "fw-ask", parent);
  const words = text(make("span", "fw-label", label));
  const node = make(tag, "fw-field", label, attributes);
  return { label, words, node };
}

// How long something lasts, for reading: "35 min", "2 h 05 min".
function life_length(ms, words) {
  if (!Number.isFinite(ms)) return NOTHING;
  const minutes = Math.max(0, Math.floor(ms / 60000));
  if (minutes < 60) return words.say("life.minutes", { minutes: words.count(minutes) });
  const rest = String(minutes % 60).padStart(2, "0");
  return words.say("life.hours", { hours: words.count(Math.floor(minutes / 60)), minutes: rest });
}

// Today an hour, any other day the day too.
function life_when(at, now, words) {
  const time = words.hour_minute(at);
  return words.day(at) === words.day(now) ? time : words.say("life.day_time", { day: words.day(at), time });
}

// Who sits here. Where nobody has to sign in he says it himself, once.
class LifeSelf {
  static of(road) {
    if (!LIFE_SELVES.has(road)) LIFE_SELVES.set(road, new LifeSelf(road));
    return LIFE_SELVES.get(road);
  }

  constructor(road) {
    this.road = road;
    this.session = null;
    this.asked_at = -Infinity;
  }

  // Asks who we are, until it is known.
  paint() {
    if (this.session || performance.now() - this.asked_at < LIFE_AGAIN_MS) return;
    this.asked_at = performance.now();
    this.road.who().then((session) => {
      if (session && typeof session === "object") this.session = session;
    });
  }

  get id() {
    return this.session?.id ?? null;
  }

  get open() {
    return Boolean(this.session?.open);
  }

  get name() {
    if (this.session && !this.open) return this.session.name || this.session.id;
    return remembered(WHO_KEY) ?? this.said ?? "";
  }

  call(name) {
    this.said = name;
    remember(WHO_KEY, name);
  }

  signed(data) {
    return this.open && this.name ? { ...data, who: this.name } : data;
  }
}

// A field for the name of whoever sits here, where nobody signs in.
class LifeName {
  constructor(parent, self) {
    this.self = self;
    this.changing = false;
    this.ask = life_ask(parent, "input", { type: "text", maxlength: "60", autocomplete: "name" });
    this.ask.node.addEventListener("change", () => {
      this.changing = false;
      self.call(this.ask.node.value.trim());
    });
    this.known = make("div", "fw-note life-known", parent);
    this.known_words = text(make("span", "", this.known));
    this.change = button_in(this.known, ["fw-quiet", "life-small"], () => {
      this.changing = true;
      this.ask.node.value = self.name;
      this.ask.label.hidden = false;
      this.ask.node.focus();
    });
  }

  // Once it is known it takes one line.
  paint(words) {
    const { ask, self } = this;
    const asking = self.open && (this.changing || !self.name || ask.node.matches(":focus"));
    ask.label.hidden = !asking;
    this.known.hidden = !self.open || asking;
    put(ask.words, words.say("life.name"));
    put(this.known_words, words.say("life.signs", { name: self.name }));
    put(this.change.words, words.say("life.change"));
  }
}

// What a desk tells when asked, asked again when the feed says that it changed, and now and then.
class LifeAsked {
  constructor(road, path, query) {
    Object.assign(this, { road, path, query });
    this.told = null;
    this.asked_at = -Infinity;
    this.changed = undefined;
  }

  stale() {
    this.asked_at = -Infinity;
  }

  paint(changed, now) {
    const due = performance.now() - this.asked_at > (this.told ? LIFE_ASK_MS : LIFE_AGAIN_MS);
    if (!due && changed === this.changed) return;
    this.asked_at = performance.now();
    this.changed = changed;
    const turn = (this.turn = {});
    this.road.ask(this.path, this.query(now)).then((told) => {
      if (told && turn === this.turn) this.told = told;
    });
  }
}
