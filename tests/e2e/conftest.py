"""One browser and one set of pages for all; a guarded site, or a floor and a television, if asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.export import ensure_exported
from tests.dashboard.guarded_site import GuardedSite, opened
from tests.e2e.floor_server import FloorServer
from tests.e2e.television import Television
from tests.e2e.visitor import chromium


@pytest.fixture(scope="module")
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
