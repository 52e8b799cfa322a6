// The road to the alert desk (docs/frames.md): wishes over a connection of their own, one answer each,
// in order.

const ANSWER_WITHIN_MS = 6000;
const LOST = { done: false, why: "lost" };

class AlertDesk {
  constructor() {
    this.address = wire("alerts");
    this.socket = null;
    this.asked = []; // [text, what to do with the answer], not answered yet
  }

  stop() {
    const socket = this.socket;
    this.socket = null;
    if (socket) hung_up(socket);
  }

  // Resolves to the answer, `{"done": false, "why": ...}` if there was none.
  wish(message) {
    return new Promise((resolve) => {
      const entry = { text: JSON.stringify({ ...message }), resolve };
      entry.timer = setTimeout(() => this.give_up(), ANSWER_WITHIN_MS);
      this.asked.push(entry);
      const socket = this.call();
      if (socket.readyState === WebSocket.OPEN) socket.send(entry.text);
    });
  }

  call() {
    if (this.socket) return this.socket;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      for (const { text: wish } of this.asked) socket.send(wish);
    };
    socket.onmessage = ({ data }) => {
      const entry = this.asked.shift();
      if (!entry) return;
      clearTimeout(entry.timer);
      entry.resolve(answer_in(data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.give_up();
    };
    return socket;
  }

  // An answer that did not come leaves it open which wish the next one is for: begin anew.
  give_up() {
    this.stop();
    for (const { resolve, timer } of this.asked.splice(0)) {
      clearTimeout(timer);
      resolve(LOST);
    }
  }
}
