// Panel imports a component's module through `importShim`, which serves old browsers and writes inline
// code to do so. Ours has no import map: the browser's own import does, under a strict policy too.
window.importShim = (url) => import(url);
window.importShim.addImportMap = () => {}; // always called, with an empty map
