"""Settings: what a file may say, and what is said about one that is wrong."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwatch.settings import check, load, parse
from floorwatch.settings_problems import Problem, SettingsError, Severity
from floorwatch.settings_reader import KEYS
from floorwatch.settings_secret import SecretError
from stream.sites import ServiceLevel

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "floorwatch.example.toml"
NOTHING: Mapping[str, str] = {}


def problems(text: str) -> list[Problem]:
    with pytest.raises(SettingsError) as raised:
        parse(text, "f.toml")
    return list(raised.value.problems)


def only(text: str) -> Problem:
    """The one error of this text."""
    errors = [each for each in problems(text) if each.severity is Severity.ERROR]
    assert len(errors) == 1, errors
    return errors[0]


def warnings(text: str) -> list[Problem]:
    return [each for each in parse(text, "f.toml").warnings if "no source" not in each.what]


def test_an_empty_file_is_a_demo_of_one_site() -> None:
    settings = parse("", folder=Path("/srv"))
    (site,) = settings.sites
    (source,) = site.sources
    assert str(source.url) == "simulate:demo"
    assert str(settings.stores.journal) == "file:/srv/data"
    assert str(settings.gateway.listen) == "127.0.0.1:8787"
    assert site.site.queue("any").target_ms == 20_000
    assert "invented" in settings.warnings[0].what


def test_the_example_says_everything_and_is_valid() -> None:
    secrets = {
        f"FLOORWATCH_{name}_SECRET": "x" for name in ("PBX", "ACT", "REDIS", "BROKER", "OIDC")
    }
    settings = load(EXAMPLE, secrets)
    files = ["alerts.file", "alerts.playbooks", "alerts.forecast", "source[1].backfill"]
    assert {each.key for each in settings.warnings} <= {f"site[1].{file}" for file in files}
    north, south = settings.sites
    assert north.site.time_zone == "Asia/Shanghai"
    assert north.site.day_start_min == 300
    sales = north.site.queues["sales"]
    assert (sales.target_ms, sales.short_ms, sales.wrap_up_ms) == (15_000, 5_000, 30_000)
    assert sales.service_level is ServiceLevel.ALL_COUNT
    assert north.site.queues["support"].target_ms == north.site.default_queue.target_ms == 20_000
    assert sales.names == {"zh": "销售", "en": "Sales"}
    agent = north.site.agents["Li Na"]
    assert (agent.team, agent.interfaces) == ("a", ("PJSIP/1001", "Local/1001@agents"))
    assert [source.name for source in north.sources] == ["pbx", "others"]
    assert north.sources[0].url.options == {"tls": "on", "login": "md5"}
    assert str(north.sources[0].backfill) == "queue_log:/var/log/asterisk/queue_log"
    assert [str(source.url) for source in south.sources] == ["simulate:demo"]
    assert settings.gateway.public_url == "https://wall.example.com"
    assert north.alerts.rules == EXAMPLE.parent / "alerts.example.toml"
    assert north.alerts.playbooks == EXAMPLE.parent / "playbooks"
    assert north.alerts.forecast == EXAMPLE.parent / "forecast.csv"
    assert south.alerts.rules is None
    assert north.screens.boards == EXAMPLE.parent / "boards"
    assert south.screens.boards is None
    assert settings.stores.journal.scheme == "redis"
    assert settings.bridge
    assert settings.bridge.spool == EXAMPLE.parent / "spool"
    assert settings.bridge.broker.address == "broker.example.com:8883"


def test_the_example_gives_every_key_there_is() -> None:
    text = EXAMPLE.read_text()
    for kind, keys in KEYS.items():
        for key in keys:
            path = f"{kind}.{key}" if kind else key
            table = rf"^#? ?\[\[?{re.escape(path)}\]"
            assert re.search(rf"^(# )?{key} = |{table}", text, re.MULTILINE), path


def test_every_key_is_described_in_the_documentation() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    for kind, keys in KEYS.items():
        for key in keys:
            if f"{kind}.{key}".strip(".") in KEYS:
                continue
            section = re.search(rf"^## .*\[{re.escape(kind)}\].*?(?=^## |\Z)", text, re.M | re.S)
            assert section, f"docs/settings.md has no section for [{kind}]"
            assert f"| `{key}` |" in section[0], f"docs/settings.md does not describe {kind}.{key}"


def test_a_queue_takes_what_it_leaves_out_from_the_defaults() -> None:
    (site,) = parse("""
        [site.queue_defaults]
        target = "1 min"
        goal = 0.9
        [[site.queue]]
        id = "q"
        goal = 1
    """).sites
    assert (site.site.queues["q"].target_ms, site.site.queues["q"].goal) == (60_000, 1.0)
    assert (site.site.queue("other").target_ms, site.site.queue("other").goal) == (60_000, 0.9)


@pytest.mark.parametrize(
    ("text", "line", "column", "key", "said"),
    [
        ('[site]\ntime_zone = "Beijing"', 2, 13, "site.time_zone", "Asia/Shanghai"),
        ('[site]\ntime_zone = "Asia/Shangai"', 2, 13, "site.time_zone", '"Asia/Shanghai"'),
        ('[site]\ntime_zone = "../../etc/passwd"', 2, 13, "site.time_zone", "IANA"),
        ('[site]\ntime_zone = "Asia"', 2, 13, "site.time_zone", "IANA"),
        ("[site]\ntime_zone = 8", 2, 13, "site.time_zone", "a whole number"),
        ('[site]\nbusiness_day_start = "24:00"', 2, 22, "site.business_day_start", "05:00"),
        ("[site]\nbusiness_day_start = 5", 2, 22, "site.business_day_start", "05:00"),
        ('[gateway]\npublic_url = "wall"', 2, 14, "gateway.public_url", "no address of a page"),
        ('[site]\nstale_after = "0s"', 2, 15, "site.stale_after", "cannot be 0"),
        ('[site]\nid = "a/b"', 2, 6, "site.id", "letters"),
        ('[site]\nid = ""', 2, 6, "site.id", "letters"),
        ("site = 3", 1, 8, "site", "[[site]]"),
        ("site = [1]", 1, 8, "site", "[[site]]"),
        ("[[site]]\n[[site]]\nid = 'a'", 1, 1, "site[1]", "id is missing"),
        ("[[site]]\nid='a'\n[[site]]\nid = 'a'", 4, 6, "site[2].id", "two sites"),
        ("[site]\nnames = 'x'", 2, 9, "site.names", "{ zh ="),
        ("[site]\nnames = { fr = 'x' }", 2, 11, "site.names.fr", "zh for"),
        ("[site]\nnames = { zh = '' }", 2, 16, "site.names.zh", "empty"),
        ('[[site.queue]]\nid = "q"\ntarget = 20', 3, 10, "site.queue[1].target", '"20s"'),
        ('[[site.queue]]\nid="q"\ntarget = "20"', 3, 10, "site.queue[1].target", '"20s"'),
        ('[[site.queue]]\nid="q"\ntarget = "0s"', 3, 10, "site.queue[1].target", "cannot be 0"),
        ('[[site.queue]]\nid="q"\ngoal = 80', 3, 8, "site.queue[1].goal", "0.8 for 80 %"),
        ('[[site.queue]]\nid="q"\ngoal = 0', 3, 8, "site.queue[1].goal", "above 0"),
        ('[[site.queue]]\nid="q"\ngoal = nan', 3, 8, "site.queue[1].goal", "above 0"),
        ('[[site.queue]]\nid="q"\ngoal = true', 3, 8, "site.queue[1].goal", "0.8"),
        ('[[site.queue]]\nid="q"\nservice_level = "x"', 3, 17, "site.queue[1].service_level", "all_count"),
        ('[[site.queue]]\nid="q"\nservice_level = []', 3, 17, "site.queue[1].service_level", "all_count"),
        ('[[site.queue]]\nid="q"\n[[site.queue]]\nid = "q"', 4, 6, "site.queue[2].id", "line 1"),
        ("[[site.queue]]\ngoal = 0.5", 1, 1, "site.queue[1]", "id is missing"),
        ("[site]\nqueue = 'sales'", 2, 9, "site.queue", "[[site.queue]]"),
        ('[[site.agent]]\nid = "x"\nteam = "t"', 3, 8, "site.agent[1].team", 'id = "t"'),
        (
            '[[site.agent]]\nid="x"\ninterfaces=["P/1"]\n[[site.agent]]\nid="y"\ninterfaces = ["P/1"]',
            6,
            15,
            "site.agent[2].interfaces[1]",
            'agent "x"',
        ),
        ('[[site.agent]]\nid="x"\ninterfaces="P/1"', 3, 12, "site.agent[1].interfaces", "a list"),
        ("[[site.source]]\nname='a'", 1, 1, "site.source[1]", "url is missing"),
        ("[[site.source]]\nurl = 'amy://h'", 2, 7, "site.source[1].url", '"ami"'),
        ("[[site.source]]\nurl = 'ami://u@h'", 2, 7, "site.source[1].url", "secret_env"),
        ("[[site.source]]\nurl = 'ami://h'\nsecret_env='S'", 2, 7, "site.source[1].url", "log in"),
        (
            "[[site.source]]\nurl = 'mqtt://h'\nbackfill = 'queue_log:/x'",
            3,
            12,
            "site.source[1].backfill",
            "only an ami:",
        ),
        ("[[site.source]]\nurl='simulate:demo'\nsecret_env='S'", 2, 5, "site.source[1].url", "no password"),
        (
            "[[site.source]]\nurl='mqtt://a'\n[[site.source]]\nurl = 'mqtt://b'",
            4,
            7,
            "site.source[2].url",
            'called "mqtt"',
        ),
        ("[stores]\njournal = 'redsi://h'", 2, 11, "stores.journal", '"redis"'),
        ("[stores]\nsecret_env = '$X'", 2, 14, "stores.secret_env", "name of the variable"),
        ("[gateway]\nlisten = '8787'", 2, 10, "gateway.listen", "127.0.0.1:8787"),
        ("[gateway]\nlisten = 8787", 2, 10, "gateway.listen", "127.0.0.1:8787"),
        ("[gateway]\nlisten = 'h:99999'", 2, 10, "gateway.listen", "127.0.0.1:8787"),
        ("[gateway]\nallowed_origins = ['*']", 2, 20, "gateway.allowed_origins[1]", "https://"),
        ("[gateway]\nallowed_origins = ['http://h/p']", 2, 20, "gateway.allowed_origins[1]", "https://"),
        ("[gateway]\nlisen = 'x'", 2, 1, "gateway.lisen", 'Did you mean "listen"'),
        ("[site]\n\ntarget = '20s'", 3, 1, "site.target", "[site.queue_defaults]"),
        ("[sites]", 1, 1, "sites", 'Did you mean "site"'),
        ("bridge = 1", 1, 10, "bridge", "[bridge]"),
        ("[bridge]", 1, 1, "bridge", "broker is missing"),
        ("[bridge]\nbroker='simulate:demo'", 2, 8, "bridge.broker", "mqtt:, mqtts:"),
        ("[bridge]\nbroker='mqtt://h'\nsecret_env='S'", 2, 8, "bridge.broker", "log in with"),
        (
            "[[site.source]]\nurl='mqtt://h'\nsecret_env='S'",
            2,
            5,
            "site.source[1].url",
            "log in with",
        ),
        ("a = ", 1, 5, "", "not TOML"),
        ("a = 1\na = 2", 2, 6, "", "not TOML"),
        ("[site]\nx = [", 2, 6, "", "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_its_cure(
    text: str, line: int, column: int, key: str, said: str
) -> None:
    problem = only(text)
    assert (problem.line, problem.column, problem.key) == (line, column, key)
    assert said in f"{problem.what}. {problem.mend}"
    assert str(problem).startswith(f"f.toml:{line}:{column}: error: ")


def test_all_mistakes_are_told_at_once_in_file_order() -> None:
    found = problems("""
[site]
time_zone = "Mars"
colour = "red"
[[site.queue]]
id = "q"
goal = 7
target = "soon"
""")
    errors = [problem for problem in found if problem.severity is Severity.ERROR]
    assert [problem.line for problem in errors] == [3, 4, 7, 8]


@pytest.mark.parametrize(
    "source",
    [
        "url = 'ami://me:hunter2@pbx:5038'",
        "url = 'ami://me:hunter2/x@pbx:5038'",
        "url = 'mqtt://me:hunter2@broker'",
        "url = 'ami://me@pbx?password=hunter2'",
        "url = 'ami://me@pbx'\nsecret = 'hunter2'",
        "url = 'ami://me@pbx'\npassword = 'hunter2'",
        "url = 'ami://me@pbx'\nsecret_env = 'hunter2!'",
    ],
)
def test_a_password_in_the_file_is_a_mistake_and_is_never_repeated(source: str) -> None:
    found = problems(f"[[site.source]]\n{source}\n")
    assert "hunter2" not in "\n".join(str(problem) for problem in found)
    assert any("secret_env" in problem.mend or "variable" in problem.mend for problem in found)


def test_what_is_hardly_meant_is_a_warning() -> None:
    (short,) = warnings('[[site.queue]]\nid="q"\ntarget="10s"\nshort_abandon = "20s"')
    assert (short.line, short.key) == (4, "site.queue[1].short_abandon")
    (twice,) = warnings("""
        [[site.source]]
        name = "a"
        url = "mqtt://h"
        [[site.source]]
        name = "b"
        url = "mqtt://h:1883"
    """)
    assert "twice" in twice.mend
    (wide,) = warnings('[gateway]\nlisten = "0.0.0.0:8787"')
    assert "network" in wide.what
    (absent,) = warnings('[[site.source]]\nurl = "queue_log:/nowhere/queue_log"')
    assert "/nowhere/queue_log" in absent.what


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "[::1]:65535", "localhost:8787"])
def test_this_machine_alone_is_no_cause_for_a_warning(listen: str) -> None:
    settings = parse(f'[gateway]\nlisten = "{listen}"')
    assert str(settings.gateway.listen) == listen
    assert len(settings.warnings) == 1  # the missing source


def test_two_sites_may_have_a_queue_of_one_name() -> None:
    settings = parse("""
        [[site]]
        id = "a"
        [[site.queue]]
        id = "q"
        [[site]]
        id = "b"
        [[site.queue]]
        id = "q"
    """)
    assert ["q" in site.site.queues for site in settings.sites] == [True, True]


def test_agents_may_stand_in_one_line_each() -> None:
    (site,) = parse("""
        [site]
        agent = [
            { id = "Li Na", interfaces = ["PJSIP/1001"] }, # first
            { id = "王 伟" },
        ]
    """).sites
    assert list(site.site.agents) == ["Li Na", "王 伟"]


def test_a_time_of_day_may_go_without_quotes() -> None:
    assert parse("[site]\nbusiness_day_start = 05:30:00").sites[0].site.day_start_min == 330


def test_a_file_that_is_not_there_or_not_text_is_told_plainly(tmp_path: Path) -> None:
    (absent,) = check(tmp_path / "none.toml", NOTHING)
    assert "floorwatch init" in absent.mend
    (folder,) = check(tmp_path, NOTHING)
    assert folder.severity is Severity.ERROR
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes('[site]\nnames = { zh = "客服" }'.encode("gbk"))
    (encoding,) = check(gbk, NOTHING)
    assert (encoding.line, encoding.column) == (2, 17)
    assert "UTF-8" in encoding.mend
    with pytest.raises(SettingsError):
        load(gbk, NOTHING)


def test_windows_notepad_may_write_the_file(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_bytes(b'\xef\xbb\xbf[site]\r\nid = "north"\r\ngaol = 1\r\n')
    errors = [each for each in check(file, NOTHING) if each.severity is Severity.ERROR]
    assert [(each.line, each.column, each.key) for each in errors] == [(3, 1, "site.gaol")]


def test_relative_paths_are_counted_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text("""
        [[site.source]]
        url = "ami://u@h"
        secret_file = "pbx.secret"
        backfill = "queue_log:logs/queue_log"
        [stores]
        journal = "file:./journal"
    """)
    settings = load(file, NOTHING)
    assert settings.stores.journal.path == str(tmp_path / "journal")
    (source,) = settings.sites[0].sources
    assert source.secret.file == tmp_path / "pbx.secret"
    assert source.backfill
    assert source.backfill.path == str(tmp_path / "logs" / "queue_log")


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text("[[site.source]]\nurl = 'ami://u@h'\nsecret_env = 'PBX'\n")
    assert [each.key for each in check(file, NOTHING)] == ["site.source[1].secret_env"]
    assert check(file, {"PBX": "s3cret"}) == []
    secret = load(file, NOTHING).sites[0].sources[0].secret
    assert secret.reveal({"PBX": "s3cret"}) == "s3cret"
    with pytest.raises(SecretError, match="export PBX="):
        secret.reveal(NOTHING)
    with pytest.raises(SecretError, match="line break"):
        secret.reveal({"PBX": "a\r\nAction: Originate"})

    file.write_text("[[site.source]]\nurl = 'ami://u@h'\nsecret_file = 'pbx'\n")
    kept = tmp_path / "pbx"
    kept.write_text("s3cret\n")
    kept.chmod(0o600)
    assert check(file, NOTHING) == []
    settings = load(file, NOTHING)
    assert settings.sites[0].sources[0].secret.reveal(NOTHING) == "s3cret"
    assert "s3cret" not in repr(settings)
    kept.chmod(0o644)
    assert "chmod 600" in check(file, NOTHING)[0].mend
    for content in (b"", b"\xff", b"two\nlines\n"):
        kept.write_bytes(content)
        with pytest.raises(SecretError):
            settings.sites[0].sources[0].secret.reveal(NOTHING)


def complaints(text: str) -> tuple[Problem, ...]:
    """What is said about any text at all: only a `SettingsError` is let through."""
    try:
        return parse(text).warnings
    except SettingsError as error:
        return error.problems


@given(st.text(alphabet=st.sampled_from("[]{}=\".'\n \\#,ab1é:T-_sitequeuid"), max_size=80))
def test_no_text_raises_anything_but_a_settings_error(text: str) -> None:
    assert all(problem.what and problem.mend for problem in complaints(text))


KEY_PATHS = [(kind, key) for kind, keys in KEYS.items() for key in keys]
TOML_VALUES = st.sampled_from(
    ["1", "-1", "0.5", "inf", "true", '""', '"x"', "[]", "[1]", "[[]]", "{}", "{ id = 1 }", "[{}]",
     "07:32:00", "1979-05-27", '"20s"', '"ami://u@h"', '"mqtt://[::1"', '"mqtt://h:x"', "['x', 'x']"]
)  # fmt: skip


@given(st.sampled_from(KEY_PATHS), TOML_VALUES)
def test_no_value_of_any_kind_at_any_key_raises_anything_else(
    place: tuple[str, str], value: str
) -> None:
    kind, key = place
    header = f"[{kind}]\n" if kind else ""
    found = complaints(f"{header}{key} = {value}\n")
    assert all(problem.line and problem.column for problem in found)
