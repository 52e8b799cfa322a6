// Nodes and their texts. Text goes into the page as text, never as markup.

function make(tag, name, parent, attributes = {}) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return parent.appendChild(node);
}

function text(parent) {
  return parent.appendChild(document.createTextNode(""));
}

function put(node, words) {
  if (node.data !== words) node.data = words;
}

function mark(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

// A sign without words says what it does to those who point at it, or hear it.
function called(node, said) {
  mark(node, "aria-label", said);
  mark(node, "title", said);
}

// A button, and the text on it. `names` are further classes, one or several.
function button_in(parent, names, press) {
  const node = make("button", ["fw-button"].concat(names).join(" "), parent, { type: "button" });
  node.addEventListener("click", press);
  return { node, words: text(node) };
}

const ROWS = new WeakMap(); // of each list, by key

// A list's rows, one for each `[key, entry]`: built once, painted always, in this order.
function keep_rows(list, entries, build, paint) {
  if (!ROWS.has(list)) ROWS.set(list, new Map());
  const rows = ROWS.get(list);
  const known = new Set(entries.map(([key]) => key));
  for (const [key, row] of rows) {
    if (known.has(key)) continue;
    row.node.remove();
    rows.delete(key);
  }
  let after = null;
  for (const [key, entry] of entries) {
    if (!rows.has(key)) rows.set(key, build(list, key));
    const row = rows.get(key);
    const place = after ? after.nextElementSibling : list.firstElementChild;
    if (place !== row.node) list.insertBefore(row.node, place);
    after = row.node;
    paint(row, entry, key);
  }
}

// Fill a choice anew, only if what there is to choose has changed.
function offer(select, options, chosen) {
  const built = JSON.stringify(options);
  if (select.dataset.built !== built) {
    select.dataset.built = built;
    select.replaceChildren();
    for (const [value, label] of options) put(text(make("option", "", select, { value })), label);
  }
  if (chosen !== undefined) select.value = chosen;
}

const SVG = "http://www.w3.org/2000/svg";

// A part of a drawing.
function shape(parent, name, attributes = {}) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return parent.appendChild(node);
}
