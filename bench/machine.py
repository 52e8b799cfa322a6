"""The machine under the bench: its processors, its load, and what a process has used of it."""

import gc
import os
import platform
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def shares() -> tuple[set[int], set[int]] | None:
    """The processor of the stream, and those of all others; None where they cannot be parted."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    mine = sorted(os.sched_getaffinity(0))
    return ({mine[0]}, set(mine[1:])) if len(mine) > 1 else None


def described() -> dict[str, object]:
    """What figures of another machine may be compared with. Names no host."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "pinned": shares() is not None,
    }


def used_s(pid: int) -> float:
    """Processor seconds that this process has used so far, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def resident(pid: int) -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def busy(cpus: set[int] | None) -> tuple[int, int]:
    """How long these processors worked, for anybody, and how long they were there, in ticks."""
    worked = there = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, _, rest = line.partition(" ")
        if name.startswith("cpu") and name != "cpu" and (not cpus or int(name[3:]) in cpus):
            ticks = [int(field) for field in rest.split()[:8]]
            there += sum(ticks)
            worked += sum(ticks) - ticks[3] - ticks[4]
    return worked, there


def calm_gc() -> None:
    """What lives as long as the process is not searched for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
