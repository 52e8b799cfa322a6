"""Writes a move that is to return, and a hang-up that is sent, and then waits to be killed."""

import sys
from pathlib import Path

from dashboard.commands import Command, State
from dashboard.commands_sqlite import SqliteCommands
from dashboard.desk_file import DeskFile
from ingest.orders import Act

NOW = 1_795_000_000_000


def main(folder: str) -> None:
    with DeskFile(Path(folder) / "desk.db") as file:
        journal = SqliteCommands(file)
        journal.put(
            Command(
                id="moved",
                act=Act.MOVE,
                by="lead",
                agent="1001",
                queue="sales",
                to="vip",
                state=State.CONFIRMED,
                at=NOW,
                told_at=NOW,
                return_at=NOW + 900_000,
                due_at=NOW + 900_000,
            )
        )
        for state in (State.REQUESTED, State.SENT):
            journal.put(
                Command(
                    id="cut",
                    act=Act.HANG_UP,
                    by="lead",
                    agent="1002",
                    call="v1",
                    state=state,
                    at=NOW,
                    told_at=NOW,
                )
            )
        print("written", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
