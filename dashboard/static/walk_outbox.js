// What was noted and is not with the desk yet: kept in the browser (IndexedDB) until the desk has said
// that it has it. Each carries its own id, so that what is sent twice is noted once.

const OUTBOX_AGAIN_MS = 3000;
// Not taken now, but perhaps later: nobody answered, or his session is over and he signs in again.
const OUTBOX_LATER = new Set(["lost", "forbidden"]);

class WalkOutbox {
  // `taken(entry, answer)` is called for each one that the desk has.
  constructor(road, self, taken) {
    Object.assign(this, { road, self, taken });
    this.entries = []; // { n, deed, data, due, owner, why? }, in their order
    this.last = 0;
    this.tried_at = -Infinity;
    this.sending = false;
    this.stopped = false;
    this.safe = true; // whether the browser keeps them when the page goes
    this.opened = this.open();
    this.wake = () => (this.tried_at = -Infinity);
    window.addEventListener("online", this.wake);
  }

  stop() {
    this.stopped = true;
    window.removeEventListener("online", this.wake);
  }

  async open() {
    try {
      const asked = indexedDB.open("floorwatch.walk", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "n" });
      this.shelf = await outbox_done(asked);
      const kept = await outbox_done(this.store("readonly").getAll());
      this.entries = [...kept, ...this.entries];
      this.last = Math.max(this.last, ...kept.map(({ n }) => n));
    } catch {
      this.safe = false;
    }
  }

  store(mode) {
    return this.shelf.transaction("waiting", mode).objectStore("waiting");
  }

  // Keep it; send it once `wait_ms` have passed. Resolves to its number, when it is kept.
  async add(deed, data, wait_ms = 0) {
    await this.opened;
    this.last = Math.max(this.last + 1, Date.now());
    const entry = { n: this.last, deed, data, due: Date.now() + wait_ms, owner: this.self.id ?? "" };
    this.entries.push(entry);
    await this.write(() => this.store("readwrite").put(entry));
    return entry.n;
  }

  // Take it back, if it was not sent yet; whether it was not.
  async drop(n) {
    const entry = this.entries.find((each) => each.n === n);
    if (!entry || entry.leaving) return false;
    this.entries = this.entries.filter((each) => each !== entry);
    await this.write(() => this.store("readwrite").delete(n));
    return true;
  }

  // Nothing is to be taken back any more.
  release() {
    for (const entry of this.entries) entry.due = 0;
    this.flush();
  }

  async write(change) {
    if (!this.shelf) return;
    try {
      await outbox_done(change());
    } catch {
      this.safe = false;
    }
  }

  get waiting() {
    return this.entries.filter(({ why }) => !why);
  }

  get refused() {
    return this.entries.filter(({ why }) => why);
  }

  // Those of another user of this browser wait for him.
  mine({ owner }) {
    return owner === "" || owner === this.self.id;
  }

  // Send what is due, one after the other; called by the page's timer.
  async flush() {
    if (this.sending || this.stopped || this.self.id === null) return;
    if (performance.now() - this.tried_at < OUTBOX_AGAIN_MS) return;
    this.sending = true;
    try {
      for (const entry of this.waiting.filter((each) => this.mine(each) && each.due <= Date.now())) {
        if (!(await this.send(entry))) break;
      }
    } finally {
      this.sending = false;
    }
  }

  async send(entry) {
    entry.leaving = true;
    const answer = await this.road.wish(entry.deed, entry.data);
    entry.leaving = false;
    if (!answer.done && OUTBOX_LATER.has(answer.why)) {
      this.tried_at = performance.now();
      return false;
    }
    if (answer.done) {
      await this.drop(entry.n);
      this.taken(entry, answer);
    } else {
      entry.why = answer.why;
      await this.write(() => this.store("readwrite").put(entry));
    }
    return !this.stopped;
  }
}

function outbox_done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
