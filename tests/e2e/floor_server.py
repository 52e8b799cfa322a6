"""A real gateway that shows an invented floor, in a thread of its own; a test says what happens there."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dashboard.assets import Assets
from dashboard.desks import Desks
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.settings import parse
from tests.dashboard.conftest import Story
from tests.hosted import Hosted, MachineClock, fetched

TICK_S = 0.1
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
Document = dict[str, Any]


class FloorServer(Hosted):
    """It may go and come back: at the same port, and with the same floor."""

    def __init__(self, pages: Assets, queues: int = 4, clock: MachineClock | None = None) -> None:
        self.pages = pages
        self.clock = clock or MachineClock()
        self.port = 0
        self.story = Story(self.clock.now(), queues)
        self.publishing = True
        self.origins: list[str] = []
        self.tick_s = TICK_S

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def document(self) -> Document:
        """What the floor is. Once it is shown, change it by `tell`."""
        return self.story.document

    def furnish(self, stack: ExitStack) -> Mapping[str, Any]:
        """What else the gateway is given, and is closed with it."""
        folder = stack.enter_context(TemporaryDirectory())
        door = stack.enter_context(access(parse(""), Path(folder), {}))
        behind = Behind(desks=Desks(door.desks, door.audit))
        return {"allowed_origins": self.origins, "behind": behind}

    def show(self, gateway: Gateway) -> None:
        gateway.publish(self.story.full, self.story.news())

    async def live(self) -> None:
        with ExitStack() as stack:
            place = (self.clock, "127.0.0.1", self.port, self.pages)
            async with Gateway(*place, **self.furnish(stack)) as gateway:
                self.port, self.gateway = gateway.port, gateway
                while True:
                    if self.publishing:
                        self.show(gateway)
                    self.stands()
                    await self.clock.sleep(self.tick_s)

    def tell(self, change: Callable[[Document], object]) -> None:
        """Change what the floor is; the next tick shows it."""
        self.within(lambda: change(self.document))

    def fetch(self, path: str) -> Any:
        return fetched(f"{self.url}/{path.removeprefix('/')}")
