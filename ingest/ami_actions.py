"""Orders over AMI without a socket: an order in, actions out; responses and events in, a receipt out.

    pause, unpause   QueueStatus (whose phones are members where) -> QueuePause per phone
    move             QueueStatus -> QueueAdd -> QueueRemove; if that fails, out of the new queue again
    sign out         QueueStatus -> QueueRemove per queue
    hang up          Hangup
    take over        Originate to the orderer's phone, application Bridge with the caller's channel
    listen ...       Originate to the orderer's phone, application ChanSpy on the agent's channel

Nothing is ever sent twice.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from ingest.ami_message import Message
from ingest.ami_protocol import AmiProtocol
from ingest.orders import HALF, PHONE_UNANSWERED, Act, Order, Outcome, Receipt

RING_MS = 8_000
"""So long the orderer's phone rings: a little less than anybody waits for the answer."""
_RUNG = "OriginateResponse"
READ = (_RUNG,)
"""Events that only tell what became of an action."""
NOT_A_MEMBER, NOT_DYNAMIC = "not_a_member", "not_dynamic"
"""Why: the agent is in none of the queues meant; he is a fixed member of one, whom only its
configuration moves."""
_SPY = {Act.LISTEN: "qES", Act.WHISPER: "qwES", Act.BARGE: "qBES"}
"""ChanSpy: no beep, whisper or barge, stop when the call is over or there is none."""
_DONE = Receipt(Outcome.DONE)
_LONGEST_SAID = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """An action. Its answer is the response and, if `until` is named, all up to that event."""

    action: str
    headers: Mapping[str, str]
    until: str = ""


_LISTEN, _DEAF = Ask("Events", {"EventMask": "call"}), Ask("Events", {"EventMask": "off"})
"""What became of a phone that rings is an event, and events come to the whole connection or not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the response, and the events that bear the action's id."""

    response: Message
    events: tuple[Message, ...] = ()

    @property
    def good(self) -> bool:
        return self.response.text("response").lower() == "success"

    @property
    def refusal(self) -> Receipt:
        return Receipt(Outcome.REFUSED, said=self.response.text("message")[:_LONGEST_SAID])


@dataclass(frozen=True, slots=True)
class Membership:
    """A row of QueueStatus: one phone in one queue."""

    queue: str
    interface: str
    device: str
    name: str
    penalty: str
    paused: bool
    dynamic: bool


Plan = Generator[Ask, Answer, Receipt]


def plan(order: Order) -> Plan:
    """The actions that carry an order out, one after the other."""
    match order.act:
        case Act.PAUSE | Act.UNPAUSE:
            return (yield from _pause(order))
        case Act.MOVE:
            return (yield from _move(order))
        case Act.SIGN_OUT:
            return (yield from _sign_out(order))
        case Act.HANG_UP:
            answer = yield Ask("Hangup", {"Channel": order.call, "Cause": "16"})
            return _DONE if answer.good else answer.refusal
        case Act.TAKE_OVER:
            return (yield from _ring(order, "Bridge", order.call))
        case _:
            return (yield from _spy(order))


def _members(order: Order) -> Generator[Ask, Answer, list[Membership]]:
    """The agent's memberships as the PBX has them now, whichever way it knows him."""
    found: dict[tuple[str, str], Membership] = {}
    for who in dict.fromkeys((*order.phones, order.agent)):
        answer = yield Ask("QueueStatus", {"Member": who}, until="QueueStatusComplete")
        for event in answer.events:
            row = _membership(event)
            if row is not None and who in (row.interface, row.name):
                found[row.queue, row.interface] = row
    return list(found.values())


def _membership(event: Message) -> Membership | None:
    if event.event != "QueueMember":
        return None
    interface = event.text("location") or event.text("interface")
    return Membership(
        queue=event.text("queue"),
        interface=interface,
        device=event.text("stateinterface") or interface,
        name=event.text("name") or event.text("membername"),
        penalty=event.text("penalty") or "0",
        paused=event.text("paused") == "1",
        dynamic=event.text("membership").lower() != "static",
    )


def _pause(order: Order) -> Plan:
    rows = yield from _members(order)
    phones = dict.fromkeys(row.interface for row in rows if order.queue in ("", row.queue))
    if not phones:
        return Receipt(Outcome.REFUSED, NOT_A_MEMBER)
    for done, phone in enumerate(phones):
        headers = {"Interface": phone, "Paused": "true" if order.act is Act.PAUSE else "false"}
        if order.queue:
            headers["Queue"] = order.queue
        if order.reason and order.act is Act.PAUSE:
            headers["Reason"] = _one_line(order.reason)
        answer = yield Ask("QueuePause", headers)
        if not answer.good:
            return _partly(answer, done)
    return _DONE


def _move(order: Order) -> Plan:
    rows = yield from _members(order)
    leaving = [row for row in rows if row.queue == order.queue]
    if not leaving:
        return Receipt(Outcome.REFUSED, NOT_A_MEMBER)
    if not all(row.dynamic for row in leaving):
        return Receipt(Outcome.REFUSED, NOT_DYNAMIC)
    there = {row.interface for row in rows if row.queue == order.to}
    for done, row in enumerate(leaving):
        if row.interface not in there:
            answer = yield Ask("QueueAdd", _joining(row, order.to))
            if not answer.good:
                return _partly(answer, done)
        answer = yield Ask("QueueRemove", {"Queue": row.queue, "Interface": row.interface})
        if not answer.good:
            back = {"Queue": order.to, "Interface": row.interface}
            undone = yield Ask("QueueRemove", back)
            return _partly(answer, done if undone.good else done + 1)
    return _DONE


def _joining(row: Membership, queue: str) -> dict[str, str]:
    headers = {
        "Queue": queue,
        "Interface": row.interface,
        "Penalty": row.penalty,
        "Paused": "true" if row.paused else "false",
    }
    if row.name:
        headers["MemberName"] = row.name
    if row.device != row.interface:
        headers["StateInterface"] = row.device
    return headers


def _sign_out(order: Order) -> Plan:
    rows = yield from _members(order)
    if not rows:
        return Receipt(Outcome.REFUSED, NOT_A_MEMBER)
    if not all(row.dynamic for row in rows):
        return Receipt(Outcome.REFUSED, NOT_DYNAMIC)
    for done, row in enumerate(rows):
        answer = yield Ask("QueueRemove", {"Queue": row.queue, "Interface": row.interface})
        if not answer.good:
            return _partly(answer, done)
    return _DONE


def _spy(order: Order) -> Plan:
    rows = yield from _members(order)
    device = next((row.device for row in rows), "") or next(iter(order.phones), "")
    if not device:
        return Receipt(Outcome.REFUSED, NOT_A_MEMBER)
    # The dash ends the phone's name in a channel's: without it 1001 would also be 10011.
    return (yield from _ring(order, "ChanSpy", f"{device}-,{_SPY[order.act]}"))


def _ring(order: Order, application: str, data: str) -> Plan:
    """Ring the orderer's phone; whoever answers it is given to this application."""
    yield _LISTEN
    answer = yield Ask(
        "Originate",
        {
            "Channel": order.own_phone,
            "Application": application,
            "Data": data,
            "Timeout": str(RING_MS),
            "CallerID": "Floorwatch",
            "Async": "true",
        },
        until=_RUNG,
    )
    if not answer.good:
        receipt = answer.refusal
    elif answer.events[-1].text("response").lower() == "success":
        receipt = _DONE
    else:
        said = f"Reason: {answer.events[-1].text('reason')}"
        receipt = Receipt(Outcome.REFUSED, PHONE_UNANSWERED, said)
    yield _DEAF
    return receipt


def _partly(answer: Answer, done: int) -> Receipt:
    said = answer.refusal.said
    return Receipt(Outcome.REFUSED, HALF if done else "", said)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:80]


@dataclass(slots=True)
class _Running:
    plan: Plan
    order: str
    ask: Ask | None = None
    response: Message | None = None
    events: list[Message] = field(default_factory=list)

    @property
    def rings(self) -> bool:
        return self.ask is not None and (self.ask is _LISTEN or self.ask.until == _RUNG)


class Carrier:
    """All orders under way on one connection."""

    def __init__(self, protocol: AmiProtocol) -> None:
        self._protocol = protocol
        self._running: dict[str, _Running] = {}

    def begin(self, order: Order) -> dict[str, Receipt]:
        """Start to carry it out; a receipt by the order's id if there is nothing to send at all."""
        return self._go_on(_Running(plan(order), order.id), None)

    def take(self, message: Message) -> dict[str, Receipt]:
        """A message came; the receipts that it completes, by the orders' ids."""
        id = message.text("actionid")
        running = self._running.get(id)
        if running is None or running.ask is None:
            return {}
        if not message.event:
            running.response = message
        elif running.response is not None or message.event == running.ask.until:
            running.events.append(message)
        if running.response is None:
            return {}
        answer = Answer(running.response, tuple(running.events))
        ended = bool(running.events) and running.events[-1].event == running.ask.until
        if running.ask.until and answer.good and not ended:
            return {}
        del self._running[id]
        return self._go_on(running, answer)

    def forget(self, order: str) -> None:
        """Nobody waits for this order any more: nothing further of it is sent."""
        for id, running in list(self._running.items()):
            if running.order == order:
                del self._running[id]

    def _go_on(self, running: _Running, answer: Answer | None) -> dict[str, Receipt]:
        try:
            ask = next(running.plan) if answer is None else running.plan.send(answer)
        except StopIteration as end:
            return {running.order: end.value}
        if ask is _DEAF and any(other.rings for other in self._running.values()):
            return self._go_on(running, answer)  # the last of them sends it
        running.ask, running.response, running.events = ask, None, []
        self._running[self._protocol.request(ask.action, **ask.headers)] = running
        return {}
