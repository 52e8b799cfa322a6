// Dark or light: what was chosen here, else what the machine prefers. A board says it for a wall.

const THEME_KEY = "floorwatch.theme";
const THEMES = ["dark", "light"];

class Theme {
  // `node` is the page's root; it carries `data-theme`.
  constructor(node, preferred = "") {
    this.node = node;
    const machine = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
    this.wear([remembered(THEME_KEY), preferred, machine].find((theme) => THEMES.includes(theme)));
  }

  wear(name) {
    this.name = name;
    mark(this.node, "data-theme", name);
    document.documentElement.style.colorScheme = name;
  }

  // The other one, from now on.
  turn() {
    this.wear(THEMES[1 - THEMES.indexOf(this.name)]);
    remember(THEME_KEY, this.name);
  }
}
