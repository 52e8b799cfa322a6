// Dark or light: what was chosen here, else what the machine prefers. A board says it for a wall.

const THEME_KEY = "floorwatch.theme";
const THEMES = ["dark", "light"];

class Theme {
  // `node` is the page's root; it carries `data-theme`.
  constructor(node, preferred = "") {
    this.node = node;
    let kept = null;
    try {
      kept = localStorage.getItem(THEME_KEY);
    } catch {
      // storage may be forbidden; then nothing was kept
    }
    const machine = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
    this.wear([kept, preferred, machine].find((theme) => THEMES.includes(theme)));
  }

  wear(name) {
    this.name = name;
    mark(this.node, "data-theme", name);
    document.documentElement.style.colorScheme = name;
  }

  // The other one, from now on.
  turn() {
    this.wear(THEMES[1 - THEMES.indexOf(this.name)]);
    try {
      localStorage.setItem(THEME_KEY, this.name);
    } catch {
      // until the page is left, then
    }
  }
}
