"""An office: a floor with a morning behind it, its daybook, and the desks that tell of both."""

import random
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.access import Caller, Role
from dashboard.desks import Desks, File, Question
from dashboard.drill import Drill
from dashboard.report_desk import ReportDesk
from ingest.events import Event
from stream.daybook_keeper import Daybook
from stream.daybook_past import Past
from stream.daybook_sqlite import DaybookFile
from stream.figures import Figures
from stream.floor import Floor
from stream.sites import AgentCard, QueueCard, ServiceLevel, Site
from tests.stream.morning import NOW, told

SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    queues={
        "sales": QueueCard(id="sales", names={"en": "Sales", "zh": "销售"}),
        "support": QueueCard(id="support", service_level=ServiceLevel.IN_TARGET_MET),
    },
    agents={"ann": AgentCard(id="ann", names={"en": "Ann"}, team="a")},
)
MANAGER = Caller(id="m", role=Role.MANAGER)


class Still:
    def now(self) -> int:
        return NOW

    async def sleep(self, seconds: float, /) -> None:
        raise AssertionError(seconds)


class Empty:
    warnings = ()

    async def read(self, after: int, /) -> AsyncIterator[Any]:
        for nothing in ():
            yield nothing


class Office:
    """A floor with a morning behind it, its daybook, and the desk that opens its figures."""

    def __init__(self, folder: Path, book: Daybook) -> None:
        self.book = book
        self.log: list[Any] = []
        self.floor = Floor(SITE, log=self.log)
        self.figures = Figures(self.floor)
        self.past = Past(book, lambda: self.floor)
        self.site, self.now = SITE, NOW
        self.incidents: list[Mapping[str, Any]] = []
        drill = Drill(lambda: self.floor, self.past)
        reports = ReportDesk(lambda: self.floor, self.past, lambda start, end: self.incidents)
        self.desks = Desks([drill, reports], None)  # type: ignore[arg-type]  # questions only
        self.position = 0

    def tell(self, events: list[Event]) -> None:
        for event in events:
            self.position += 1
            self.floor.apply(event)
            if self.log:
                self.book.take(self.position, self.log, self.floor.state.visits)
        self.book.durable(self.position)

    async def ask(self, path: str, caller: Caller = MANAGER, **query: object) -> Any:
        words = {key.rstrip("_"): str(value) for key, value in query.items()}
        question = Question(caller=caller, path=path, query=words, now=self.now)
        told = await self.desks.ask(question)
        if told is None or isinstance(told, File):
            return told
        return msgspec.json.decode(msgspec.json.encode(told))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    with tempfile.TemporaryDirectory() as folder:
        book = Daybook(DaybookFile(Path(folder) / "daybook.db", SITE), SITE, Still())
        with book:
            await book.recover(Empty(), 0)  # type: ignore[arg-type]
            office = Office(Path(folder), book)
            office.tell(told(random.Random(5), 160, NOW - 4 * 3_600_000))
            yield office
