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

const SVG = "http://www.w3.org/2000/svg";

// A part of a drawing.
function shape(parent, name, attributes = {}) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return parent.appendChild(node);
}
