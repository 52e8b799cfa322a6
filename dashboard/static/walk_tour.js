// The walk that is going on: since when, and how much was noted. A walk nobody ended is over after a while.

const TOUR_KEY = "floorwatch.walk";
const TOUR_IDLE_MS = 45 * 60000;

class Tour {
  constructor(outbox, self) {
    this.outbox = outbox;
    this.self = self;
    this.kept = life_kept(TOUR_KEY);
  }

  // Somebody else's walk, on a phone that is handed around, is none of ours.
  get going() {
    if (!this.kept?.id) return false;
    const { owner } = this.kept;
    return owner === "" || this.self.id === null || owner === this.self.id;
  }

  // The walk's id; one begins if none is going on.
  begin(now) {
    this.forget(now);
    if (!this.going) {
      this.keep({ id: life_id(), owner: this.self.id ?? "", began_at: now, last_at: now, count: 0 });
      this.outbox.add("walk.begin", this.self.signed({ walk: this.kept.id, at: now }));
    }
    return this.kept.id;
  }

  // One more, or one less, was noted.
  noted(by, now) {
    this.keep({ ...this.kept, last_at: now, count: Math.max(0, this.kept.count + by) });
  }

  end(at) {
    if (!this.going) return;
    this.outbox.add("walk.end", this.self.signed({ walk: this.kept.id, at }));
    this.keep(null);
  }

  // Somebody walked away from it: it ended when he last noted something.
  forget(now) {
    if (this.going && now - this.kept.last_at > TOUR_IDLE_MS) this.end(this.kept.last_at);
  }

  keep(kept) {
    this.kept = kept;
    life_keep(TOUR_KEY, kept);
  }
}
