"""What tests of a guarded site in a browser share. Others bring their own."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.export import ensure_exported
from tests.dashboard.guarded_site import GuardedSite, opened
from tests.e2e.visitor import chromium


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return assets.load(ensure_exported(tmp_path_factory.mktemp("exported")))


@pytest.fixture(scope="module")
def guarded(exported: Assets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedSite]:
    yield from opened(tmp_path_factory.mktemp("guarded"), exported)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    yield from chromium()
