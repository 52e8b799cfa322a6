"""The simulate command: a scenario's day into files, or told live to a broker, a PBX's client, a log."""

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from floorwatch import simulated_settings, wiring
from floorwatch.bar import bar
from floorwatch.settings_secret import Secret
from floorwatch.settings_values import ValueMistakeError
from floorwatch.urls import Url
from ingest.bridge import Bridge
from ingest.events import Millis
from ingest.outlet_mqtt import MqttOutlet
from ingest.ports import Clock
from ingest.spool import Spool
from simulators import day_files, forecast_text
from simulators.ami_dialogue import Dialogue
from simulators.ami_server import Acting, AmiServer
from simulators.floor_sim import FloorSim, source_of
from simulators.interventions import Interventions
from simulators.live import DaySource, moments
from simulators.local_time import start_of
from simulators.queue_log_text import QueueLogText
from simulators.scenario import Scenario
from simulators.scenario_file import load, preset, presets

_HOUR_MS = 3_600_000
_LANGUAGES = ("zh", "en")
_LOOK_S = 0.1
_YIELD_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line: either `out` or `to`.

    `start` is a local date, or date and time; empty is the scenario's own. `site` empty likewise.
    `speed` None is as fast as it goes. `secret` is the password of the simulated PBX, or the broker's.
    """

    scenario: str
    seed: int
    hours: float
    start: str = ""
    site: str = ""
    out: Path | None = None
    to: Url | None = None
    speed: float | None = None
    secret: Secret
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Played:
    """A day about to be told somewhere."""

    sim: FloorSim
    until: Millis
    clock: Clock
    wishes: Wishes
    console: Console

    @property
    def url(self) -> Url:
        """Where it goes."""
        assert self.wishes.to is not None
        return self.wishes.to


def scenario_of(name: str) -> Scenario:
    """The preset of this name, or the scenario of this file. Raises `ScenarioFileError`."""
    path = Path(name)
    return load(path) if path.suffix == ".toml" or path.is_file() else preset(name)


async def run(wishes: Wishes, clock: Clock, console: Console, errors: Console) -> None:
    """Simulate. Raises `ScenarioFileError`, `ScenarioError`, `OSError`, and what the target raises."""
    scenario = scenario_of(wishes.scenario)
    scenario = replace(
        scenario, site=wishes.site or scenario.site, start=wishes.start or scenario.start
    )
    if wishes.out is not None:
        day_files.check(wishes.out, simulated_settings.FILE, forecast_text.FILE)
    start_at = start_of(scenario)
    until = start_at + round(wishes.hours * _HOUR_MS)
    sim = FloorSim(scenario, wishes.seed, start_at, keep=wishes.out is not None)
    if wishes.out is not None:
        with bar(errors, "simulating") as progress:
            began = clock.now()
            for nth, now in enumerate(day_files.written(wishes.out, sim, until)):
                if wishes.speed is not None:
                    ahead_ms = (now - start_at) / wishes.speed - (clock.now() - began)
                    await clock.sleep(max(ahead_ms / 1_000, 0))
                elif nth % _YIELD_EVERY == 0:
                    await clock.sleep(0)
                if progress is not None and nth % _YIELD_EVERY == 0:
                    progress(now - start_at, until - start_at)
        settings = simulated_settings.text(scenario, day_files.EVENTS)
        (wishes.out / simulated_settings.FILE).write_text(settings, encoding="utf-8")
        forecast = forecast_text.text(scenario, start_at, until)
        (wishes.out / forecast_text.FILE).write_text(forecast, encoding="utf-8")
        files = (day_files.EVENTS, day_files.QUEUE_LOG, day_files.AMI, day_files.TRUTH)
        written = (*files, simulated_settings.FILE, forecast_text.FILE)
        console.print(f"{wishes.out}: {', '.join(written)}", highlight=False, markup=False)
    else:
        played = _Played(sim, until, clock, wishes, console)
        await TARGETS[played.url.scheme](played)
    _print(sim, console)


def show_presets(console: Console) -> None:
    """Name the presets and say what each is about, in both languages. Only an id begins a line."""
    for id_, names, about in presets():
        titles = " · ".join(names[language] for language in _LANGUAGES if language in names)
        console.print(f"[bold]{escape(id_)}[/bold]  {escape(titles)}", highlight=False)
        said = "\n".join(about[language] for language in _LANGUAGES if language in about)
        console.print(Padding(escape(said), (0, 0, 0, 4)), highlight=False)


async def _to_mqtt(played: _Played) -> None:
    """To a broker, over a spool: a broker that is slow, or away for a while, loses nothing."""
    url, wishes = played.url, played.wishes
    name = source_of(played.sim.scenario)
    address = wiring.broker_address(url, wishes.secret.reveal(wishes.environ))
    epoch = str(played.clock.now())
    day = DaySource(
        sim=played.sim,
        until=played.until,
        clock=played.clock,
        speed=wishes.speed,
        epoch=epoch,
    )
    _say(played, f"{name} → {url}")
    outlet = MqttOutlet(address, played.clock, source=name, epoch=epoch, hold_unheard=False)
    with (
        tempfile.TemporaryDirectory(prefix="floorwatch-") as folder,
        closing(Spool(Path(folder))) as spool,
    ):
        await Bridge(day, spool, outlet, played.clock, name=name, epoch=epoch).run()


async def _to_ami(played: _Played) -> None:
    """As a simulated PBX: the day begins with the first client that logs in."""
    url, wishes, clock = played.url, played.wishes, played.clock
    dialogue = Dialogue(played.sim.scenario)
    if not wishes.secret:
        raise ValueMistakeError(
            "the simulated PBX has no password",
            "Set one in a variable of the environment and name it: --secret-env VARIABLE",
        )
    secret, acting = wishes.secret.reveal(wishes.environ), f"{url.user}-act"
    interventions = Interventions()
    accounts = {url.user: secret, acting: secret}
    rights = {acting: ("agent", "call", "originate")}
    shown = played.sim.start_at

    def now() -> Millis:
        return clock.now() if wishes.speed == 1.0 else shown

    async with AmiServer(
        dialogue,
        accounts,
        now,
        host=url.host,
        port=url.port,
        acting=Acting(interventions=interventions, rights=rights),
    ) as server:
        users = f"user {url.user}, and {acting} who may act"
        _say(played, f"a simulated Asterisk listens on {url.host}:{server.port}, {users}")
        while not server.clients:
            await clock.sleep(_LOOK_S)
        async for told in moments(played.sim, played.until, clock, wishes.speed, interventions):
            shown = told[-1].time
            await server.tell(told)


async def _to_queue_log(played: _Played) -> None:
    """Onto the end of a queue_log, line by line."""
    text = QueueLogText(played.sim.scenario)
    _say(played, f"→ {played.url}")
    with closing(_end_of(Path(played.url.path))) as log:
        began = False
        async for told in moments(played.sim, played.until, played.clock, played.wishes.speed):
            if not began:
                log.write(text.begin(told[0].time))
                began = True
            log.writelines(line for happening in told for line in text.tell(happening))
            log.flush()


def _end_of(path: Path) -> TextIO:
    return path.open("a", encoding="utf-8", newline="\n")


TARGETS: Mapping[str, Callable[[_Played], Awaitable[None]]] = {
    "mqtt": _to_mqtt,
    "mqtts": _to_mqtt,
    "ami": _to_ami,
    "queue_log": _to_queue_log,
}
"""Where a simulated day can be told live, by the scheme of the URL."""


def _say(played: _Played, line: str) -> None:
    played.console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print(sim: FloorSim, console: Console) -> None:
    """What happened, in one line per queue."""
    table = Table(box=None, padding=(0, 1))
    for name in ("queue", "offered", "answered", "abandoned", "overflow", "dropped", "level"):
        table.add_column(name, justify="left" if name == "queue" else "right")
    for name, queue in sim.truth.queues.items():
        asked = queue.answered + queue.abandoned - queue.abandoned_short
        table.add_row(
            name,
            *(str(n) for n in (queue.offered, queue.answered, queue.abandoned)),
            str(sum(queue.overflowed.values())),
            str(queue.dropped_waiting + queue.dropped_talking),
            f"{queue.answered_in_target / asked:.1%}" if asked else "—",
        )
    console.print(table)
