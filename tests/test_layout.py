"""House rules that no linter knows."""

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = (
    *("ingest", "stream", "archive", "planning", "alerts", "reports"),
    *("dashboard", "simulators", "floorwatch"),
)
MODULES = sorted(p for name in OURS for p in (ROOT / name).rglob("*.py") if p.stem[:2] != "__")


@pytest.mark.parametrize("package", OURS)
def test_the_name_is_ours(package: str) -> None:
    """Our package names are common words: no other distribution may bring the same one."""
    spec = find_spec(package)
    assert spec is not None
    assert Path(str(spec.origin)).parent == ROOT / package
    assert set(packages_distributions().get(package, [])) <= {"floorwatch"}


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_module_manners(module: Path) -> None:
    assert module.stem not in {"utils", "util", "helpers", "common", "misc", "manager", "base"}
    assert module.stem not in sys.stdlib_module_names | set(OURS), "shadows when run as a script"
    assert len(module.read_text().splitlines()) <= 350
    assert module.read_text().startswith('"""'), "a module says in one sentence what it is"


def test_every_adapter_is_imported_by_the_wiring_alone() -> None:
    """What opens sockets and files is chosen in floorwatch/wiring.py, by the scheme of a URL."""
    adapters = {"source_ami", "source_mqtt", "source_queue_log", "journal_file", "journal_redis"}
    allowed = {"wiring.py", "failures.py", "doctor_stores.py", "settings.py"}
    for module in (ROOT / "floorwatch").glob("*.py"):
        text = module.read_text()
        found = {name for name in adapters if f"{name} import" in text}
        assert not found or module.name in allowed, f"{module.name} imports {found}"
