"""The plan-breaks command: reads forecast and roster, plans a day's breaks, and prints who goes when."""

import csv
import io
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from floorwatch import forecast_file, shift_file
from floorwatch.settings_values import ValueMistakeError, nearest
from floorwatch.settings_values import zone as zone_of
from floorwatch.staffing_table import Form
from ingest.counts_csv_lines import Count
from planning.break_day import Asked, Break, Expected, GroupPlan, group_of, plan_day
from planning.breaks_exact import plan_exactly
from planning.shifts import Shift, overlapping

_MINUTE_MS = 60_000
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "agent": "agent",
        "team": "team",
        "group": "group",
        "pause": "what",
        "start": "goes",
        "end": "back",
        "why": "",
        "meal": "meal",
        "break": "break",
        "late": "no place: its time is over, or would begin without notice",
        "least": "no place: fewer than the minimum would be left",
        "full": "no place: as many are away as may be",
        "beside": "no place: the meal takes all of its time",
        "all": "all",
        "lost": "{group}: {lost:.1f} calls lost with this plan, {early:.1f} if each goes as early"
        " as he may, {without:.1f} without breaks; {placed} of {owed} breaks have a place, at most"
        " {most} away at once",
    },
    "zh": {
        "agent": "坐席",
        "team": "班组",
        "group": "组",
        "pause": "类型",
        "start": "离席",
        "end": "回席",
        "why": "",
        "meal": "用餐",
        "break": "小休",
        "late": "未能安排: 时段已过或提前通知不足",
        "least": "未能安排: 在岗人数会低于下限",
        "full": "未能安排: 同时离席人数已满",
        "beside": "未能安排: 时段被用餐占满",
        "all": "全部",
        "lost": "{group}: 按本计划预计流失 {lost:.1f} 通, 各自尽早离席 {early:.1f} 通,"
        " 无人离席 {without:.1f} 通; {owed} 次中已安排 {placed} 次, 同时离席最多 {most} 人",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line. Times in seconds, the notice in minutes."""

    forecast: Path
    roster: Path
    handling_s: float
    patience_s: float
    date: str = ""
    cap: int | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    notice_min: int = 15
    exact: bool = False
    zone: str = "Asia/Shanghai"
    language: str = "en"
    form: Form = Form.TABLE


def run(wishes: Wishes, now: int, out: Console) -> None:
    """Print the plan.

    Raises `ValueMistakeError` for a day, a group or a zone that is not there, `BreaksError` if there
    is no exact plan, and what reading the two files raises.
    """
    zone = ZoneInfo(zone_of(wishes.zone))
    plans = planned(wishes, zone, now)
    if wishes.form is Form.TABLE:
        out.print(_table(plans, wishes, zone))
        for line in _told(plans, wishes):
            out.print(line, markup=False, highlight=False, soft_wrap=True)
        return
    text = _json(plans, zone) if wishes.form is Form.JSON else _csv(plans, zone)
    out.print(text, markup=False, highlight=False, soft_wrap=True, end="")


def planned(wishes: Wishes, zone: ZoneInfo, now: int) -> list[GroupPlan]:
    """The plan of each group. Raises as `run` does."""
    counts = forecast_file.rows(wishes.forecast, zone)
    shifts = shift_file.read(wishes.roster, zone)
    day = _day(wishes, shifts)
    own = [shift for shift in shifts if shift.day == day]
    begin, end = min(each.start_at for each in own), max(each.end_at for each in own)
    besides = [each for each in overlapping(shifts, begin, end) if each.day != day]
    _check(wishes, own, counts)
    asked = Asked(
        handling_s=wishes.handling_s,
        patience_s=wishes.patience_s,
        cap=wishes.cap,
        least=wishes.least,
        not_before_at=now + wishes.notice_min * _MINUTE_MS,
    )
    if not wishes.exact:
        return plan_day(own, besides, expected_of(counts), asked)
    return plan_day(
        own,
        besides,
        expected_of(counts),
        asked,
        planner=lambda slots, due, calls, first: plan_exactly(slots, due, calls, not_before=first),
    )


def expected_of(counts: Sequence[Count]) -> Expected:
    """The calls of a group by these rows: part of a row where it is asked for a part of its time."""
    rows: dict[str, list[Count]] = {}
    for count in counts:
        rows.setdefault(count.queue, []).append(count)
    starts = {queue: [row.start_at for row in own] for queue, own in rows.items()}

    def expected(group: str, start_at: int, end_at: int) -> float:
        own = rows.get(group, [])
        place = max(bisect_right(starts.get(group, []), start_at) - 1, 0)
        total = 0.0
        for row in own[place:]:
            if row.start_at >= end_at:
                break
            common = min(row.end_at, end_at) - max(row.start_at, start_at)
            total += row.calls * max(common, 0) / (row.end_at - row.start_at)
        return total

    return expected


def _day(wishes: Wishes, shifts: Sequence[Shift]) -> date:
    days = sorted({shift.day for shift in shifts})
    if not wishes.date:
        return days[0]
    try:
        day = date.fromisoformat(wishes.date)
    except ValueError:
        raise ValueMistakeError(f"--date {wishes.date}: no day", "Write it as 2026-11-23") from None
    if day not in days:
        raise ValueMistakeError(
            f"--date {day}: {wishes.roster.name} has no shift that begins then",
            f"It has {days[0]} to {days[-1]}",
        )
    return day


def _check(wishes: Wishes, shifts: Sequence[Shift], counts: Sequence[Count]) -> None:
    """Every group has a forecast, and every minimum a group."""
    groups = sorted({group_of(shift) for shift in shifts})
    queues = sorted({count.queue for count in counts})
    for group in groups:
        if group in queues:
            continue
        who = next(shift.agent for shift in shifts if group_of(shift) == group)
        what = f'the queue "{group}" of agent {who}' if group else f"agent {who}, who has no queue"
        near = nearest(group, queues)
        hint = f'Did you mean "{near}"? ' if near else ""
        there = ", ".join(name or "the whole floor" for name in queues)
        raise ValueMistakeError(
            f"{wishes.forecast.name} has no calls for {what}", f"{hint}It has {there}"
        )
    for name in wishes.least:
        if name not in groups:
            raise ValueMistakeError(
                f"--min {name}: nobody of {wishes.roster.name} is in such a group",
                f"It has {', '.join(filter(None, groups)) or 'one without a name: write =N'}",
            )


def _clock(at: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / 1_000, zone):%H:%M}"


def _sorted(plans: Sequence[GroupPlan]) -> list[Break]:
    found = [each for plan in plans for each in plan.breaks]
    return sorted(found, key=lambda each: (each.start_at is None, each.start_at or 0, each.agent))


def _table(plans: Sequence[GroupPlan], wishes: Wishes, zone: ZoneInfo) -> Table:
    words = _WORDS[wishes.language]
    table = Table(box=None, padding=(0, 1), collapse_padding=True)
    for name in ("agent", "team", "group", "pause", "start", "end", "why"):
        table.add_column(words[name], overflow="fold")
    for each in _sorted(plans):
        cells = [each.agent, each.team, each.group, words[each.pause]]
        if each.start_at is None:
            assert each.why is not None
            cells += ["–", "–", words[each.why]]
        else:
            back_at = each.start_at + each.length_ms
            cells += [_clock(each.start_at, zone), _clock(back_at, zone), ""]
        table.add_row(*cells)
    return table


def _told(plans: Sequence[GroupPlan], wishes: Wishes) -> list[str]:
    words = _WORDS[wishes.language]
    return [
        words["lost"].format(
            group=plan.group or words["all"],
            lost=plan.lost,
            early=plan.lost_early,
            without=plan.lost_without,
            placed=sum(each.start_at is not None for each in plan.breaks),
            owed=len(plan.breaks),
            most=max(plan.off, default=0),
        )
        for plan in plans
    ]


def _values(each: Break, zone: ZoneInfo) -> dict[str, Any]:
    start, end = (
        None if at is None else datetime.fromtimestamp(at / 1_000, zone).isoformat()
        for at in (each.start_at, None if each.start_at is None else each.start_at + each.length_ms)
    )
    return {
        "agent": each.agent,
        "team": each.team,
        "group": each.group,
        "what": each.pause.value,
        "minutes": each.length_ms // _MINUTE_MS,
        "start": start,
        "end": end,
        "why": each.why.value if each.why else None,
    }


def _json(plans: Sequence[GroupPlan], zone: ZoneInfo) -> str:
    groups = [
        {
            "group": plan.group,
            "lost": round(plan.lost, 3),
            "lost_early": round(plan.lost_early, 3),
            "lost_without": round(plan.lost_without, 3),
            "start": datetime.fromtimestamp(plan.start_at / 1_000, zone).isoformat(),
            "agents": list(plan.agents),
            "away": list(plan.off),
        }
        for plan in plans
    ]
    breaks = [_values(each, zone) for each in _sorted(plans)]
    return json.dumps({"groups": groups, "breaks": breaks}, ensure_ascii=False) + "\n"


def _csv(plans: Sequence[GroupPlan], zone: ZoneInfo) -> str:
    text = io.StringIO()
    values = [_values(each, zone) for each in _sorted(plans)]
    names = ("agent", "team", "group", "what", "minutes", "start", "end", "why")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(values)
    return text.getvalue()
