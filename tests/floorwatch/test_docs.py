"""What the documents say must be there: links, files, commands, options, formulas."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer.main

from floorwatch import settings, urls
from floorwatch.commands import app
from floorwatch.settings_problems import Severity
from ingest import wire
from ingest.ami_message import WANTED
from stream import metrics
from stream.sites import ServiceLevel

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TREES = ("ingest", "stream", "archive", "planning", "alerts", "reports", "dashboard", "simulators")
TREES += ("floorwatch", "tests", "bench", "docs", "deploy", ".ci")


def _commands(group: Any) -> dict[str, Any]:
    """Every command by what is typed, those of groups too: `notify test`."""
    found = {}
    for name, command in vars(group)["commands"].items():
        below = _commands(command) if "commands" in vars(command) else {"": command}
        found |= {f"{name} {each}".strip(): one for each, one in below.items()}
    return found


COMMANDS = _commands(typer.main.get_command(app))
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
guide = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def links(text: str) -> list[str]:
    return re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", text)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def typed(text: str) -> list[list[str]]:
    """The floorwatch commands of a page: in its blocks, and in its tables with [optional] parts."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    lines += [
        span.translate({91: " ", 93: " "}) for span in re.findall(r"`(floorwatch [^`]+)`", text)
    ]
    found = [shlex.split(line, comments=True) for line in lines if line.startswith("floorwatch ")]
    return [words[1:] for words in found if words[1:]]


def name_of(words: list[str]) -> str:
    """The command of these words: the first two, if there is such a one, else the first."""
    two = " ".join(words[:2])
    return two if two in COMMANDS else words[0]


def check_command(words: list[str]) -> None:
    command = COMMANDS.get(name_of(words))
    assert command is not None, f"there is no command floorwatch {words[0]}"
    options = {name: param for param in command.params for name in param.opts}
    for word in words[1:]:
        if word.startswith("-") and word != "--help":
            assert word in options, f"floorwatch {words[0]} has no option {word}"


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the project"
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link}: no such heading"


def test_every_picture_is_shown_somewhere() -> None:
    shown = {link.rpartition("/")[2] for page in PAGES for link in links(page.read_text("utf-8"))}
    pictures = {picture.name for picture in (ROOT / "docs" / "screens").iterdir()}
    assert pictures <= shown


@pytest.mark.parametrize("page", READMES, ids=lambda p: p.name)
def test_the_two_pictures_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wall, console = [link for link in links(text) if link.endswith(".png")]
    for picture in (wall, console):
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


@every_page
def test_files_that_are_named_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:[\w.]+/)+[\w.*-]*|\.ci/run)`", text):
        if name.split("/")[0] in TREES:
            assert list(ROOT.glob(name.rstrip("/"))), f"`{name}` is not there"


def test_modules_named_in_the_architecture_are_there() -> None:
    table = guide.partition("## Where things are")[2].partition("## Who may import")[0]
    rows = re.findall(r"^\| `(\w+)/` \| (.+) \|$", table, re.MULTILINE)
    assert {folder for folder, _ in rows} >= {"ingest", "stream", "dashboard", "floorwatch"}
    for folder, row in rows:
        for name in re.findall(r"`([\w*]+(?:\.py)?)`", row):
            pattern = name if name.endswith((".py", "*")) else f"{name}*"
            assert list((ROOT / folder).glob(pattern)), f"{folder}/{name} is not there"


def test_modules_called_pure_are_pure() -> None:
    paragraph = guide.partition("*Pure* modules")[2].partition("\n\n")[0]
    modules = [
        path
        for package, named in re.findall(
            r"In `(\w+)`:(.*?)(?=In `\w+`:| An adapter)", paragraph, re.DOTALL
        )
        for pattern in re.findall(r"`([\w*]+)`", named)
        for path in _named(ROOT / package, pattern)
        if "log_tail" not in path.name
    ]
    assert len(modules) > 50
    effects = r"^\s*(?:import|from) (asyncio|os|socket|ssl|logging|time|pathlib|fcntl|subprocess)\b"
    for module in modules:
        assert not re.search(effects, module.read_text(), re.MULTILINE), f"{module} is not pure"


def _named(folder: Path, pattern: str) -> list[Path]:
    found = list(folder.glob(f"{pattern}.py"))
    assert found, f"{folder.name} has no {pattern}"
    return found


@every_page
def test_commands_and_their_options_exist(page: Path) -> None:
    for words in typed(page.read_text(encoding="utf-8")):
        if words[0].isalpha() and words[0].islower():
            check_command(words)


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`make (\w+)", text)
    named += [n for block in blocks(text, "sh") for n in re.findall(r"^make (\w+)", block, re.M)]
    assert set(named) <= targets


@pytest.mark.parametrize("page", READMES, ids=lambda p: p.name)
def test_every_command_stands_in_the_table_with_every_option(page: Path) -> None:
    spans = re.findall(r"^\| `floorwatch (\w[^`]*)`", page.read_text(encoding="utf-8"), re.M)
    rows = [(name_of(rest.split()), rest) for rest in spans]
    assert {name for name, _ in rows} == set(COMMANDS)
    for name, rest in rows:
        params = COMMANDS[name].params
        options = {o for p in params for o in p.opts if o.startswith("--") and o != "--help"}
        assert set(re.findall(r"--[\w-]+", rest)) == options, name


def test_both_readmes_say_the_same() -> None:
    english, chinese = (page.read_text(encoding="utf-8") for page in READMES)
    for shape in (r"^(#+) ", r"^(- \*\*|\|)"):
        one, other = (re.findall(shape, text, re.MULTILINE) for text in (english, chinese))
        assert one == other
    for language in ("sh", "ini"):
        assert blocks(english, language) == blocks(chinese, language)
    rows = [re.findall(r"^\| (`[^`]+`)", text, re.MULTILINE) for text in (english, chinese)]
    assert rows[0] == rows[1]
    targets = [
        {link for link in links(text) if "README" not in link and not link.endswith(".png")}
        for text in (english, chinese)
    ]
    assert targets[0] == targets[1]


def test_the_event_of_the_readme_is_one() -> None:
    (line,) = [b for b in blocks(READMES[0].read_text(), "sh") if b.startswith("mosquitto_pub")]
    payload = shlex.split(line)[-1].encode()
    assert wire.decode(payload, 0).source == "/acd/demo/my-pbx"


def test_the_urls_of_replays_are_taken() -> None:
    for page in READMES:
        for words in typed(page.read_text(encoding="utf-8")):
            if words[0] == "replay" and ":" in words[1]:
                urls.parse(words[1], urls.REPLAYS)


def test_settings_in_the_asterisk_guide_are_valid() -> None:
    text = (ROOT / "docs" / "asterisk.md").read_text()
    settings_blocks = blocks(text, "toml")
    assert len(settings_blocks) == 3
    for block in settings_blocks:
        tomllib.loads(block)
        loaded = settings.parse(block)
        assert not [p for p in loaded.warnings if p.severity is Severity.ERROR]
        assert loaded.sites[0].sources[0].name in {"pbx", "mqtt"}


def test_the_event_filters_let_through_all_that_is_read() -> None:
    """Answers to questions are not filtered, and `Join` and the like are of releases without filters."""
    text = (ROOT / "docs" / "asterisk.md").read_text()
    named = set(re.findall(r"name\((\w+)\)", text))
    answers = {"QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete", "PeerEntry"}
    answers |= {n for n in WANTED if n.startswith(("CoreShow", "EndpointList", "ContactList"))}
    answers |= {"OutboundRegistrationDetail", "RegistryEntry"}
    assert named == WANTED - answers - {"Join", "Leave", "QueueMemberPaused"}


def test_the_glossary_has_every_sum_and_every_formula() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    table = text.partition("The sums:")[2]
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)))
    assert sorted(named) == sorted(metrics.NAMES)
    formulas = text.partition("## Formulas")[2].partition("The sums:")[0]
    named = re.findall(r"^\| `(\w+)`(?: \(default\))? \| \*", formulas, re.MULTILINE)
    assert sorted(named) == sorted(ServiceLevel)


SAMPLE = {name: n for n, name in enumerate(metrics.NAMES, start=3)} | {
    "answered": 1000,
    "answered_in_target": 860,
    "abandoned": 60,
    "abandoned_short": 10,
    "abandoned_in_target": 20,
}
"""The example of the glossary; the other sums are any numbers that differ."""


@pytest.mark.parametrize("variant", ServiceLevel)
def test_a_formula_of_the_glossary_is_the_one_of_the_code(variant: ServiceLevel) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `{variant.value}`.*\| (.+) \|$", text, re.MULTILINE)
    sum_of = row.replace("÷", "/").replace("−", "-").replace("`", "")
    assert eval(sum_of, {}, dict(SAMPLE)) == metrics.service_level(SAMPLE, variant)
    shares = text.partition("they are ")[2].partition(" %")[0]
    assert f"{100 * eval(sum_of, {}, dict(SAMPLE)):.1f}" in shares


@pytest.mark.parametrize(
    ("name", "ratio"),
    [
        ("ASA", metrics.asa_ms),
        ("average abandon time", metrics.average_abandon_ms),
        ("abandon rate", metrics.abandon_rate),
        ("ATT", metrics.att_ms),
        ("AHT", metrics.aht_ms),
    ],
)
def test_a_ratio_of_the_glossary_is_the_one_of_the_code(name: str, ratio: object) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {name}[^|]*\|[^|]*\| ([^|:]+?)(?::[^|]*)? \|$", text, re.MULTILINE)
    names = dict(SAMPLE) | {"overflowed": metrics.overflowed(SAMPLE)}
    assert callable(ratio)
    assert eval(row.replace("÷", "/").replace("`", ""), {}, names) == ratio(SAMPLE)


def test_decisions_are_numbered_without_holes() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Price")), page.name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(name for extra in extras for name in extra)]
    text = (ROOT / "docs" / "decisions" / "0013-dependencies.md").read_text()
    for requirement in wanted:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert name == "floorwatch" or re.search(rf"\b{name}\b", text), f"{name} has no reason"


@every_page
def test_events_in_the_examples_can_be_read(page: Path) -> None:
    for text in re.findall(r"-m '(\{.*\})'", page.read_text(encoding="utf-8")):
        assert isinstance(wire.decode(text.encode(), 0), msgspec.Struct)


def test_the_tests_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", text) + re.findall(r'-k (\w+)"', text)
    assert len(named) == 2
    for name in named:
        assert re.search(rf"def test_\w*{name.removeprefix('test_')}\(", tests), name
    for path in re.findall(r"ARGS=\"(tests/[\w/.]+)\"", text):
        assert (ROOT / path).is_file(), path
    markers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    known = {marker.partition(":")[0] for marker in markers["markers"]}
    assert set(re.findall(r"not (\w+)", text.partition("-m ")[2].partition('"')[0])) == known
