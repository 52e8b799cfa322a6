"""Every command that is under way or was lately, and the journal behind them.

What is put in is on the disk before it is acted on. The rows for screens change only with what they
show, so that frames stay small.
"""

from dashboard.command_ports import Journal
from dashboard.commands import Command, restarted, row
from ingest.events import Millis

SHOWN = 50
"""Commands that screens are shown."""


class Book:
    """Commands by id, the oldest first."""

    def __init__(self, journal: Journal, now: Millis) -> None:
        self._journal = journal
        self._commands: dict[str, Command] = {}
        self._rows: dict[str, dict[str, object]] = {}
        self.document: dict[str, object] = {}
        known = {command.id: command for command in [*journal.live(), *journal.last(SHOWN)]}
        for command in sorted(known.values(), key=lambda each: (each.at, each.id)):
            self._keep(command)
        self._show()
        for command in self.live():
            self.put(restarted(command, now))

    def get(self, id: str) -> Command | None:
        return self._commands.get(id)

    def live(self) -> list[Command]:
        """Those of which something is still to come."""
        return [command for command in self._commands.values() if command.live]

    def by_key(self, by: str, key: str) -> Command | None:
        """What this caller already asked for under this key."""
        for command in self._commands.values():
            if key and (command.by, command.key) == (by, key):
                return command
        return None

    def is_busy(self, agent: str, call: str = "") -> bool:
        """Whether a command is under way about this agent, or this call."""
        return any(
            (call and command.call == call) or (agent and command.agent == agent)
            for command in self._commands.values()
            if command.under_way
        )

    def put(self, command: Command) -> Command:
        """Keep a command, or its new form, for good. Nothing is written if it is as it was."""
        if self._commands.get(command.id) != command:
            self._journal.put(command)
            self._keep(command)
            self._show()
        return command

    def between(self, start: Millis, end: Millis) -> list[tuple[Command, list[Command]]]:
        """Those asked for in this time, with all their forms."""
        return self._journal.between(start, end)

    def _keep(self, command: Command) -> None:
        self._commands[command.id] = command
        self._rows[command.id] = row(command)
        over = [id for id, each in self._commands.items() if not each.live]
        for id in over[: max(0, len(self._commands) - SHOWN)]:
            del self._commands[id]
            del self._rows[id]

    def _show(self) -> None:
        self.document = {"commands": dict(self._rows)}
