// The road to the desks, or to that of the alerts (docs/frames.md): wishes over a connection of their own,
// each with its answer; questions over plain HTTP. Whoever is not signed in any more is sent to where he can.

const ROAD_WITHIN_MS = 12000;
const ROAD_DOUBT_MS = 10000;

class Road {
  constructor(path = "desk") {
    this.address = wire(path);
    this.socket = null;
    this.last = 0;
    this.asked = new Map(); // id -> [text, what to do with the answer, timer]
    this.doubted_at = performance.now();
  }

  stop() {
    const socket = this.socket;
    this.socket = null;
    if (socket) hung_up(socket);
  }

  // Resolves to the answer: `{"done": true, ...}`, or `{"done": false, "why": ...}`, also if none came.
  wish(deed, data = {}) {
    return new Promise((resolve) => {
      const id = (this.last += 1);
      const text = JSON.stringify({ ...data, id, do: deed });
      const timer = setTimeout(() => this.give_up(), ROAD_WITHIN_MS);
      this.asked.set(id, { text, resolve, timer });
      const socket = this.call();
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    });
  }

  // A connection may stand and carry nothing any more: the next wish makes another.
  give_up() {
    this.stop();
    for (const id of [...this.asked.keys()]) this.settle(id, { done: false, why: "lost" });
  }

  settle(id, answer) {
    const entry = this.asked.get(id);
    if (!entry) return;
    this.asked.delete(id);
    clearTimeout(entry.timer);
    entry.resolve(answer);
  }

  call() {
    if (this.socket) return this.socket;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      for (const { text } of this.asked.values()) socket.send(text);
    };
    socket.onmessage = ({ data }) => {
      const answer = answer_in(data);
      this.settle(answer.id, answer);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.give_up();
    };
    return socket;
  }

  // What stands at a path; null if there is no such, it is not for us, or nobody answers.
  async ask(path, query = {}) {
    try {
      const answer = await fetch(at(path, query), { cache: "no-store" });
      if (answer.status === 401) return sent_to_sign_in();
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  // What stands at a path, as text; null likewise.
  async text(path, query = {}) {
    try {
      const answer = await fetch(at(path, query), { cache: "no-store" });
      if (answer.status === 401) return sent_to_sign_in();
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  // Who we are, as the gateway knows us; null if nobody answers.
  async who() {
    const session = await this.ask("session");
    return session?.role === "nobody" ? sent_to_sign_in() : session;
  }

  // Called by the page's timer: a feed that is lost may be so because we were signed out.
  watch(feed) {
    const silent = feed.link === "lost" || feed.link === "connecting";
    if (!silent || performance.now() - this.doubted_at < ROAD_DOUBT_MS) return;
    this.doubted_at = performance.now();
    this.who();
  }
}

function answer_in(data) {
  try {
    const answer = JSON.parse(data);
    return answer?.done ? answer : { ...answer, done: false, why: String(answer?.why ?? "unreadable") };
  } catch {
    return { done: false, why: "unreadable" };
  }
}

// Back here once signed in.
function sent_to_sign_in() {
  const base = new URL(document.baseURI).pathname;
  const here = location.pathname.slice(base.length) + location.search + location.hash;
  location.replace(at("sign-in", { to: here }));
  return null;
}
