"""G1, G2 and G4: from the sender through Mosquitto, the stream and the gateway to fifty screens."""

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.board import Board
from bench.broker import mosquitto
from bench.child import Child, ChildError, Said
from bench.machine import busy, shares, used_s
from bench.results import Result

SCREENS = 50
PERIOD_MS = 200
RATES = (1_500, 10_000)
SUSTAINED_MS = 500
"""A rate is sustained if this holds for 99 of 100, and if the delay does not grow."""
GROWTH_MS = 100
MARKS_A_SECOND = 40
_WARM = 0.2
_POOL = 20_000
_DRAIN_S = 30.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bare:
    """What the same client receives with nothing behind it."""

    rate: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Step:
    """One rate, held for some seconds."""

    asked: int
    sent: float
    cpu: float
    """Share of one processor that the product used."""
    others: float
    """How busy the processors of the broker, the sender and the screens were, by whomever."""
    behind_ms: float
    """How late the sender itself was at the most."""
    caught_up_s: float
    """How long after the last event the screens showed the last one; infinite if they never did."""
    seen: Said

    @property
    def p99_ms(self) -> float:
        return float(self.seen["p99_ms"])

    @property
    def sustained(self) -> bool:
        return (
            self.p99_ms < SUSTAINED_MS
            and float(self.seen["growth_ms"]) < GROWTH_MS
            and self.sent >= 0.98 * self.asked
        )

    @property
    def cpu_us(self) -> float:
        return self.cpu / self.sent * 1e6

    def told(self) -> str:
        return (
            f"{self.asked} events/s: p50 {self.seen['p50_ms']:.0f} ms, p99 {self.p99_ms:.0f} ms, "
            f"growing {self.seen['growth_ms']:.0f} ms; stream {self.cpu:.0%} of its processor, "
            f"the others {self.others:.0%} busy"
            + ("" if self.sustained else f"; not sustained (sender {self.behind_ms:.0f} ms behind)")
        )


@dataclass(slots=True)
class Stage:
    """Everything that runs while we measure end to end."""

    sender: Child
    product: Child
    screens: Child
    tell: Tell
    profiles: dict[int, Said] = field(default_factory=dict)

    def hold(self, rate: int, seconds: float, *, profile: bool = False) -> Step:
        """Send at this rate for so long, and say what the screens saw."""
        every = max(20, rate // MARKS_A_SECOND)
        before = self.sender.ask("prepare", count=int(rate * seconds), every=every, deadline_s=120)
        marks = int(rate * seconds) // every
        self.screens.ask("begin", after=before["markers"] - marks + int(marks * _WARM))
        if profile:
            self.product.ask("profile")
        _, others = shares() or (None, None)
        used, began, (worked, there) = used_s(self.product.pid), time.monotonic(), busy(others)
        sent = self.sender.ask("paced", rate=rate, deadline_s=seconds * 5 + 60)
        used_share = (used_s(self.product.pid) - used) / (time.monotonic() - began)
        worked_since, there_since = busy(others)
        if profile:
            self.profiles[rate] = self.product.ask("profiled")
        caught_up_s = self._drained(before["markers"])
        step = Step(
            asked=rate,
            sent=sent["sent"] / sent["elapsed_s"],
            cpu=used_share,
            others=(worked_since - worked) / max(1, there_since - there),
            behind_ms=sent["behind_s"] * 1000,
            caught_up_s=caught_up_s,
            seen=self.screens.ask("report"),
        )
        self.tell(step.told())
        return step

    def _drained(self, mark: int) -> float:
        began = time.monotonic()
        while (waited_s := time.monotonic() - began) < _DRAIN_S:
            if self.screens.ask("shown")["shown"] >= mark:
                return waited_s
            time.sleep(0.1)
        raise ChildError(f"the screens do not show the last events after {_DRAIN_S:.0f} s")


def bare(folder: Path, port: int, seconds: float) -> Bare:
    """The rate at which the product's own client receives at QoS 1, in a closed loop."""
    mine, others = shares() or (None, None)
    board = folder / f"board-{time.monotonic_ns()}"
    Board(board)
    with (
        Child("receiver", port, board, cpus=mine) as receiver,
        Child("sender", port, board, "0", cpus=others) as sender,
    ):
        receiver.answer()
        sender.ask("prepare", count=_POOL)
        sender.ask("closed", seconds=0.5)
        used = used_s(receiver.pid)
        got = sender.ask("closed", seconds=seconds)
        used = used_s(receiver.pid) - used
    return Bare(got["received"] / got["elapsed_s"], used / got["received"] * 1e6)


def climbed(stage: Stage, bare_rate: float, seconds: float, steps: int) -> list[Step]:
    """Halve the way to the largest rate that is sustained; all steps that were tried."""
    tried: list[Step] = []
    low, high = 0.0, 1.1 * bare_rate
    rate = 0.5 * bare_rate
    for _ in range(steps):
        try:
            step = stage.hold(max(1_000, round(rate, -2).__trunc__()), seconds)
        except ChildError as error:
            stage.tell(str(error))
            break
        tried.append(step)
        if step.sustained:
            low = step.asked
        else:
            high = step.asked
        rate = (low + high) / 2
    return tried


def measure(quick: bool, tell: Tell, profiles: dict[int, Said] | None = None) -> dict[str, Result]:
    """Measure G1, G2 and G4. Raises BrokerError without a broker."""
    seconds, steps = (4.0, 3) if quick else (6.0, 5)
    mine, others = shares() or (None, None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="floorwatch-bench-")))
        port = stack.enter_context(mosquitto(folder, others))
        bares = [bare(folder, port, seconds / 2)]
        tell(f"bare receive: {bares[0].rate:.0f} messages/s, {bares[0].cpu_us:.1f} µs each")
        board = folder / "board"
        Board(board)
        product = stack.enter_context(Child("product", folder, "--port", port, cpus=mine))
        url = product.answer()["url"].replace("http:", "ws:") + "feed"
        sender = stack.enter_context(
            Child("sender", port, board, str(time.time_ns() // 1_000_000_000), cpus=others)
        )
        screens = stack.enter_context(Child("screens", url, board, SCREENS, cpus=others))
        screens.answer()
        stage = Stage(sender, product, screens, tell)
        sender.ask("members", rate=10_000)
        held = [
            stage.hold(rate, seconds, profile=profiles is not None and rate == RATES[-1])
            for rate in RATES
        ]
        tried = climbed(stage, bares[0].rate, seconds, steps)
        if profiles is not None:
            profiles.update(stage.profiles)
        bares += [bare(folder, port, seconds / 2) for _ in range(1 if quick else 2)]
    return judged(held, tried, bares)


def judged(held: list[Step], tried: list[Step], bares: list[Bare]) -> dict[str, Result]:
    """The goals, from what was seen."""
    bare_rate = statistics.median(one.rate for one in bares)
    bare_us = statistics.median(one.cpu_us for one in bares)
    good = [step for step in (*held, *tried) if step.sustained]
    best = max(good, key=lambda step: step.sent, default=None)
    sustained = best.sent if best else 0.0
    worst = max(held, key=lambda step: step.p99_ms)
    delays: dict[str, object] = {
        f"{step.asked}/s": f"p50 {step.seen['p50_ms']:.0f} p99 {step.p99_ms:.0f} ms"
        for step in held
    }
    return {
        "G1": Result(
            "largest sustained rate end to end ÷ bare receive rate",
            sustained / bare_rate,
            0.6,
            "",
            at_least=True,
            details={
                "sustained": round(sustained),
                "bare": round(bare_rate),
                "bare_runs": [round(one.rate) for one in bares],
                "p99_ms": best.p99_ms if best else None,
                "tried": [step.asked for step in tried],
            },
        ),
        "G2": Result(
            "processor time per event end to end ÷ bare receive",
            best.cpu_us / bare_us if best else float("inf"),
            1.5,
            "×",
            details={
                "end_to_end_us": round(best.cpu_us, 1) if best else None,
                "bare_us": round(bare_us, 1),
                "at": best.asked if best else None,
            },
        ),
        "G4": Result(
            "p99 event to screen, the worse of 1,500 and 10,000 events/s",
            worst.p99_ms,
            PERIOD_MS + 50.0,
            "ms",
            details={**delays, "cpu": [round(step.cpu, 2) for step in held]},
        ),
    }
