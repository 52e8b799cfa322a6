"""The commands on users: the first admin comes in, mistakes are told in a sentence, all is audited."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from dashboard.audit_sqlite import SqliteAudit
from dashboard.registry import Registry
from floorwatch import settings
from floorwatch.access_wiring import access, registry
from floorwatch.commands import app

GOOD = "plain hens lay eggs"
NOTHING: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashes with little effort: what they cost is tested where they are made."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("dashboard.passwords.PasswordHasher", lambda: quick)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "floorwatch.toml"
    file.write_text('[access]\nmode = "sign-in"\n')
    return file


@pytest.fixture
def known(config: Path) -> Iterator[Registry]:
    """As a Floorwatch that runs meanwhile has it open."""
    with registry(config.parent / "data") as found:
        yield found


def run(config: Path, *words: str, typed: str = "", **environ: str) -> tuple[int, str]:
    command = ["users", *words, "--config", str(config)]
    result = CliRunner().invoke(app, command, input=typed, env=environ)
    return result.exit_code, result.output


def test_the_first_admin(config: Path, known: Registry) -> None:
    status, told = run(config, "add", "Li.Na", "--role", "admin", typed=f"{GOOD}\n{GOOD}\n")
    assert (status, GOOD in told) == (0, False)
    user = known.users.find("li.na")
    assert user is not None
    assert (user.name, user.role, user.queues, user.teams) == ("li.na", "admin", None, None)


def test_everything_of_a_user_can_be_said(config: Path, known: Registry) -> None:
    words = ["add", "wang", "--role", "agent", "--name", "王伟", "--agent", "Wang Wei"]
    words += ["--queue", "sales", "--queue", "night", "--team", "a", "--password-env", "PW"]
    assert run(config, *words, PW=GOOD)[0] == 0
    user = known.users.find("wang")
    assert user is not None
    assert (user.name, user.queues, user.teams) == ("王伟", ("sales", "night"), ("a",))
    assert user.agent == "Wang Wei"
    status, told = run(config, "list")
    assert status == 0
    assert all(word in told for word in ("wang", "王伟", "agent"))


@pytest.mark.parametrize(
    ("words", "environ", "told"),
    [
        (["add", "x", "--role", "king"], {}, "give one of agent, supervisor, manager, admin"),
        (["add", "x", "--role", "display"], {}, "give one of"),
        (["add", "a b", "--role", "admin"], {"PW": GOOD}, "an id has up to 64 letters"),
        (["add", "x", "--role", "agent"], {"PW": GOOD}, "--agent ID"),
        (["add", "x", "--role", "admin"], {"PW": "short"}, "too short"),
        (["add", "x", "--role", "admin"], {"PW": "password2026"}, "first that are tried"),
        (["add", "x", "--role", "admin"], {}, "the variable PW is not set"),
        (["add", "BOSS", "--role", "agent"], {"PW": GOOD}, "there is BOSS already"),
        (["password", "x"], {"PW": GOOD}, "there is no such user"),
        (["remove", "x"], {}, "there is no such user"),
        (["remove", "boss"], {}, "this is the last admin"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    config: Path, known: Registry, words: list[str], environ: dict[str, str], told: str
) -> None:
    assert run(config, "add", "boss", "--role", "admin", "--password-env", "PW", PW=GOOD)[0] == 0
    if words[0] != "remove":
        words = [*words, "--password-env", "PW"]
    status, output = run(config, *words, **({"PW": ""} | environ))
    assert status == 1
    assert told in output
    assert [user.id for user in known.users.everybody()] == ["boss"]


def test_a_password_typed_in_two_ways_is_asked_again(config: Path, known: Registry) -> None:
    typed = f"{GOOD}\nanother one\n{GOOD}\n{GOOD}\n"
    assert run(config, "add", "li", "--role", "admin", typed=typed)[0] == 0
    assert known.users.has_local()


def test_a_new_password_ends_the_sessions_of_a_floorwatch_that_runs(
    config: Path, known: Registry
) -> None:
    assert run(config, "add", "li", "--role", "admin", "--password-env", "PW", PW=GOOD)[0] == 0
    known.sessions.begin("li", 2**45)
    before = known.users.find("li")
    assert run(config, "password", "LI", "--password-env", "PW", PW="green cows give milk")[0] == 0
    after = known.users.find("li")
    assert before is not None
    assert after is not None
    assert before.password != after.password
    assert (before.role, before.made_at) == (after.role, after.made_at)
    assert known.file.rows("select * from sessions") == []


def test_what_is_typed_at_this_machine_is_audited_too(config: Path, known: Registry) -> None:
    for id in ("li", "wang"):
        assert run(config, "add", id, "--role", "admin", "--password-env", "PW", PW=GOOD)[0] == 0
    assert run(config, "remove", "li")[0] == 0
    entries = SqliteAudit(known.file).entries(0, 2**60)
    assert [(e["who"], e["deed"]) for e in entries] == [
        ("command", "user.remove"),
        ("command", "user.save"),
        ("command", "user.save"),
    ]
    assert GOOD not in str(entries)


def test_settings_that_are_wrong_are_told(config: Path) -> None:
    config.write_text("nonsense = 1")
    status, told = run(config, "list")
    assert status == 1
    assert "nonsense" in told


def test_up_tells_how_to_make_the_first_admin_until_there_is_one(config: Path) -> None:
    read = settings.load(config, NOTHING)
    with access(read, config.parent / "data", NOTHING) as found:
        command = f"floorwatch users add ID --role admin --config {config}"
        assert found.advice.endswith(command)
        assert not found.doors.open
    assert run(config, "add", "li", "--role", "admin", "--password-env", "PW", PW=GOOD)[0] == 0
    with access(read, config.parent / "data", NOTHING) as found:
        assert found.advice == ""


def test_where_nobody_signs_in_no_admin_is_missed(tmp_path: Path) -> None:
    with access(settings.parse(""), tmp_path, NOTHING) as found:
        assert found.doors.open
        assert found.advice == ""
