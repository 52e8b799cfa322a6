"""What the tests of plans share: an exact solver that we did not write."""

import importlib
import os
from typing import Any

import pytest


@pytest.fixture(scope="session")
def solver() -> Any:
    """`scipy.optimize`, with HiGHS in it; a skip at home, a failure where `CI=true`."""
    try:
        return importlib.import_module("scipy.optimize")
    except ModuleNotFoundError:
        missing = "scipy is not installed: make install"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
