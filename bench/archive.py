"""R1: how long the report of a month of ten million facts takes, and what others need for its sums.

The month is drawn, and kept as the archive keeps it. DuckDB and pandas are asked for the same sums of
the same files, in their own words: what they find must be equal. Each in a process of its own.
"""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl

from archive.rows import only
from archive.shelf import Shelf
from bench.archive_month import DAYS, FACTS, FIRST, SHARES, SITE, drawn
from bench.child import Child, Said, asked, say
from bench.results import Result
from stream.facts import WaitFact
from stream.intervals import Calendar
from stream.metrics import AGENT_TERMS, TERMS
from stream.tables import sums

PERCENTS = (50, 80, 90, 95)
SUMS = (
    *("offered", "answered", "answered_in_target", "abandoned", "abandoned_short"),
    *("wait_ms_answered", "wait_ms_abandoned", "wait_ms_all", "overflowed_timeout"),
    *("completed", "transferred", "talk_ms", "hold_ms", "blocked", "ring_no_answer", "acw_ms"),
)
AGENT_SUMS = (
    *("answered", "completed", "transferred", "talk_ms", "hold_ms", "ring_no_answer", "acw_ms"),
)
GROUPS = {
    "queues": (("day", "interval_at", "queue"), SUMS),
    "agents": (("agent",), AGENT_SUMS),
    "waits": (("queue", "outcome"), ("calls", *(f"p{percent}" for percent in PERCENTS))),
}
"""The three tables that everybody is asked for: by what, and what."""


def report(root: Path, days: int) -> Callable[[], object]:
    """The whole report of the month, as a manager asks for it: attendance and scores too."""
    from reports import section_scores
    from reports.basis import Request
    from reports.build import build
    from reports.presence import Presence
    from reports.section_attendance import attendance
    from reports.source import Source
    from reports.span import Period, Span

    last = FIRST + timedelta(days=days - 1)
    now = Calendar(SITE.time_zone).begin(last + timedelta(days=2))
    request = Request(period=Period(Span.MONTH, FIRST, last), now=now)
    source = Source(SITE, Shelf(root), None)
    further = (section_scores.section, attendance({SITE.id: (source, Presence())}))
    return lambda: build(request, source, further=further)


def ours(root: Path, days: int) -> Callable[[], dict[str, pl.DataFrame]]:
    """The three tables, by the terms of the metrics."""

    def found() -> dict[str, pl.DataFrame]:
        lazy = Shelf(root).read(SITE.id, FIRST, FIRST + timedelta(days=days - 1))
        work = (pl.col("kind") != "span") | (pl.col("state") == "acw")
        counted = lazy.filter(work, pl.col("queue") != "")
        people = lazy.filter(work, pl.col("agent") != "")
        plans = [
            *(sums(kind, only(kind, counted), GROUPS["queues"][0]) for kind in TERMS),
            *(sums(kind, only(kind, people), GROUPS["agents"][0]) for kind in AGENT_TERMS),
            only(WaitFact, lazy)
            .filter(pl.col("answered") | pl.col("abandoned"))
            .select("queue", "wait_ms", outcome=_OUTCOME)
            .group_by("queue", "outcome")
            .agg(calls=pl.len(), **{f"p{percent}": _rank(percent) for percent in PERCENTS}),
        ]
        tables = pl.collect_all(plans, engine="streaming")
        return {
            "queues": _together(tables[: len(TERMS)], "queues"),
            "agents": _together(tables[len(TERMS) : -1], "agents"),
            "waits": tables[-1],
        }

    return found


_OUTCOME = pl.when("answered").then(pl.lit("answered")).otherwise(pl.lit("abandoned"))


def _rank(percent: int) -> pl.Expr:
    """The nearest rank: the smallest wait that so many per cent of the calls did not exceed."""
    return pl.col("wait_ms").sort().get((pl.len().cast(pl.Int64) * percent + 99) // 100 - 1)


def _together(parts: Sequence[pl.DataFrame], name: str) -> pl.DataFrame:
    keys, values = GROUPS[name]
    return pl.concat(parts, how="diagonal").group_by(keys).agg(pl.col(values).sum())


_OF_QUEUES = """
count(*) filter (kind = 'arrival') as offered,
count(*) filter (answered) as answered,
count(*) filter (answered and wait_ms <= target_ms) as answered_in_target,
count(*) filter (abandoned) as abandoned,
count(*) filter (abandoned and wait_ms < short_ms) as abandoned_short,
coalesce(sum(wait_ms) filter (answered), 0) as wait_ms_answered,
coalesce(sum(wait_ms) filter (abandoned), 0) as wait_ms_abandoned,
coalesce(sum(wait_ms), 0) as wait_ms_all,
count(*) filter (overflowed and reason = 'timeout') as overflowed_timeout,
count(*) filter (not transferred) as completed,
count(*) filter (transferred) as transferred,
coalesce(sum(talk_ms), 0) as talk_ms,
coalesce(sum(hold_ms), 0) as hold_ms,
count(*) filter (kind = 'block') as blocked,
count(*) filter (kind = 'ring' and result <> 'cancelled') as ring_no_answer,
coalesce(sum("at" - start_at) filter (state = 'acw'), 0) as acw_ms
"""
_COUNTED = "(kind <> 'span' or state = 'acw')"


def duckdb(root: Path, days: int) -> Callable[[], dict[str, pl.DataFrame]]:
    """The same three, asked of DuckDB in SQL."""
    import duckdb

    files = f"read_parquet('{root}/facts/*/*/facts.parquet', hive_partitioning = true)"
    ranks = ", ".join(f"quantile_disc(wait_ms, 0.{percent}) as p{percent}" for percent in PERCENTS)
    queries = {
        "queues": f"select day, interval_at, queue, {_OF_QUEUES} from {files}"
        f" where {_COUNTED} and queue <> '' group by all",
        "agents": f"select agent, {_OF_QUEUES} from {files} where agent <> '' group by all",
        "waits": "select queue, case when answered then 'answered' else 'abandoned' end as outcome,"
        f" count(*) as calls, {ranks} from {files} where answered or abandoned group by all",
    }

    def found() -> dict[str, pl.DataFrame]:
        with duckdb.connect() as db:
            return {name: db.sql(query).pl() for name, query in queries.items()}

    return found


def pandas(root: Path, days: int) -> Callable[[], dict[str, pl.DataFrame]]:
    """The same three, by pandas."""
    import pandas as pd

    columns = [
        *("day", "interval_at", "queue", "agent", "kind", "at", "start_at", "state", "result"),
        *("answered", "abandoned", "overflowed", "reason", "wait_ms", "target_ms", "short_ms"),
        *("transferred", "talk_ms", "hold_ms"),
    ]

    def found() -> dict[str, pl.DataFrame]:
        table = pd.read_parquet(root / "facts", columns=columns)
        counted = {"day", "interval_at", "queue", "agent"}
        parts = []
        for kind in (*SHARES, "span"):
            of_kind = table[table["kind"] == kind]
            if kind == "span":
                of_kind = of_kind[of_kind["state"] == "acw"]
            new = {name: of_kind[name] for name in counted} | _shares(kind, of_kind)
            parts.append(pd.DataFrame(new))
        shares = pd.concat(parts)
        queues = shares.groupby(["day", "interval_at", "queue"], observed=True)[list(SUMS)].sum()
        people = shares[shares["agent"].notna() & (shares["agent"] != "")]
        agents = people.groupby("agent")[list(AGENT_SUMS)].sum()
        waits = table[(table["kind"] == "wait") & (table["answered"] | table["abandoned"])]
        waits = waits.assign(outcome=waits["answered"].map({True: "answered", False: "abandoned"}))
        ranked = waits.sort_values("wait_ms").groupby(["queue", "outcome"])["wait_ms"]
        sizes = ranked.size().rename("calls")
        told = {
            f"p{p}": ranked.agg(lambda w, p=p: w.iloc[(len(w) * p + 99) // 100 - 1])
            for p in PERCENTS
        }
        return {
            "queues": pl.from_pandas(queues.reset_index()),
            "agents": pl.from_pandas(agents.reset_index()),
            "waits": pl.from_pandas(pd.concat([sizes, pd.DataFrame(told)], axis=1).reset_index()),
        }

    return found


def _shares(kind: str, told: "object") -> dict[str, object]:
    """What each fact of a table of pandas counts for, by the names of the sums."""
    get = told.__getitem__  # type: ignore[attr-defined]  # a DataFrame
    one = get("at") * 0 + 1
    match kind:
        case "arrival":
            return {"offered": one}
        case "wait":
            answered, abandoned = get("answered").astype(bool), get("abandoned").astype(bool)
            wait = get("wait_ms")
            return {
                "answered": one * answered,
                "answered_in_target": one * (answered & (wait <= get("target_ms"))),
                "abandoned": one * abandoned,
                "abandoned_short": one * (abandoned & (wait < get("short_ms"))),
                "wait_ms_answered": wait * answered,
                "wait_ms_abandoned": wait * abandoned,
                "wait_ms_all": wait,
                "overflowed_timeout": one
                * (get("overflowed").astype(bool) & (get("reason") == "timeout")),
            }
        case "handle":
            moved = get("transferred").astype(bool)
            told_ms = {"talk_ms": get("talk_ms"), "hold_ms": get("hold_ms")}
            return {"completed": one * ~moved, "transferred": one * moved, **told_ms}
        case "block":
            return {"blocked": one}
        case "ring":
            return {"ring_no_answer": one * (get("result") != "cancelled")}
        case "span":
            return {"acw_ms": get("at") - get("start_at")}
        case _:
            return {}


def plain(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """In one form and order, whoever made them; groups that have nothing but noughts are left out."""
    found = {}
    for name, (keys, values) in GROUPS.items():
        types = [
            *(pl.col(key).cast(pl.Int64 if key == "interval_at" else pl.String) for key in keys),
            *(pl.col(value).cast(pl.Int64) for value in values),
        ]
        table = tables[name].select(types).fill_null(0)
        some = pl.any_horizontal(pl.col(value) != 0 for value in values)
        found[name] = table.filter(some).sort(keys)
    return found


WAYS: dict[str, Callable[[Path, int], Callable[[], object]]] = {
    "report": report,
    "ours": ours,
    "duckdb": duckdb,
    "pandas": pandas,
}


def run(way: str, root: Path, days: int, keep: Path | None = None) -> Said:
    """Ask once, and say what it took; what was found is left in the folder `keep`."""
    ask = WAYS[way](root, days)
    began = time.perf_counter()
    found = ask()
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    if keep is not None and isinstance(found, dict):
        for name, table in plain(found).items():
            table.write_parquet(keep / f"{way}-{name}.parquet")
    return {"seconds": seconds, "memory_mb": memory}


def equal(keep: Path, ways: Sequence[str]) -> bool:
    """Whether all found the same."""
    for name in GROUPS:
        first, *others = (pl.read_parquet(keep / f"{way}-{name}.parquet") for way in ways)
        if first.is_empty() or not all(first.equals(other) for other in others):
            return False
    return True


def measure(quick: bool, tell: Callable[[str], None]) -> dict[str, Result]:
    """Measure R1."""
    facts, runs = (FACTS // 10, 1) if quick else (FACTS, 3)
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        root, keep = Path(folder) / "archive", Path(folder) / "found"
        keep.mkdir()
        tell(f"R1: drawing a month of {facts:,} facts …")
        drawn(root, facts, DAYS)
        size = sum(path.stat().st_size for path in root.rglob("*.parquet"))
        took: dict[str, list[Said]] = {way: [] for way in WAYS}
        for _ in range(runs):
            # Turn by turn, so that all see the same machine.
            for way in WAYS:
                with Child("archive") as child:
                    said = child.ask(
                        "run", way=way, root=str(root), days=DAYS, keep=str(keep), deadline_s=600
                    )
                took[way].append(said)
        same = equal(keep, ("ours", "duckdb", "pandas"))
    seconds = {way: statistics.median(one["seconds"] for one in said) for way, said in took.items()}
    memory = {way: max(one["memory_mb"] for one in said) for way, said in took.items()}
    scale = FACTS / facts
    return {
        "R1": Result(
            "the report of a month of 10 million facts, from its files",
            seconds["report"] * scale,
            5.0,
            "s",
            best=min(one["seconds"] for one in took["report"]) * scale,
            besides=same and memory["report"] <= 2_048,
            details={
                "facts": facts,
                "files_mb": round(size / 1e6),
                "figures_equal": same,
                "memory_mb": round(memory["report"]),
                **{
                    f"sums_{way}": f"{seconds[way]:.2f} s, {memory[way]:.0f} MB"
                    for way in ("ours", "duckdb", "pandas")
                },
            },
        )
    }


if __name__ == "__main__":
    for wish in asked():
        say(**run(wish["way"], Path(wish["root"]), wish["days"], Path(wish["keep"])))
