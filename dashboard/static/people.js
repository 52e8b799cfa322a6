// The people of the floor.

class People {
  constructor(parent, page) {
    this.page = page;
    this.node = make("div", "view people", parent);
    this.filter = new PeopleFilter(this.node, page);
    this.rows = new PeopleRows(this.node, {
      open: (id) => page.open_person(id),
      drill: (person) => page.drill_person(person, "answered"),
    });
    this.nothing = text(make("p", "fw-empty", this.node));
  }

  paint(floor, context) {
    const { words } = context;
    const { query } = this.page.route;
    this.filter.paint(floor, context);
    const told = JSON.stringify(query);
    if (told !== this.told) this.rows.touched_at = -Infinity; // another question: another order
    this.told = told;
    const shown = floor.people.filter((person) => fits(person, query));
    shown.sort(in_order_of(query.sort, words));
    this.rows.paint(query.group ? by_team(shown, floor, words) : shown.map((person) => ({ person })), floor, words);
    put(this.nothing, shown.length ? "" : words.say("none.people"));
  }

  press(letter) {
    if (letter === "/") {
      this.filter.field.focus();
      this.filter.field.select();
      return true;
    }
    if (letter === "enter" && this.rows.selected) this.page.open_person(this.rows.selected);
    else if (letter === "j" || letter === "k") this.rows.step(letter === "j" ? 1 : -1);
    else return false;
    return true;
  }
}

// A line for each team, and its people under it.
function by_team(people, floor, words) {
  const teams = new Map();
  for (const person of people) {
    if (!teams.has(person.team)) teams.set(person.team, []);
    teams.get(person.team).push(person);
  }
  const name = (team) => floor.team_name(team, words);
  const sorted = [...teams].sort(([one], [other]) => !one - !other || compare_names(words, name(one), name(other)));
  return sorted.flatMap(([team, members]) => [{ team, count: members.length }, ...members.map((person) => ({ person }))]);
}
