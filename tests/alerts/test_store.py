"""What every memory of incidents promises; SQLite is the one there is."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alerts.incident_store import IncidentStore, IncidentStoreError
from alerts.incidents_sqlite import SqliteIncidents
from alerts.life_state import LifeState
from alerts.notices import Entry, Notice, Word
from alerts.words import Severity

Open = Callable[[], IncidentStore]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts" / "alerts.db"


@pytest.fixture
def reopen(path: Path) -> Iterator[Open]:
    """Opens the store, after letting go of it."""
    opened: list[SqliteIncidents] = []

    def again() -> IncidentStore:
        for store in opened:
            store.close()
        opened.append(SqliteIncidents(path))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Open) -> IncidentStore:
    return reopen()


def notice(id: str, at: int = 0) -> Notice:
    return Notice(
        id=id,
        at=at,
        word=Word.FIRED,
        channel="wecom",
        incident="1",
        severity=Severity.CRITICAL,
        site="hq",
        site_names={"zh": "总部"},
    )


def entry(what: str, at: int = 0, incident: str = "1", **details: object) -> Entry:
    return Entry(at=at, incident=incident, what=what, rule="r", scope="queue:a", details=details)


def ids(store: IncidentStore, now: int = 0) -> list[str]:
    return [waiting.notice.id for waiting in store.due(now)]


def test_a_new_one_is_empty(store: IncidentStore) -> None:
    assert store.load() is None
    assert store.blobs() == {}
    assert store.due(1 << 60) == store.story("1") == store.undelivered() == []
    assert store.incident("1") is None
    assert store.warnings == ()


def test_what_was_committed_is_there_after_reopening(
    line, store: IncidentStore, reopen: Open
) -> None:
    line.hold("silence", "queue:sales")
    line.judge()
    lives = line.life.state.dump()
    incidents = list(line.life.state.incidents.values())
    entries = [entry("fired", 1, evidence={"quiet_ms": 5, "share": 0.5}), entry("told", 2)]
    store.commit(lives, entries, [notice("1.1"), notice("1.2")], incidents)
    store.save_blob("arrivals", b"\0\1")
    store.save_blob("arrivals", b"\0\2")
    store.save_blob("drops", b"")
    store = reopen()
    state = store.load()
    assert state is not None
    assert msgspec.to_builtins(state) == msgspec.to_builtins(line.life.state)
    assert store.story("1") == entries
    assert store.journal(2, 3) == entries[1:]
    assert [waiting.notice for waiting in store.due(0)] == [notice("1.1"), notice("1.2")]
    assert store.blobs() == {"arrivals": b"\0\2", "drops": b""}
    (incident,) = store.incidents(line.now, line.now + 1)
    assert incident == store.incident(incident.id) == incidents[0]
    assert store.incidents(0, line.now) == []


def test_the_latest_state_of_an_incident_and_its_verdict(line, store: IncidentStore) -> None:
    line.hold("silence", "queue:sales")
    (incident,) = line.life.state.incidents.values()
    store.commit(b"", [], [], [incident])
    assert store.verdicts(0, 1 << 60) == {}
    incident.verdict = "false"
    store.commit(b"", [], [], [incident])
    assert store.verdicts(0, 1 << 60) == {incident.id: "false"}
    assert store.verdicts(0, line.now) == {}
    assert len(store.incidents(0, 1 << 60)) == 1


def test_all_of_a_commit_or_nothing(store: IncidentStore) -> None:
    store.commit(LifeState(counted=1).dump(), [entry("fired")], [notice("1.1")])
    unwritable: Any = object()
    with pytest.raises(IncidentStoreError, match=r"alerts\.db"):
        store.commit(unwritable, [entry("ended")], [notice("1.2")])
    assert [each.what for each in store.story("1")] == ["fired"]
    assert ids(store) == ["1.1"]
    state = store.load()
    assert state is not None
    assert state.counted == 1


def test_notices_are_tried_in_order_until_the_channel_takes_them(store: IncidentStore) -> None:
    store.commit(b"", [], [notice("1.2", 5), notice("1.1", 5), notice("1.3", 9)])
    assert ids(store, 4) == []
    assert ids(store, 5) == ["1.2", "1.1"]
    assert [each.notice.id for each in store.due(9, limit=2)] == ["1.2", "1.1"]
    store.sent("1.2", 6)
    store.again("1.1", 60, "45009: too many")
    assert ids(store, 59) == ["1.3"]
    (waiting, _) = store.due(60)
    assert (waiting.tries, waiting.due_at, waiting.trouble) == (1, 60, "45009: too many")
    store.given_up("1.1", 61, "40001: no such key")
    assert ids(store, 1 << 60) == ["1.3"]
    (lost,) = store.undelivered()
    assert (lost.notice.id, lost.tries, lost.trouble) == ("1.1", 2, "40001: no such key")


def test_a_notice_that_is_committed_again_is_not_sent_again(store: IncidentStore) -> None:
    store.commit(b"", [], [notice("1.1")])
    store.sent("1.1", 1)
    store.commit(b"", [], [notice("1.1"), notice("1.2")])
    assert ids(store, 1) == ["1.2"]


def test_a_state_of_another_release_is_told_and_passed_over(store: IncidentStore) -> None:
    store.commit(msgspec.msgpack.encode({"alerts": 5}), [entry("fired")], [])
    assert store.load() is None
    assert "another release" in store.warnings[0]
    assert len(store.story("1")) == 1


def test_two_threads_may_use_it(store: IncidentStore) -> None:
    def write(name: str) -> None:
        for number in range(30):
            store.commit(b"", [entry("noted", number, name)], [notice(f"{name}.{number}")])
            store.sent(f"{name}.{number}", 0)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.story(name)) for name in ("a", "b")] == [30, 30]
    assert ids(store, 1 << 60) == []


def test_the_journal_cannot_be_changed(store: IncidentStore, path: Path) -> None:
    store.commit(b"", [entry("fired")], [])
    with sqlite3.connect(path) as other:
        for change in ("update journal set what = 'x'", "delete from journal"):
            with pytest.raises(sqlite3.IntegrityError, match="the incident journal is never"):
                other.execute(change)
    other.close()


def test_a_damaged_file_is_moved_aside_and_named(path: Path, reopen: Open) -> None:
    for number in (1, 2):
        reopen().commit(b"", [entry("fired")] * 200, [])
        reopen()
        content = path.read_bytes()
        # Beginning and end are whole, what lies between is not.
        path.write_bytes(content[:100] + b"\xff" * 8_000 + content[8_100:])
        path.with_name("alerts.db-wal").unlink(missing_ok=True)
        store = reopen()
        aside = path.with_name(f"alerts.db.damaged-{number}")
        assert str(aside) in store.warnings[0]
        assert aside.stat().st_size == len(content)
        assert store.story("1") == []


def test_what_is_no_database_is_moved_aside(path: Path, reopen: Open) -> None:
    path.parent.mkdir()
    path.write_text("my notes, by mistake under this name " * 100)
    assert "is damaged" in reopen().warnings[0]
    assert path.with_name("alerts.db.damaged-1").read_text().startswith("my notes")


def test_a_file_of_another_release_is_left_alone(path: Path, reopen: Open) -> None:
    reopen().commit(b"", [entry("fired")], [])
    with sqlite3.connect(path) as other:
        other.execute("pragma user_version = 7")
    other.close()
    with pytest.raises(IncidentStoreError, match="is of format 7, this release reads 1"):
        reopen()
    assert list(path.parent.glob("*damaged*")) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IncidentStoreError, match="file"):
        SqliteIncidents(tmp_path / "file" / "alerts.db")
