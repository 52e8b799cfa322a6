"""What a manager account may have the simulated PBX do, and what it answers: Asterisk's own words.

The answer is from the picture, at once, as Asterisk's is; what follows from it comes as events.
"""

from collections.abc import Callable, Mapping

from ingest.words import RingEnd
from simulators.ami_picture import Member, Picture
from simulators.interventions import Deed, Intervention

AGENT, CALL, ORIGINATE, SYSTEM = "agent", "call", "originate", "system"
RIGHTS: Mapping[str, frozenset[str]] = {
    "QueueAdd": frozenset({AGENT}),
    "QueueRemove": frozenset({AGENT}),
    "QueuePause": frozenset({AGENT}),
    "Hangup": frozenset({SYSTEM, CALL}),
    "Originate": frozenset({ORIGINATE}),
}
"""The rights of which one is needed (`write=` in manager.conf), by action."""

Ask = Callable[[Intervention], object]
Headers = Mapping[str, str]
Said = tuple[bool, str]
_TRUE = frozenset({"yes", "true", "1", "on", "y", "t"})


class Orders:
    """The actions. `phones` that are named here are not answered; all others are."""

    def __init__(self, picture: Picture, ask: Ask, phones: Mapping[str, RingEnd]) -> None:
        self._picture, self._ask, self._phones = picture, ask, phones
        self._actions: dict[str, Callable[[Headers], Said]] = {
            "queueadd": self._add,
            "queueremove": self._remove,
            "queuepause": self._pause,
            "hangup": self._hang_up,
            "originate": self._originate,
        }

    def answer(self, action: str, headers: Headers) -> Said | None:
        """Whether it is done, and the message; None for an action that is not known here."""
        found = self._actions.get(action)
        return None if found is None else found(headers)

    def _pause(self, headers: Headers) -> Said:
        interface, queue = headers.get("interface", ""), headers.get("queue", "")
        if not interface or not headers.get("paused"):
            return False, "Need 'Interface' and 'Paused' parameters."
        member = self._member(interface)
        if member is None or not member.queues or (queue and queue not in member.queues):
            return False, "Interface not found"
        pauses = headers["paused"].lower() in _TRUE
        self._ask(
            Intervention(
                deed=Deed.PAUSE if pauses else Deed.UNPAUSE,
                agent=member.plan.id,
                queue=queue,
                reason=headers.get("reason", "") if pauses else "",
            )
        )
        return True, f"Interface {'paused' if pauses else 'unpaused'} successfully"

    def _add(self, headers: Headers) -> Said:
        queue, interface = headers.get("queue", ""), headers.get("interface", "")
        if not queue or not interface:
            return False, f"'{'Interface' if queue else 'Queue'}' not specified."
        if queue not in self._picture.queues:
            return False, "Unable to add interface to queue: No such queue"
        member = self._member(interface)
        if member is None:
            return False, "Out of memory"  # a phone that this PBX does not have
        if queue in member.queues:
            return False, "Unable to add interface: Already there"
        self._ask(Intervention(deed=Deed.JOIN, agent=member.plan.id, queue=queue))
        return True, "Added interface to queue"

    def _remove(self, headers: Headers) -> Said:
        queue, interface = headers.get("queue", ""), headers.get("interface", "")
        if not queue or not interface:
            return False, "Need 'Queue' and 'Interface' parameters."
        if queue not in self._picture.queues:
            return False, "Unable to remove interface from queue: No such queue"
        member = self._member(interface)
        if member is None or queue not in member.queues:
            return False, "Unable to remove interface: Not there"
        self._ask(Intervention(deed=Deed.LEAVE, agent=member.plan.id, queue=queue))
        return True, "Removed interface from queue"

    def _hang_up(self, headers: Headers) -> Said:
        channel = headers.get("channel", "")
        if not channel:
            return False, "No channel specified"
        call = self._call(channel)
        if not call:
            return False, "No such channel"
        self._ask(Intervention(deed=Deed.HANG_UP, call=call))
        return True, "Channel Hungup"

    def _originate(self, headers: Headers) -> Said:
        phone, application = headers.get("channel", ""), headers.get("application", "")
        if not phone:
            return False, "Channel not specified"
        if "/" not in phone:
            return False, "Invalid channel"
        if not application:
            return False, "Extension does not exist."
        wanted, data = application.lower(), headers.get("data", "")
        agent, call = "", ""
        if wanted == "chanspy":
            agent = self._spied(data.partition(",")[0])
        elif wanted == "bridge":
            call = self._call(data.partition(",")[0]) or "-"
        self._ask(
            Intervention(
                deed=Deed.RING,
                agent=agent,
                call=call,
                phone=phone,
                id=headers.get("actionid", ""),
                how=f"{application}({data})",
                fails=self._phones.get(phone),
            )
        )
        return True, "Originate successfully queued"

    def _member(self, interface: str) -> Member | None:
        members = self._picture.members.values()
        return next((m for m in members if m.plan.interface == interface), None)

    def _call(self, channel: str) -> str:
        """The call of this channel, by its name or its Uniqueid."""
        for call in self._picture.calls.values():
            if any(channel in (leg.name, leg.uniqueid) for leg in call.all_legs):
                return call.id
        return ""

    def _spied(self, prefix: str) -> str:
        """Whose channel begins with this."""
        for member in self._picture.members.values():
            if f"{member.plan.interface}-".startswith(prefix):
                return member.plan.id
        return "-"
