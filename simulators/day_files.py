"""A simulated day in files: our events, the AMI recording, the queue_log, and the truth beside them."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ingest.events import Millis
from ingest.stamp import Stamp
from simulators.agenda import Happening
from simulators.ami_tape import AmiTape
from simulators.feed_faults import FeedFaults, as_payloads
from simulators.floor_sim import FloorSim, a_day, source_of, stamped
from simulators.queue_log_text import QueueLogText
from simulators.truth_form import document


class DayFilesError(ValueError):
    """The files of a day cannot be written there; the message names what is in the way."""


EVENTS, QUEUE_LOG, AMI, TRUTH = "events.jsonl.gz", "queue_log", "ami.jsonl.gz", "truth.json"
_LEVEL = 3


def check(folder: Path, *others: str) -> None:
    """That a day may be written there: over an earlier simulated day, and over nothing else.

    `others` are files that are to stand beside it. Raises `DayFilesError`.
    """
    if (folder / TRUTH).exists():
        return
    for name in (EVENTS, QUEUE_LOG, AMI, *others):
        if (folder / name).exists():
            raise DayFilesError(
                f"{folder / name} is there already, and of no simulated day: it is left as it is."
                " Give another folder"
            )


def written(folder: Path, sim: FloorSim, until: Millis) -> Iterator[Millis]:
    """Simulate up to `until`, and until the last caller is gone, into these files of `folder`.

    `sim` is new and keeps its calls. Yields how far it is, after each moment; the files are whole
    when it is exhausted. The bytes are the same for the same scenario, seed and start; of the
    compressed files, those inside. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamp = Stamp(source_of(sim.scenario), str(sim.start_at // 1_000))
    feed = FeedFaults(sim.scenario.feed_faults, sim.start_at, sim.seed)
    log = QueueLogText(sim.scenario)
    end = sim.start_at
    with (
        (folder / EVENTS).open("wb") as file,
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as events,
        (folder / QUEUE_LOG).open("w", encoding="utf-8", newline="\n") as lines,
        AmiTape(folder / AMI, sim.scenario) as tape,
    ):
        lines.write(log.begin(sim.start_at))
        for told in a_day(sim, until):
            if not told:
                continue
            end = told[-1].time
            tape.tell(told)
            lines.writelines(line for happening in told for line in log.tell(happening))
            events.write(_events(told, stamp, feed))
            yield end
        events.write(b"".join(p.payload + b"\n" for p in as_payloads(feed.finish())))
        lines.write(log.end(end))
    truth = document(sim, end, feed.truths)
    (folder / TRUTH).write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")


def _events(told: Iterable[Happening], stamp: Stamp, feed: FeedFaults) -> bytes:
    arrived = (arrival for event in stamped(list(told), stamp) for arrival in feed.tell(event))
    return b"".join(payload.payload + b"\n" for payload in as_payloads(arrived))
