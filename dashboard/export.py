"""Writes the pages of the displays as plain files: `python -m dashboard.export FOLDER`.

A display then needs no Panel session, and nothing from outside: BokehJS and Panel's own script are
copied beside the page, each with its packed form.
"""

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dashboard.assets import TYPES, packed_form

HERE = Path(__file__).parent
_SOURCES = ("static/*", "locale/*/LC_MESSAGES/*.po", "*.py")
SHELF = "FLOORWATCH_PAGES"
_TIMEOUT_S = 120
_LAST_WORDS = 2_000


class ExportError(Exception):
    """The pages could not be written."""


def build() -> str:
    """The name of the pages that this version would export: a hash of everything that goes in."""
    digest = hashlib.sha256()
    for package in ("panel", "bokeh"):
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for pattern in _SOURCES:
        for path in sorted(HERE.glob(pattern)):
            digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def ensure_exported(data_dir: Path) -> Path:
    """The folder of the exported pages, written now if this version's are not there yet.

    They are kept in `data_dir`, or where FLOORWATCH_PAGES says: so that several installations, or
    a package, have them once. Takes a few seconds the first time; call it in a thread. Raises
    ExportError.
    """
    shelf = Path(os.environ.get(SHELF) or data_dir / "pages")
    folder = shelf / build()
    if (folder / "build").is_file():
        return folder
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=shelf, prefix=".writing-") as writing:
            fresh = Path(writing) / "pages"
            _run(fresh)
            if not (folder / "build").is_file():  # another process may have been quicker
                shutil.rmtree(folder, ignore_errors=True)
                fresh.rename(folder)
        for old in shelf.glob("[!.]*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise ExportError(f"cannot write the pages to {shelf}: {error}") from error
    return folder


def _run(folder: Path) -> None:
    # Panel reads where its files are to come from when it is imported: once per process.
    roads = [str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(roads)}
    command = [sys.executable, "-m", "dashboard.export", str(folder)]
    try:
        subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True, timeout=_TIMEOUT_S
        )
    except subprocess.SubprocessError as error:
        said = str(getattr(error, "stderr", "") or "")[-_LAST_WORDS:]
        told = f"exporting the pages failed; run `{' '.join(command)}` to see why: {error}\n{said}"
        raise ExportError(told) from error


def export(folder: Path) -> None:
    """Write the pages into `folder`. Needs a process that has not imported Panel yet."""
    if "panel" in sys.modules:
        raise ExportError("Panel is imported already: use ensure_exported, or a fresh process")
    os.environ["PANEL_CDN_ROOT"] = "/pcdn/"
    name = build()
    static = folder / "static" / name
    static.mkdir(parents=True, exist_ok=True)
    scripts = [_copy(path, static) for path in _libraries()]
    for own in ("boot.js", "page.css", "icon.svg"):
        _copy(HERE / "static" / own, static)
    for font, called in _fonts():
        shutil.copyfile(font, static / called)
    pages = _pages(name, scripts)
    for page, body in pages.items():
        _write(folder / f"{page}.html", body.encode())
    for asked in sorted(set().union(*map(_asked_of_panel, pages.values()))):
        target = folder / asked.removeprefix("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(_panel_dist() / asked.split("/dist/", 1)[1], target.parent)
    (folder / "build").write_text(f"{name}\n", encoding="utf-8")


def _panel_dist() -> Path:
    import panel

    return Path(panel.__file__).parent / "dist"


def _libraries() -> list[Path]:
    import bokeh

    bokeh_js = Path(bokeh.__file__).parent / "server" / "static" / "js"
    names = ("bokeh.min.js", "bokeh-widgets.min.js", "bokeh-tables.min.js")
    return [
        HERE / "static" / "shim.js",
        *(bokeh_js / name for name in names),
        _panel_dist() / "panel.min.js",
    ]


def _fonts() -> list[tuple[Path, str]]:
    """Roboto as the Material pages of Panel carry it (Apache License 2.0), and what we call it."""
    import panel_material_ui

    shelf = Path(panel_material_ui.__file__).parent / "dist"
    weights = {weight: shelf.glob(f"roboto-latin-{weight}-normal-*.woff2") for weight in (400, 700)}
    return [(next(files), f"roboto-{weight}.woff2") for weight, files in weights.items()]


def _pages(name: str, scripts: list[str]) -> dict[str, str]:
    from dashboard.pages import PLACES

    return {
        place.name: _page(name, scripts, place.load()(build=name, sizing_mode="stretch_both"))
        for place in PLACES
    }


def _page(name: str, scripts: list[str], component: Any) -> str:
    from bokeh.document import Document
    from bokeh.embed.util import standalone_docs_json_and_render_items

    document = Document()
    document.add_root(component.get_root(document))
    documents, [item] = standalone_docs_json_and_render_items([document])
    [(root, place)] = item.to_json()["roots"].items()
    stored = json.dumps({"documents": documents, "items": [item.to_json()]}, ensure_ascii=False)
    words = {
        "build": name,
        "root": root,
        "place": place,
        "scripts": "\n".join(
            f'<script src="/static/{name}/{script}"></script>' for script in scripts
        ),
        "document": stored.replace("<", "\\u003c"),
    }
    page = (HERE / "static" / "page.html").read_text(encoding="utf-8")
    for word, value in words.items():
        page = page.replace("{{" + word + "}}", value)
    return page


def _asked_of_panel(page: str) -> set[str]:
    return set(re.findall(r'/pcdn/[^"\\\s]+/dist/[^"\\\s?]+', page))


def _copy(source: Path, folder: Path) -> str:
    if source.suffix not in TYPES:
        raise ExportError(f"{source.name} is of a type that the gateway does not serve")
    _write(folder / source.name, source.read_bytes())
    return source.name


def _write(path: Path, body: bytes) -> None:
    path.write_bytes(body)
    packed = packed_form(body)
    if packed:
        path.with_name(f"{path.name}.gz").write_bytes(packed)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m dashboard.export FOLDER")
    export(Path(sys.argv[1]))
