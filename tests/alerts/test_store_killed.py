"""kill -9 at any moment: no notice is lost, at most one is sent twice, the journal is whole."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from alerts.incidents_sqlite import SqliteIncidents

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("alert_writer.py")


def run(folder: Path, first: int, kill_at: int | None) -> tuple[list[str], int]:
    """Let the writer go on from a step, kill it at its `kill_at`-th pause; its pauses, and the step
    that it was in."""
    process = subprocess.Popen(
        [sys.executable, str(WRITER), str(folder / "alerts.db"), str(folder / "mail"), str(first)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    pauses: list[str] = []
    with process, process.stdin, process.stdout:
        while line := process.stdout.readline():
            pauses.append(line.strip())
            if len(pauses) == kill_at:
                process.kill()
                break
            process.stdin.write("\n")
            process.stdin.flush()
    step = int(pauses[-1].split()[1]) if " " in pauses[-1] else -1
    return pauses, step


def mail(folder: Path) -> Counter[str]:
    return Counter((folder / "mail").read_text().split())


def journal(folder: Path) -> list[tuple[int, str, str, str]]:
    with SqliteIncidents(folder / "alerts.db") as store:
        assert store.warnings == ()
        return [(e.at, e.what, e.rule, e.scope) for e in store.journal(0, 1 << 60)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    pauses, _ = run(folder, 0, None)
    assert pauses[-1] == "done"
    return folder


def test_each_notice_is_sent_once_if_nothing_happens(undisturbed: Path) -> None:
    assert set(mail(undisturbed).values()) == {1}
    assert len(mail(undisturbed)) == 14


def test_killed_again_and_again(undisturbed: Path, tmp_path: Path) -> None:
    """At pauses of each sort: judged but not committed, committed but not sent, sent but not noted."""
    step, kills, sorts = 0, 0, set()
    for kill_at in (4, 2, 1, 3, 4, 2, 5, 3, 1, None):
        pauses, stopped = run(tmp_path, step, kill_at)
        if pauses[-1] == "done":
            break
        sorts.add(pauses[-1].split()[0])
        kills += 1
        step = stopped
    assert kills == 9
    assert sorts == {"judged", "committed", "sent"}
    sent = mail(tmp_path)
    assert sent.keys() == mail(undisturbed).keys()
    assert sent.total() - len(sent) <= kills
    assert max(sent.values()) <= 2
    assert journal(tmp_path) == journal(undisturbed)
