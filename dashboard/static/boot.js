// Puts the exported document into the page. A file of its own, so that the page needs no inline code.
const stored = JSON.parse(document.getElementById("document").textContent);
Bokeh.set_log_level("warn");
Bokeh.embed.embed_items(stored.documents, stored.items);
