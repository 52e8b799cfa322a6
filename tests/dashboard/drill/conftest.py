"""A morning of calls with corrections among them, told by the tests of the stream."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def told() -> Any:
    """`told(rng, calls, begin_at)`: the events of a morning."""
    path = Path(__file__).parents[2] / "stream" / "morning.py"
    spec = importlib.util.spec_from_file_location("morning", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.told
