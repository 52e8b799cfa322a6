// A gateway that serves newer pages than this one: take them, but never reload in a circle.

const RELOAD_SPREAD_MS = 3000;
const THERE_MS = 5000; // a question that hangs must not stand in the way of the next
const RELOAD_KEY = "floorwatch.reloaded";

class Newer {
  constructor(build) {
    this.build = build;
  }

  follow(build) {
    if (!this.build || !build || build === this.build || this.leaving) return;
    this.leaving = true;
    setTimeout(() => this.leave(build), Math.random() * RELOAD_SPREAD_MS);
  }

  async leave(build) {
    try {
      if (sessionStorage.getItem(RELOAD_KEY) === build) return;
      // A page that reloads while its server is away is an error page with nobody to mend it.
      const there = await fetch(location.href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(THERE_MS) });
      this.leaving = there.ok;
      if (!there.ok) return;
      sessionStorage.setItem(RELOAD_KEY, build);
      location.reload();
    } catch {
      this.leaving = false;
    }
  }
}
