"""The product itself, as `floorwatch up` puts it together, in a process that can be asked things."""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack, closing
from hashlib import sha256
from pathlib import Path

import msgspec

from bench import mix
from bench.child import asked_meanwhile, say
from bench.machine import calm_gc
from bench.sampling import Sampling
from dashboard import assets
from floorwatch import urls
from floorwatch.access_wiring import access
from floorwatch.alert_file import AlertSetup
from floorwatch.app import House, Surroundings, open_site
from floorwatch.daybook_wiring import daybook
from floorwatch.settings_types import (
    GatewaySettings,
    Settings,
    SiteSettings,
    SourceSettings,
    StoreSettings,
)
from floorwatch.settings_values import Address
from ingest.clock import SystemClock
from stream import runner as runner_module
from stream.deadletters import FileDeadLetters
from stream.floor import Floor
from stream.journal_file import FileJournal
from stream.runner import Runner


def digest(floor: Floor) -> str:
    """What two floors share if all their sums and all their visits and agents are the same."""
    state = floor.state
    told = (state.ledger, state.visits, state.agents)
    plain = msgspec.to_builtins(told, str_keys=True)
    return sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()[:16]


def progress(runner: Runner) -> dict[str, object]:
    """How far the stream is with the events of the mix."""
    sequences, now = runner.floor.state.sequences, 1 << 60
    taken = {
        source: runs[-1].next - 1 - sum(h.end - h.start + 1 for h in runs[-1].holes)
        for source, runs in sequences.runs.items()
        if source.endswith("/mix")
    }
    return {
        "taken": sum(taken.values()),
        "lost": sequences.lost(now),
        "repeated": runner.floor.state.counters.repeated,
        "out_of_step": runner.floor.state.visits.out_of_step,
        "rejected": runner.rejected,
        "position": runner._position,
        "committed": runner._committed,
    }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0, help="the broker's; 0: recover, and end")
    parser.add_argument("--checkpoint-s", type=float, default=runner_module.CHECKPOINT_S)
    parser.add_argument("--expect", type=int, default=0, help="say when so many are taken")
    parser.add_argument("--site-at", type=int, default=SystemClock().now(), help="see mix.site")
    args = parser.parse_args()
    runner_module.CHECKPOINT_S = args.checkpoint_s
    clock, sampling = SystemClock(), Sampling()
    began = time.perf_counter()
    if not args.port:
        await _recovered(args.folder, args.site_at, clock)
        return
    settings = Settings(
        sites=(),
        stores=StoreSettings(journal=urls.parse(f"file:{args.folder}", urls.JOURNALS)),
        gateway=GatewaySettings(listen=Address("127.0.0.1", 0)),
    )
    around = Surroundings(clock=clock, environ={}, tell=lambda _: None)
    broker = urls.parse(f"mqtt://127.0.0.1:{args.port}", urls.SOURCES)
    site = SiteSettings(
        site=mix.site(args.site_at), sources=(SourceSettings(name="mqtt", url=broker),)
    )
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        who = stack.enter_context(access(settings, args.folder, {}))
        house = House(settings, around, args.folder, assets.NOTHING, who, stack, tasks)
        running = await open_site(house, 0, site, AlertSetup())
        recovered_s = time.perf_counter() - began
        calm_gc()
        runner, replayed = running.runner, running.recovery.replayed
        say(url=running.gateway.url, recovered_s=recovered_s, replayed=replayed)
        if args.expect:
            began = time.perf_counter()
            while runner._committed < args.expect:
                await clock.sleep(0.005)
            say(caught_up_s=time.perf_counter() - began, **progress(runner))
        async for wish in asked_meanwhile():
            match wish["do"]:
                case "progress":
                    say(**progress(runner))
                case "digest":
                    say(digest=digest(runner.floor), **progress(runner))
                case "displays":
                    everybody = list(running.gateway.audience.everybody())
                    say(
                        connected=len(everybody),
                        behind=sum(screen.behind for screen in everybody),
                        unsent=max((screen.unsent_bytes for screen in everybody), default=0),
                    )
                case "profile":
                    sampling.start()
                    say(started=True)
                case "profiled":
                    say(**sampling.stop())
                case unknown:
                    raise SystemExit(f"nobody taught the product to {unknown}")
        raise SystemExit(0)


async def _recovered(folder: Path, site_at: int, clock: SystemClock) -> None:
    """Recover, say how long that took, and what there is then."""
    began = time.perf_counter()
    site, folder = mix.site(site_at), folder / mix.SITE
    async with FileJournal(folder / "journal", clock) as journal:
        with (
            closing(FileDeadLetters(folder / "rejected")) as letters,
            daybook(folder, site, clock) as book,
        ):
            runner = Runner(site, journal, letters, clock, book)
            recovery = await runner.recover()
            say(
                recovered_s=time.perf_counter() - began,
                replayed=recovery.replayed,
                digest=digest(runner.floor),
            )


if __name__ == "__main__":
    asyncio.run(main())
