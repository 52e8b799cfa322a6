"""One browser and one set of pages for all; a guarded site, or a floor and a television, if asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.export import ensure_exported
from tests.dashboard.guarded_site import GuardedSite, opened
from tests.e2e.floor_server import FloorServer
from tests.e2e.television import Television
from tests.e2e.visitor import chromium


def how_long(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    """A browser's life: the run's. Where others run with us a module's: while it lives, no test of
    theirs may await."""
    alone = all("e2e" in Path(each.partition("::")[0]).parts for each in config.args)
    return "session" if alone else "module"


@pytest.fixture(scope=how_long)
def browser() -> Iterator[Any]:
    yield from chromium()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return assets.load(ensure_exported(tmp_path_factory.mktemp("exported")))


@pytest.fixture(scope="module")
def guarded(pages: Assets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedSite]:
    yield from opened(tmp_path_factory.mktemp("guarded"), pages)


@pytest.fixture
def server(pages: Assets) -> Iterator[FloorServer]:
    with FloorServer(pages) as server:
        yield server


@pytest.fixture
def visit(browser: Any) -> Iterator[Television]:
    with Television(browser) as visit:
        yield visit
