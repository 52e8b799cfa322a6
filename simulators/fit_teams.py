"""Who serves which queues, and which queue comes first: learnt from who took which calls. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingest.events import Millis
from simulators.fit_record import Record, Seen

_SERVES = 0.15
"""An agent serves a queue if he took this much of the share of its calls that would be his."""
_MAJOR = 0.05
"""Teams are told apart by the queues that have this share of all calls."""
_SMALL = 0.08
"""A team with less than this share of the calls is no team of its own."""
_MOST_TEAMS = 5
_SPECIAL = 2.0
"""A team takes a queue before the busier ones if so many times its share of it is theirs."""
_CASES = 60
"""Fewer cases in which somebody could overtake tell nothing."""
_FIRST = 0.4
"""A queue goes before another if so much more often its callers overtake those of the other."""


@dataclass(frozen=True, slots=True)
class Team:
    """Agents who serve the same queues, the one first that they are best at."""

    agents: frozenset[str]
    queues: tuple[str, ...]


def teams(record: Record, spans: Iterable[tuple[str, Millis, Millis]]) -> list[Team]:
    """The teams, the largest first. Every queue of which a call was answered has one that serves it."""
    there = {agent for agent, _, _ in spans}
    took: dict[str, Counter[str]] = {}
    for seen in record.visits.values():
        if seen.agent in there:
            took.setdefault(seen.agent, Counter())[seen.queue] += 1
    every = sum(took.values(), Counter[str]())
    if not every:
        return []
    major = {queue for queue, calls in every.items() if calls >= _MAJOR * every.total()}
    by_skills: dict[frozenset[str], list[str]] = {}
    for agent in sorted(took):
        serves = frozenset(queue for queue in _serves(took[agent], every) if queue in major)
        by_skills.setdefault(serves, []).append(agent)
    merged = _merged(by_skills, took)
    found = [_team(agents, took, every, major) for agents in merged]
    for queue in sorted(every):
        if not any(queue in team.queues for team in found):
            best = max(
                range(len(found)), key=lambda n: sum(took[a][queue] for a in found[n].agents)
            )
            found[best] = Team(found[best].agents, (*found[best].queues, queue))
    return found


def priorities(record: Record) -> Mapping[str, int]:
    """The queues' priorities: who is served first, though another caller has waited longer.

    Counted whenever an agent took a waiting caller: whether, in another queue that he serves,
    somebody had waited longer, and so was overtaken.
    """
    serves: dict[str, set[str]] = {}
    for seen in record.visits.values():
        if seen.agent:
            serves.setdefault(seen.agent, set()).add(seen.queue)
    could, did = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    waiting: dict[str, dict[int, Millis]] = {}
    for _, leaves, n, seen in _in_order(record):
        line = waiting.setdefault(seen.queue, {})
        if not leaves:
            line[n] = seen.queued_at
            continue
        del line[n]
        if seen.left:
            continue
        for other in serves.get(seen.agent, set()) - {seen.queue}:
            head_at = next(iter(waiting.get(other, {}).values()), None)
            if head_at is not None and head_at < seen.queued_at:
                could[seen.queue, other] += 1
                did[seen.queue, other] += 1
            elif head_at is not None:
                could[other, seen.queue] += 1
    queues = sorted({seen.queue for seen in record.visits.values()})
    goes_before = {
        queue: [one for one in queues if _first(did, could, one, queue)] for queue in queues
    }
    behind = dict.fromkeys(queues, 0)
    for _ in queues:
        for queue, ones in goes_before.items():
            behind[queue] = min(max((behind[one] + 1 for one in ones), default=0), len(queues))
    last = max(behind.values(), default=0)
    return {queue: last - places for queue, places in behind.items()}


def _in_order(record: Record) -> list[tuple[Millis, bool, int, Seen]]:
    """Every wait's beginning and end, in order of time; who leaves at a moment leaves first."""
    steps: list[tuple[Millis, bool, int, Seen]] = []
    for n, seen in enumerate(record.waits()):
        if seen.wait_ms:
            steps.append((seen.queued_at, False, n, seen))
            steps.append((seen.queued_at + seen.wait_ms, True, n, seen))
    return sorted(steps, key=lambda step: (step[0], not step[1], step[2]))


def _first(
    did: Counter[tuple[str, str]], could: Counter[tuple[str, str]], one: str, other: str
) -> bool:
    """Whether callers of the one overtake those of the other, and hardly ever the other way round."""
    if min(could[one, other], could[other, one]) < _CASES:
        return False
    over, under = did[one, other] / could[one, other], did[other, one] / could[other, one]
    return over - under > _FIRST


def _serves(took: Counter[str], every: Counter[str]) -> list[str]:
    part = took.total() / every.total()
    return [queue for queue, calls in took.items() if calls >= _SERVES * part * every[queue]]


def _merged(
    by_skills: dict[frozenset[str], list[str]], took: Mapping[str, Counter[str]]
) -> list[list[str]]:
    """The agents of each team; small teams join the one whose queues are most like theirs."""
    weights = {
        skills: sum(took[agent].total() for agent in agents) for skills, agents in by_skills.items()
    }
    every = sum(weights.values())
    ordered = sorted(by_skills, key=lambda skills: (-weights[skills], sorted(skills)))
    kept = [
        skills
        for n, skills in enumerate(ordered)
        if n == 0 or (n < _MOST_TEAMS and weights[skills] >= _SMALL * every)
    ]
    found = {skills: list(by_skills[skills]) for skills in kept}
    for skills in ordered:
        if skills not in found:
            like = max(kept, key=lambda k: len(k & skills) / max(len(k | skills), 1))
            found[like] += by_skills[skills]
    return list(found.values())


def _team(
    agents: list[str],
    took: Mapping[str, Counter[str]],
    every: Counter[str],
    major: set[str],
) -> Team:
    """The queues that the team serves: those that those of its agents serve who take half its calls."""
    ours = sum((took[agent] for agent in agents), Counter[str]())
    serving = Counter[str]()
    for agent in agents:
        for queue in _serves(took[agent], every):
            serving[queue] += took[agent].total()
    part = ours.total() / every.total()
    special = {
        queue: queue in major and ours[queue] >= _SPECIAL * part * every[queue] for queue in ours
    }
    queues = [queue for queue in ours if serving[queue] * 2 >= ours.total()]
    queues.sort(key=lambda queue: (not special[queue], -every[queue], queue))
    return Team(frozenset(agents), tuple(queues or [ours.most_common(1)[0][0]]))
