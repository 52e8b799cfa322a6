// What this browser remembers for us. Storage may be forbidden: then it is forgotten with the page.

const WHO_KEY = "floorwatch.who"; // who sits here, where nobody signs in

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

// Nothing more of it if the value is null.
function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // it lasts as long as the page, then
  }
}
