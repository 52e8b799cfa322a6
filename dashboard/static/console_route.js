// Where one is on the page, in its address: `#people?state=not_ready`. The browser's back goes back.

class Route {
  // `changed()` is called when the address was changed, by us or by the browser.
  constructor(names, changed) {
    this.names = names;
    this.read();
    this.heard = () => {
      this.read();
      changed();
    };
    window.addEventListener("popstate", this.heard);
    window.addEventListener("hashchange", this.heard);
  }

  stop() {
    window.removeEventListener("popstate", this.heard);
    window.removeEventListener("hashchange", this.heard);
  }

  read() {
    const [name, query = ""] = location.hash.slice(1).split("?");
    this.view = this.names.includes(name) ? name : this.names[0];
    this.query = Object.fromEntries(new URLSearchParams(query));
  }

  get(name) {
    return this.query[name] ?? "";
  }

  // Another view: a step that one can go back from.
  go(view, query = {}) {
    const address = this.address(view, query);
    if (address === location.href) return;
    history.pushState(null, "", address);
    this.heard();
  }

  // The same view, looked at another way: no step of its own.
  set(changes) {
    history.replaceState(null, "", this.address(this.view, { ...this.query, ...changes }));
    this.heard();
  }

  address(view, query) {
    const said = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
    const words = new URLSearchParams(said).toString();
    return new URL(`#${view}${words ? `?${words}` : ""}`, location.href).href;
  }
}
