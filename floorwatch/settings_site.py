"""Reads one `[site]` table: what the site is called, its queues, people and sources."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from floorwatch import urls
from floorwatch.settings_actions import read_actions
from floorwatch.settings_breaks import read_breaks
from floorwatch.settings_duties import read_attendance, read_duties
from floorwatch.settings_reader import Table, flag, kind_of
from floorwatch.settings_reports import read_reports
from floorwatch.settings_secret import Secret, read_secret
from floorwatch.settings_types import AlertFiles, ScreenFiles, SiteSettings, SourceSettings
from floorwatch.settings_values import (
    ValueMistakeError,
    day_start_min,
    duration_ms,
    identifier,
    zone,
)
from floorwatch.settings_walks import read_walks
from stream.sites import AgentCard, QueueCard, ServiceLevel, Site

DEMO = urls.Url(scheme="simulate", path="demo")


def read_site(table: Table, environ: Mapping[str, str]) -> SiteSettings:
    """The site of this table, with defaults where it says nothing; problems go to its findings."""
    defaults = _queue_targets(table.table("queue_defaults"), QueueCard(id=""))
    teams = {id: team.names() for id, team in _by_id(table.tables("team"), "team-a")}
    site = Site(
        id=table.read("id", identifier, "demo"),
        names=table.names(),
        time_zone=table.read("time_zone", lambda value: zone(_text(value)), "UTC"),
        day_start_min=table.read("business_day_start", day_start_min, 0),
        stale_ms=table.read("stale_after", _positive_ms, 10_000),
        queues=_queues(table, defaults),
        default_queue=defaults,
        agents=_agents(table, teams),
        teams=teams,
    )
    walks = table.table("walks")
    return SiteSettings(
        site=site,
        sources=_sources(table, environ),
        alerts=_alerts(table.table("alerts")),
        walks=read_walks(walks),
        duties=read_duties(walks),
        screens=_screens(table.table("screens")),
        shifts=_existing(table, "shifts", FilePath.is_file),
        breaks=read_breaks(table.table("breaks")),
        attendance=read_attendance(table.table("attendance")),
        reports=read_reports(table.table("reports")),
    )


def _alerts(table: Table) -> AlertFiles:
    return AlertFiles(
        rules=_existing(table, "file", FilePath.is_file),
        playbooks=_existing(table, "playbooks", FilePath.is_dir),
        forecast=_existing(table, "forecast", FilePath.is_file),
    )


def _screens(table: Table) -> ScreenFiles:
    # The page of boards makes the folder with the first board: it need not be there.
    given = table.text("boards", longest=4_096)
    return ScreenFiles(
        boards=table.findings.folder / given if given else None,
        plan=_existing(table, "plan", FilePath.is_file),
    )


def _existing(table: Table, key: str, is_there: Callable[[FilePath], bool]) -> FilePath | None:
    """The path of this key, counted from the settings' folder; warns if it is not there."""
    if not (given := table.text(key, longest=4_096)):
        return None
    path = table.findings.folder / given
    if not is_there(path):
        what = "folder" if key == "playbooks" else "file"
        table.warn(key, f"there is no {what} {path}", "Check the path, or take the key out")
    return path


def _by_id(tables: Iterable[Table], example: str) -> Iterable[tuple[str, Table]]:
    """The tables that have an id, each with it; one that is there already is a problem."""
    seen: dict[str, Table] = {}
    for table in tables:
        id = table.required("id", example)
        if id in seen:
            first = table.findings.positions.key(seen[id].path)
            mend = f"It is in line {first.line} already: take one out, or rename it"
            table.add("id", f'the id "{id}" is given twice', mend)
        elif id:
            seen[id] = table
            yield id, table


def _queues(table: Table, defaults: QueueCard) -> dict[str, QueueCard]:
    return {
        id: replace(
            _queue_targets(queue, defaults), id=id, names=queue.names(), group=queue.text("group")
        )
        for id, queue in _by_id(table.tables("queue"), "sales")
    }


def _queue_targets(table: Table, defaults: QueueCard) -> QueueCard:
    """A card with the targets of this table; what it leaves out comes from `defaults`."""
    card = replace(
        defaults,
        target_ms=table.read("target", _positive_ms, defaults.target_ms),
        short_ms=table.read("short_abandon", duration_ms, defaults.short_ms),
        service_level=table.read("service_level", _service_level, defaults.service_level),
        goal=table.read("goal", _goal, defaults.goal),
        wrap_up_ms=table.read("wrap_up", duration_ms, defaults.wrap_up_ms),
    )
    given = "short_abandon" if table.has("short_abandon") else "target"
    if card.short_ms > card.target_ms and table.has(given):
        table.warn(
            given,
            "abandons count as short for longer than the target allows a caller to wait",
            "Most sites want short_abandon well below target, as 5 s below 20 s",
        )
    return card


def _agents(table: Table, teams: Mapping[str, object]) -> dict[str, AgentCard]:
    agents: dict[str, AgentCard] = {}
    phones: dict[str, str] = {}
    for id, agent in _by_id(table.tables("agent"), "Li Na"):
        team = agent.text("team")
        if team and team not in teams:
            known = ", ".join(f'"{name}"' for name in teams) or "none yet"
            mend = f'Add [[site.team]] with id = "{team}", or use one of: {known}'
            agent.add("team", f'there is no team "{team}"', mend)
        interfaces = []
        for path, phone in agent.texts("interfaces"):
            if phone in phones:
                what = f'"{phone}" is the phone of agent "{phones[phone]}" already'
                agent.findings.add(path, what, "Leave it with one of the two")
                continue
            phones[phone] = id
            interfaces.append(phone)
        agents[id] = AgentCard(
            id=id,
            names=agent.names(),
            team=team,
            interfaces=tuple(interfaces),
            lead=agent.read("lead", flag, False),
        )
    return agents


def _sources(table: Table, environ: Mapping[str, str]) -> tuple[SourceSettings, ...]:
    """The sources of a site; the simulator if it names none."""
    if not table.has("source"):
        table.findings.warn(
            table.path,
            "no source is set, so the demo shows invented calls",
            f'Add [[site.source]] with url = "{urls.SOURCES["ami"].example}"',
        )
        return (SourceSettings(name="demo", url=DEMO),)
    sources: dict[str, SourceSettings] = {}
    places: dict[str, str] = {}
    for entry in table.tables("source"):
        source = _source(entry, environ)
        if source is None:
            continue
        if source.name in sources:
            key = "name" if entry.has("name") else "url"
            what = f'two sources are called "{source.name}"'
            entry.add(key, what, 'Give each a name of its own: name = "pbx-2"')
        if str(source.url) in places:
            what = f'source "{places[str(source.url)]}" reads the same already'
            entry.warn("url", what, "Every call would count twice: take one out")
        sources.setdefault(source.name, source)
        places.setdefault(str(source.url), source.name)
    return tuple(sources.values())


def _source(table: Table, environ: Mapping[str, str]) -> SourceSettings | None:
    table.required("url", urls.SOURCES["ami"].example)
    url = read_url(table, "url", urls.SOURCES)
    secret = read_secret(table, environ)
    backfill = read_url(table, "backfill", urls.BACKFILLS)
    name = table.read("name", identifier, _default_name(url))
    if url is None:
        return None
    if urls.SOURCES[url.scheme].secret and secret is None:
        what = f'"{url.scheme}:" needs a password, and none is named'
        table.add("url", what, 'Add secret_env = "FLOORWATCH_PBX_SECRET", or secret_file')
    if secret is not None and not urls.SOURCES[url.scheme].port:
        table.add("url", f'"{url.scheme}:" takes no password', "Take the secret out")
    elif secret is not None:
        need_user(table, "url", url)
    if backfill is not None and url.scheme != "ami":
        table.add("backfill", "only an ami: source has gaps to fill", "Take it out")
    actions = read_actions(table, url, environ)
    return SourceSettings(
        name=name, url=url, secret=secret or Secret(), backfill=backfill, actions=actions
    )


def need_user(table: Table, key: str, url: urls.Url) -> None:
    """A problem at this key if its URL has no user, for one that comes with a secret."""
    if not url.user:
        mend = f'Write the name before the host: "{url.scheme}://floorwatch@{url.address}"'
        table.add(key, "a password is named, but no name to log in with", mend)


def _default_name(url: urls.Url | None) -> str:
    return url.scheme.replace("+", "-") if url else "source"


def read_url(table: Table, key: str, forms: Mapping[str, urls.Form]) -> urls.Url | None:
    """The URL of this key, its file counted from the settings' folder; warns of a missing file."""

    def reader(value: Any) -> urls.Url:
        return urls.beside(urls.parse(_text(value), forms), table.findings.folder, forms)

    url = table.read(key, reader, None)
    if url and forms is not urls.JOURNALS:
        file = url.path if forms[url.scheme].file else url.options.get(urls.FILE_OPTION, "")
        path = FilePath(file)
        if file and not path.exists():
            table.warn(key, f"there is no file {path}", "Check the path, or wait until it is there")
    return url


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a text in quotes")
    return value


def _positive_ms(value: Any) -> int:
    span_ms = duration_ms(value)
    if span_ms == 0:
        raise ValueMistakeError("this cannot be 0", 'Write a longer duration, for instance "20s"')
    return span_ms


def _service_level(value: Any) -> ServiceLevel:
    known = [level.value for level in ServiceLevel]
    if value not in known:
        raise ValueMistakeError(
            "this is not a service level known here", f"Choose one of {', '.join(known)}"
        )
    return ServiceLevel(value)


def _goal(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write 0.8 for 80 %")
    if 1 < value <= 100:
        raise ValueMistakeError(f"{value} is above 1", f"Write {value / 100:g} for {value:g} %")
    if not 0 < value <= 1:
        raise ValueMistakeError(
            f"{value} is no share of the calls", "Write a number above 0 and up to 1: 0.8 is 80 %"
        )
    return float(value)
