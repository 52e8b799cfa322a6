// Reads the gateway's frames (docs/frames.md), for ever: it connects again by itself, keeps the
// body true by full frames and deltas, and knows whether what it holds is still alive.

const FRAME_VERSION = 1;
const STALE_MS = 3000;
const DEAD_MS = 10000;
const OPEN_MS = 5000;
const RETRY_MS = [250, 500, 1000, 2000, 4000, 5000];
const CLOCK_JUMP_MS = 2000;
const CLOCK_DRIFT = 0.02;

// RFC 7396. Objects without a prototype, because a queue may be called "__proto__".
function patched(target, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const fit = target !== null && typeof target === "object" && !Array.isArray(target);
  const body = fit ? target : Object.create(null);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete body[key];
    else body[key] = patched(body[key], patch[key]);
  }
  return body;
}

class Feed {
  // `changed()` is called after each frame and each change of the connection.
  constructor(url, changed) {
    this.url = url;
    this.changed = changed;
    this.body = null;
    this.build = "";
    this.seq = -1;
    this.fresh = false; // a full frame came on this connection
    this.heard = null; // when the last frame came, on the page's own steady clock
    this.heard_at = null; // and by the server's clock
    this.offset = null; // server's clock minus the steady clock
    this.socket = null;
    this.attempts = 0;
    this.retry = 0;
    this.stopped = false;
    this.ahead = Date.now() - performance.now(); // the machine's clock minus the steady one
    this.wake = () => {
      if (document.visibilityState === "visible" && !this.socket) this.connect();
    };
    window.addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.retry);
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.drop();
  }

  // connecting: nothing yet · live · stale: connected, but silent · lost: connecting again
  get link() {
    if (this.heard === null) return "connecting";
    if (this.socket?.readyState !== WebSocket.OPEN) return "lost";
    return this.fresh && performance.now() - this.heard <= STALE_MS ? "live" : "stale";
  }

  // The server's time now; null before the first frame.
  get now() {
    return this.offset === null ? null : this.offset + performance.now();
  }

  // Called by the page's timer: a connection that is silent for long is given up.
  watch() {
    if (this.slept()) {
      this.attempts = 0;
      return this.again();
    }
    if (!this.socket) return;
    const patience_ms = this.socket.readyState === WebSocket.CONNECTING ? OPEN_MS : DEAD_MS;
    if (performance.now() - Math.max(this.opened, this.heard ?? 0) > patience_ms) this.again();
  }

  // A machine that sleeps may stop our steady clock, but not its own: what we hold is older then than
  // it seems, and the connection most likely dead.
  slept() {
    const ahead = Date.now() - performance.now();
    const slept = ahead - this.ahead > STALE_MS;
    this.ahead = ahead;
    return slept;
  }

  connect() {
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.drop();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.opened = performance.now();
    this.fresh = false;
    socket.onmessage = (message) => {
      if (socket === this.socket) this.take(message.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.again();
    };
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.fresh = false;
    if (socket) hung_up(socket);
  }

  again() {
    // A browser makes one connection to a place at a time: one that nobody answers must not bar the next.
    this.socket?.close();
    this.drop();
    const longest = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    // An attempt that nobody answered has waited already; the sum of both would be too long on a wall.
    const left = Math.max(RETRY_MS[0], longest - (performance.now() - this.opened));
    this.attempts += 1;
    clearTimeout(this.retry);
    // All screens of a floor lose the same server at once: spread their return.
    this.retry = setTimeout(() => this.connect(), left * (0.5 + Math.random() / 2));
    this.changed();
  }

  take(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return this.again();
    }
    if (frame.v !== FRAME_VERSION) return this.again();
    if (frame.kind === "full") {
      this.body = patched(undefined, frame.body);
      this.build = frame.build ?? "";
      if (!this.fresh) this.offset = null; // the machine may have slept
      this.fresh = true;
      this.attempts = 0;
    } else if (frame.kind === "delta" && this.fresh && frame.seq === this.seq + 1) {
      patched(this.body, frame.body);
    } else if (frame.kind !== "beat" || !this.fresh || frame.seq !== this.seq) {
      return this.again(); // something is missing: start from a full frame
    }
    this.seq = frame.seq;
    this.heard = performance.now();
    this.heard_at = frame.at;
    this.correct(frame.at - this.heard);
    this.changed();
  }

  // A frame that was held up on its way makes the server's clock look slow, never fast: believe the
  // fastest, forget it slowly, and follow a clock that was set.
  correct(offset) {
    if (this.offset === null || Math.abs(offset - this.offset) > CLOCK_JUMP_MS) this.offset = offset;
    else if (offset > this.offset) this.offset = offset;
    else this.offset += (offset - this.offset) * CLOCK_DRIFT;
  }
}

// A connection still being made is closed once it stands: browsers complain of the other way. One that
// never stands would bar the next one to the same place.
function hung_up(socket) {
  if (socket.readyState !== WebSocket.CONNECTING) return socket.close();
  socket.onopen = () => socket.close();
  setTimeout(() => socket.close(), OPEN_MS);
}
