"""`python -m bench [G1 G3 …] [--quick] [--profile]`: speed as ratios of one run, beside its goals."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from rich.console import Console

from bench import (
    archive,
    detectors,
    displays,
    endtoend,
    forecast,
    inprocess,
    machine,
    recovery,
    results,
    simulation,
)
from bench.broker import BrokerError
from bench.child import ChildError, Said
from bench.results import Result

GOALS = ("A1", "F1", "G1", "G2", "G3", "G4", "G5", "G6", "R1", "W1", "W2", "W3")
_END_TO_END = {"G1", "G2", "G4"}
_DISPLAYS = {"W1", "W2", "W3"}


def main() -> int:
    args = arguments()
    wanted = set(args.goals) or set(GOALS)
    console = Console(highlight=False)
    # Ended from outside, we still end what we started.
    signal.signal(signal.SIGTERM, _interrupted)
    described = machine.described()
    console.print(
        f"{described['cores']} processors ({described['processor']}), Python {described['python']}, "
        f"load average {described['load_average']}"
    )
    if described["pinned"]:
        console.print("the stream has the first processor to itself, all else shares the others")
    found: dict[str, Result] = {}
    profiles: dict[int, Said] | None = {} if args.profile else None

    def tell(line: str) -> None:
        console.print(line, soft_wrap=True)

    failed = False
    if "F1" in wanted and not forecast.there(console):
        wanted.discard("F1")
    found |= _alone(wanted, args.quick, console)
    try:
        if "G6" in wanted:
            found |= simulation.measure(args.quick)
        if "G5" in wanted:
            found |= recovery.measure(args.quick, tell)
        if "R1" in wanted:
            found |= archive.measure(args.quick, tell)
        if wanted & _END_TO_END:
            found |= endtoend.measure(args.quick, tell, profiles)
        if wanted & _DISPLAYS:
            found |= displays.measure(args.quick, tell)
    except (BrokerError, ChildError) as error:
        console.print(f"[red]{error}[/]")
        failed = True
    results.show({name: one for name, one in found.items() if name in wanted}, console)
    if found:
        results.write(found, described | {"quick": args.quick}, args.out)
        console.print(f"written to {args.out}")
    if profiles:
        args.profile.write_text(json.dumps(profiles, indent=1) + "\n")
    failed = failed or not wanted <= found.keys()
    return 1 if failed or not all(found[name].holds for name in found) else 0


def _alone(wanted: set[str], quick: bool, console: Console) -> dict[str, Result]:
    """What needs this process only."""
    found: dict[str, Result] = {}
    if "A1" in wanted:
        found |= detectors.measure(quick, console)
    if "F1" in wanted:
        found |= forecast.measure(console)
    if "G3" in wanted:
        found |= inprocess.measure(quick)
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"of {', '.join(GOALS)}; all")
    parser.add_argument("--quick", action="store_true", help="shorter, and less sure")
    parser.add_argument("--out", type=Path, default=results.FILE, help="where the figures go")
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="write where the time goes at 10,000 events/s"
    )
    args = parser.parse_args()
    if unknown := [goal for goal in args.goals if goal not in GOALS]:
        parser.error(f"no such goal: {', '.join(unknown)}; there are {', '.join(GOALS)}")
    return args


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
