"""The product itself, as `floorwatch up` puts it together, in a process that can be asked things."""

import argparse
import asyncio
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec

from bench import mix
from bench.child import asked_meanwhile, say
from bench.machine import calm_gc
from bench.sampling import Sampling
from dashboard.gateway import Gateway
from floorwatch.app import tick
from ingest.clock import SystemClock
from ingest.mqtt_address import MqttAddress
from ingest.source_mqtt import MqttSource
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
    async with FileJournal(args.folder / "journal", clock) as journal:
        with closing(FileDeadLetters(args.folder / "rejected")) as letters:
            runner = Runner(mix.site(args.site_at), journal, letters, clock)
            recovery = await runner.recover()
            recovered_s = time.perf_counter() - began
            if not args.port:
                say(
                    recovered_s=recovered_s, replayed=recovery.replayed, digest=digest(runner.floor)
                )
                return
            calm_gc()
            async with Gateway(clock, "127.0.0.1", 0) as gateway, asyncio.TaskGroup() as tasks:
                say(url=gateway.url, recovered_s=recovered_s, replayed=recovery.replayed)
                address = MqttAddress(host="127.0.0.1", port=args.port)
                source = MqttSource(address, mix.SITE, clock, epoch=str(clock.now()))
                running = [
                    tasks.create_task(runner.run()),
                    tasks.create_task(tick(runner, gateway, clock)),
                    tasks.create_task(source.run(runner.inbox)),
                ]
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
                        case "profile":
                            sampling.start()
                            say(started=True)
                        case "profiled":
                            say(**sampling.stop())
                        case unknown:
                            raise SystemExit(f"nobody taught the product to {unknown}")
                for task in running:
                    task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
