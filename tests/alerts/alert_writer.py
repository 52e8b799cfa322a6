"""The life of alerts with its store, in a process of its own, to be killed.

    python alert_writer.py STORE MAILBOX FIRST_STEP

Judges step by step, commits, and appends the id of each due notice to MAILBOX. Before and after
each of these it writes a line, and waits for one on standard input: so it is killed at an exact
moment.
"""

import sys
from pathlib import Path

from alerts.breach import Board, Breach
from alerts.care import Care
from alerts.defaults import DEFAULTS
from alerts.incidents_sqlite import SqliteIncidents
from alerts.life import Life
from alerts.words import Kind
from stream.sites import Site

START = 1_700_000_000_000
STEPS = 260
STEP_MS = 2_000
SCRIPT: dict[int, tuple[tuple[str, str, str], ...]] = {
    2: (("hold", "mass_end", ""),),
    3: (("hold", "dropped", "queue:a"),),
    12: (("free", "mass_end", ""), ("hold", "component", "trunk:x")),
    40: (("hold", "unreachable", "agent:li"),),
    60: (("free", "dropped", "queue:a"), ("free", "component", "trunk:x")),
    90: (("free", "unreachable", "agent:li"),),
    140: (("hold", "silence", "queue:b"),),
    250: (("free", "silence", "queue:b"),),
}
KINDS = {
    "mass_end": Kind.MASS_END,
    "dropped": Kind.DROPPED,
    "component": Kind.COMPONENT,
    "unreachable": Kind.AGENT,
    "silence": Kind.SILENCE,
}


def play(board: Board, step: int) -> None:
    """What happens at this step."""
    now = START + step * STEP_MS
    for what, rule, scope in SCRIPT.get(step, ()):
        if what == "free":
            board.free(rule, scope)
        else:
            breach = Breach(
                rule=rule, kind=KINDS[rule], scope=scope, since=now - 40_000, at=now, evidence={}
            )
            board.hold(breach)


def new_life(store: SqliteIncidents) -> Life:
    rules = {rule.id: rule for rule in DEFAULTS}
    return Life(Site(id="s"), rules, Care(channels=("one", "two")), store.load())


def pause(moment: str) -> None:
    sys.stdout.write(moment + "\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        raise SystemExit("nobody waits for us")


def main(path: str, mailbox: str, first: str) -> None:
    board = Board()
    for step in range(int(first)):
        play(board, step)
    with SqliteIncidents(Path(path)) as store, Path(mailbox).open("a", buffering=1) as mail:
        life = new_life(store)
        for step in range(int(first), STEPS):
            now = START + step * STEP_MS
            play(board, step)
            life.judge(now, board)
            outcome = life.outcome()
            if outcome:
                pause(f"judged {step}")
            store.commit(life.state.dump(), outcome.entries, outcome.notices, outcome.incidents)
            if outcome:
                pause(f"committed {step}")
            for waiting in store.due(now):
                mail.write(waiting.notice.id + "\n")
                pause(f"sent {step}")
                store.sent(waiting.notice.id, now)
        pause("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
