// Where things are: paths under the page's base address, which a proxy may have put under a sub-path.

function at(path, query = {}) {
  const address = new URL(path, document.baseURI);
  for (const [key, value] of Object.entries(query)) address.searchParams.set(key, value);
  return address;
}

// The same, for a WebSocket.
function wire(path) {
  const address = at(path);
  address.protocol = address.protocol.replace("http", "ws");
  return address;
}

// What stands behind the page's own name: the board of `wall/BOARD`.
function word_after(page) {
  const base = new URL(document.baseURI).pathname;
  const [name, word = ""] = location.pathname.slice(base.length).split("/");
  return name === page ? decodeURIComponent(word) : "";
}
