// What a page needs to stand on a television for months: it stays awake, hides the pointer, moves a
// little so that nothing burns in, dims at night, and loads itself anew once a night.

const POINTER_MS = 5000;
const RESTING_MS = 30000; // on the controls; a pointer may have been left there for good
const SHIFT_MS = 180000;
const SHIFT_STEPS = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];
const DAY_MS = 86400000;
const NIGHTLY_FROM_MS = 3 * 3600000; // 03:00 of the site
const NIGHTLY_SPREAD_MS = 3600000; // not all screens at once
const NIGHTLY_AGE_MS = 6 * 3600000; // a page younger than this has no need

class Kiosk {
  // `node` is the wall.
  constructor(node) {
    this.node = node;
    this.began = performance.now();
    this.spread_ms = Math.random() * NIGHTLY_SPREAD_MS;
    this.stirred = -Infinity;
    this.lock = null;
    this.stir = () => {
      this.stirred = performance.now();
    };
    for (const kind of KIOSK_STIRS) window.addEventListener(kind, this.stir, { passive: true });
    this.wake = () => this.stay_awake();
    document.addEventListener("visibilitychange", this.wake);
    this.stay_awake();
  }

  stop() {
    for (const kind of KIOSK_STIRS) window.removeEventListener(kind, this.stir);
    document.removeEventListener("visibilitychange", this.wake);
    this.lock?.release().catch(() => {});
  }

  async stay_awake() {
    if (document.visibilityState !== "visible" || (this.lock && !this.lock.released)) return;
    try {
      this.lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      this.lock = null; // not allowed here, or low on power: the machine's own settings hold
    }
  }

  get is_stirred() {
    const rests = this.node.querySelector(".controls:is(:hover, :has(:focus-visible))");
    return performance.now() - this.stirred < (rests ? RESTING_MS : POINTER_MS);
  }

  // `clock`: what the time is, by the server; `words` knows the site's zone.
  paint({ clock, words, board, flows }) {
    mark(this.node, "data-stirred", String(this.is_stirred || flows));
    const [x, y] = flows ? [0, 0] : SHIFT_STEPS[Math.floor(performance.now() / SHIFT_MS) % SHIFT_STEPS.length];
    const { style } = this.node;
    style.setProperty("--shift-x", String(x));
    style.setProperty("--shift-y", String(y));
    const dimmed = is_night(board.night, words.hour_minute(clock));
    mark(this.node, "data-night", String(dimmed));
    style.setProperty("--brightness", String(dimmed ? (board.night.brightness ?? 0.4) : 1));
    if (this.is_due(clock, words)) this.renew();
  }

  // Once a night, at a moment of this screen's own, a page that stood since the day.
  is_due(clock, words) {
    if (!Number.isFinite(clock) || this.renewing) return false;
    if (performance.now() - this.began < NIGHTLY_AGE_MS) return false;
    const [hour, minute, second] = words.time(clock).split(":").map(Number);
    const of_day_ms = ((hour * 60 + minute) * 60 + second) * 1000;
    const due_ms = (NIGHTLY_FROM_MS + this.spread_ms) % DAY_MS;
    return of_day_ms >= due_ms && of_day_ms < due_ms + NIGHTLY_SPREAD_MS;
  }

  // A page that reloads while its server is away is an error page with nobody to mend it.
  async renew() {
    this.renewing = true;
    try {
      const there = await fetch(location.href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(THERE_MS) });
      if (there.ok) location.reload();
    } catch {
      // it is asked again below
    }
    setTimeout(() => {
      this.renewing = false;
    }, 60000);
  }
}

const KIOSK_STIRS = ["pointermove", "pointerdown", "keydown", "fullscreenchange"];

// "22:00" to "06:00" goes over midnight.
function is_night(night, time) {
  if (!night || !/^\d\d:\d\d$/.test(time)) return false;
  const { start, end } = night;
  return start <= end ? time >= start && time < end : time >= start || time < end;
}
