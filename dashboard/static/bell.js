// The sound of an alert: two tones, once for a warning, again and again for what is critical until
// somebody acknowledges it. A page is mute until it may sound: a browser wants a touch first, and a
// kiosk that needs none says so in the address (?sound=1).

const AGAIN_MS = 20000;
const NEWS_MS = 60000; // a warning older than this is no news to a page that opens
const SOUND_KEY = "floorwatch.sound";
const TONE_S = 0.17;
const TONES = { critical: [988, 659, 988, 659], warning: [659, 880] };
const BELL = "M12 3a6 6 0 0 0-6 6c0 5-2 6-2 8h16c0-2-2-3-2-8a6 6 0 0 0-6-6zM10 19.5a2 2 0 0 0 4 0z";

class Bell {
  constructor(parent) {
    this.rung = new Map(); // by incident and severity: when last
    this.context = null;
    this.asked = new URLSearchParams(location.search).get("sound");
    this.wanted = this.asked !== "0" && (this.asked === "1" || remembered(SOUND_KEY) !== "off");
    this.button = make("button", "bell", parent, { type: "button" });
    const svg = shape(this.button, "svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
    shape(svg, "path", { d: BELL });
    shape(svg, "path", { d: "M4 4 20 20", class: "mute" });
    this.button.addEventListener("click", () => this.turn(this.button.dataset.sound !== "on"));
  }

  get allowed() {
    return this.asked === "1" || Boolean(navigator.userActivation?.hasBeenActive);
  }

  turn(wanted) {
    this.wanted = wanted;
    remember(SOUND_KEY, wanted ? "on" : "off");
    if (wanted) this.sound("warning"); // so that it is known how loud it is
    this.rung.clear();
  }

  stop() {
    this.context?.close();
  }

  paint(incidents, { words, now, live }) {
    const on = this.wanted && this.allowed;
    mark(this.button, "data-sound", on ? "on" : "off");
    mark(this.button, "aria-pressed", String(on));
    mark(this.button, "aria-label", words.say(on ? "sound.on" : "sound.off"));
    mark(this.button, "title", words.say(on ? "sound.on" : "sound.off"));
    const calling = incidents.filter(
      ([, incident]) => severity_of(incident) !== "notice" && calls_for_somebody(incident, now),
    );
    mark(this.button, "data-calling", String(calling.length > 0));
    this.forget(incidents);
    if (on && live) this.ring(calling, now);
  }

  ring(calling, now) {
    const due = calling.filter(([id, incident]) => this.is_due(id, incident, now));
    if (!due.length) return;
    for (const [id, incident] of due) this.rung.set(key_of(id, incident), performance.now());
    const [[id, worst]] = due;
    this.sound(severity_of(worst));
    const detail = { incident: id, severity: severity_of(worst) };
    this.button.dispatchEvent(new CustomEvent("rang", { bubbles: true, composed: true, detail }));
  }

  is_due(id, incident, now) {
    const critical = severity_of(incident) === "critical";
    const last = this.rung.get(key_of(id, incident));
    if (last === undefined) return critical || now - incident.fired_at < NEWS_MS;
    return critical && performance.now() - last >= AGAIN_MS;
  }

  forget(incidents) {
    const known = new Set(incidents.map(([id, incident]) => key_of(id, incident)));
    for (const key of this.rung.keys()) if (!known.has(key)) this.rung.delete(key);
  }

  sound(severity) {
    this.context ??= new AudioContext();
    const { context } = this;
    if (context.state === "suspended") context.resume();
    const volume = context.createGain();
    volume.gain.value = 0.25;
    volume.connect(context.destination);
    TONES[severity].forEach((tone, place) => {
      const starts = context.currentTime + 0.03 + place * TONE_S;
      const oscillator = context.createOscillator();
      const fade = context.createGain();
      oscillator.type = "triangle";
      oscillator.frequency.value = tone;
      fade.gain.setValueAtTime(0, starts); // no click at either end
      fade.gain.linearRampToValueAtTime(1, starts + 0.015);
      fade.gain.setValueAtTime(1, starts + TONE_S - 0.04);
      fade.gain.linearRampToValueAtTime(0, starts + TONE_S);
      oscillator.connect(fade).connect(volume);
      oscillator.start(starts);
      oscillator.stop(starts + TONE_S);
    });
  }
}

// One that grows worse rings anew.
function key_of(id, incident) {
  return `${severity_of(incident)} ${id}`;
}
