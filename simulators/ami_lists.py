"""What the simulated PBX answers when it is asked how things are: its lists, and its vital data."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ingest.events import Millis
from simulators.ami_picture import FREE, IN_USE, RINGING, UNAVAILABLE, Call, Picture, Queue
from simulators.ami_text import UNKNOWN, Leg

AMI_VERSION = "11.0.0"
ASTERISK_VERSION = "22.10.1"
_EXPIRY_MS = 3_600_000
_DEVICE = {
    FREE: "NOT_INUSE",
    IN_USE: "INUSE",
    UNAVAILABLE: "UNAVAILABLE",
    RINGING: "RINGING",
}
_DEVICE_WORDS = {
    "NOT_INUSE": "Not in use",
    "INUSE": "In use",
    "UNAVAILABLE": "Unavailable",
    "RINGING": "Ringing",
}
Items = list[str]


class Lists:
    """Answers from the picture, in whole frames."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._now: Millis = 0
        self._answers: dict[str, Callable[[Mapping[str, str], str], Items]] = {
            "corestatus": self._status,
            "coresettings": self._settings,
            "coreshowchannels": self._channels,
            "queuestatus": self._queue_status,
            "queuesummary": self._summary,
            "pjsipshowendpoints": self._endpoints,
            "pjsipshowcontacts": self._contacts,
            "pjsipshowregistrationsoutbound": self._registrations,
            "devicestatelist": self._devices,
        }

    def answer(
        self, action: str, headers: Mapping[str, str], id_line: str, now: Millis
    ) -> Items | None:
        """The answer to an action, by its name in lower case; None to one that is not known.

        `id_line` is the header `ActionID` with its line end before it, or nothing.
        """
        self._now = now
        found = self._answers.get(action)
        return None if found is None else found(headers, id_line)

    def uptime_s(self, now: Millis) -> int:
        """For how long the PBX has been running."""
        return max(0, now - self._picture.started_at) // 1000

    def _status(self, headers: Mapping[str, str], id_line: str) -> Items:
        picture = self._picture
        zone = picture.scenario.zone
        at = f"{datetime.fromtimestamp(picture.started_at // 1000, zone):%Y-%m-%d %H:%M:%S}"
        date, _, time = at.partition(" ")
        legs = sum(len(list(call.all_legs)) for call in picture.calls.values())
        return [
            f"Response: Success{id_line}\r\nCoreStartupDate: {date}\r\nCoreStartupTime: {time}\r\n"
            f"CoreReloadDate: {date}\r\nCoreReloadTime: {time}\r\n"
            f"CoreCurrentCalls: {legs}\r\nCoreProcessedCalls: {picture.processed}"
        ]

    def _settings(self, headers: Mapping[str, str], id_line: str) -> Items:
        return [
            f"Response: Success{id_line}\r\nAMIversion: {AMI_VERSION}\r\n"
            f"AsteriskVersion: {ASTERISK_VERSION}\r\nSystemName: \r\nCoreMaxCalls: 0\r\n"
            "CoreMaxLoadAvg: 0.000000\r\nCoreRunUser: \r\nCoreRunGroup: \r\n"
            "CoreMaxFilehandles: 0\r\nCoreRealTimeEnabled: No\r\nCoreCDRenabled: Yes\r\n"
            "CoreHTTPenabled: No\r\nSoundsSearchCustomDir: No"
        ]

    def _queue_status(self, headers: Mapping[str, str], id_line: str) -> Items:
        only, member = headers.get("queue", ""), headers.get("member", "")
        items: Items = []
        for name, queue in self._picture.queues.items():
            if only in ("", name):
                items.append(self._params(queue, id_line))
                items += self._members(name, member, id_line)
                if not member:
                    items += self._entries(queue, id_line)
        return _list("Queue status will follow", "QueueStatusComplete", items, id_line)

    def _params(self, queue: Queue, id_line: str) -> str:
        plan, done = queue.plan, queue.completed
        good, lost = queue.completed_in_time, queue.abandoned
        perf = 100 * good / done if done else 0.0
        both = 100 * (good + queue.abandoned_in_time) / (done + lost) if done + lost else 0.0
        return (
            f"Event: QueueParams\r\nQueue: {plan.id}\r\nMax: {plan.capacity}\r\n"
            f"Strategy: leastrecent\r\nCalls: {len(queue.waiting)}\r\nHoldtime: {queue.hold_s}\r\n"
            f"TalkTime: {queue.talk_s}\r\nCompleted: {done}\r\nAbandoned: {lost}\r\n"
            f"ServiceLevel: {plan.target_ms // 1000}\r\nServicelevelPerf: {perf:.1f}\r\n"
            f"ServicelevelPerf2: {both:.1f}\r\nWeight: {plan.priority}{id_line}"
        )

    def _members(self, queue: str, only: str, id_line: str) -> Items:
        return [
            f"Event: QueueMember\r\nQueue: {queue}\r\nName: {member.plan.id}\r\n"
            f"Location: {member.plan.interface}\r\nStateInterface: {member.plan.interface}\r\n"
            f"Membership: dynamic\r\nPenalty: {member.queues[queue]}\r\n"
            f"CallsTaken: {member.calls_taken}\r\nLastCall: {member.last_call_s}\r\n"
            f"LastPause: {member.last_pause_s}\r\nLoginTime: {member.login_s}\r\n"
            f"InCall: {int(member.in_call == queue)}\r\nStatus: {member.status}\r\n"
            f"Paused: {int(queue in member.pauses)}\r\n"
            f"PausedReason: {member.pauses.get(queue, '')}\r\n"
            f"Wrapuptime: 0{id_line}"
            for member in self._picture.members.values()
            if queue in member.queues and only in ("", member.plan.id, member.plan.interface)
        ]

    def _entries(self, queue: Queue, id_line: str) -> Items:
        return [
            f"Event: QueueEntry\r\nQueue: {queue.plan.id}\r\nPosition: {place}\r\n"
            f"Channel: {call.caller.name}\r\nUniqueid: {call.caller.uniqueid}\r\n"
            f"CallerIDNum: {_bare(call.caller.number)}\r\n"
            f"CallerIDName: {_bare(call.caller.caller)}\r\n"
            f"ConnectedLineNum: {_bare(call.caller.line_number)}\r\n"
            f"ConnectedLineName: {_bare(call.caller.line_name)}\r\n"
            f"Wait: {max(0, self._now - call.joined_at) // 1000}\r\nPriority: {queue.plan.priority}{id_line}"
            for place, call in enumerate(queue.waiting, 1)
        ]

    def _summary(self, headers: Mapping[str, str], id_line: str) -> Items:
        picture, only = self._picture, headers.get("queue", "")
        items = []
        for name, queue in picture.queues.items():
            if only not in ("", name):
                continue
            members = [m for m in picture.members.values() if name in m.queues]
            there = [m for m in members if m.status != UNAVAILABLE]
            free = sum(m.status == FREE and name not in m.pauses for m in there)
            longest_ms = max((self._now - call.joined_at for call in queue.waiting), default=0)
            items.append(
                f"Event: QueueSummary\r\nQueue: {name}\r\nLoggedIn: {len(there)}\r\n"
                f"Available: {free}\r\nCallers: {len(queue.waiting)}\r\nHoldTime: {queue.hold_s}\r\n"
                f"TalkTime: {queue.talk_s}\r\nLongestHoldTime: {max(0, longest_ms) // 1000}{id_line}"
            )
        return _list("Queue summary will follow", "QueueSummaryComplete", items, id_line)

    def _channels(self, headers: Mapping[str, str], id_line: str) -> Items:
        items = [
            self._channel(call, leg, id_line)
            for call in self._picture.calls.values()
            for leg in call.all_legs
        ]
        return _list("Channels will follow", "CoreShowChannelsComplete", items, id_line)

    def _channel(self, call: Call, leg: Leg, id_line: str) -> str:
        bridges = [call.bridge, *(call.consulted or ())[3:]]
        bridge = next((b.id for b in bridges if b is not None and leg in b.legs), "")
        minutes, second = divmod(max(0, self._now - leg.began_at) // 1000, 60)
        lasted = f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
        return (
            f"Event: CoreShowChannel{id_line}\r\n{leg.block}\r\nApplication: {leg.application}\r\n"
            f"ApplicationData: {leg.app_data}\r\nDuration: {lasted}\r\nBridgeId: {bridge}"
        )

    def _endpoints(self, headers: Mapping[str, str], id_line: str) -> Items:
        picture = self._picture
        phones = [(m.extension, _DEVICE[m.status], "") for m in picture.members.values()]
        lines = [
            (name, "NOT_INUSE" if up else "UNAVAILABLE", name)
            for name, up in picture.lines_up.items()
        ]
        items = [
            f"Event: EndpointList{id_line}\r\nObjectType: endpoint\r\nObjectName: {name}\r\n"
            f"Transport: transport-udp\r\nAor: {name}\r\nAuths: {'' if auth else name}\r\n"
            f"OutboundAuths: {auth}\r\nContacts: {name}/sip:{name}@192.0.2.10:5060,\r\n"
            f"DeviceState: {_DEVICE_WORDS[device]}\r\nActiveChannels: {int(device == 'INUSE')}"
            for name, device, auth in [*phones, *lines]
        ]
        message = "A listing of Endpoints follows, presented as EndpointList events"
        return _list(message, "EndpointListComplete", items, id_line)

    def _contacts(self, headers: Mapping[str, str], id_line: str) -> Items:
        picture = self._picture
        known = {m.extension: m.status != UNAVAILABLE for m in picture.members.values()}
        expires_s = (self._now + _EXPIRY_MS) // 1000
        items = [
            f"Event: ContactList{id_line}\r\nObjectType: contact\r\nObjectName: {name};@{name}\r\n"
            f"ViaAddr: 192.0.2.10\r\nQualifyTimeout: 2.000000\r\nQualify2xxOnly: false\r\n"
            f"CallId: {name}\r\nRegServer: \r\nPruneOnBoot: no\r\nPath: \r\nEndpoint: {name}\r\n"
            f"ViaPort: 5060\r\nAuthenticateQualify: no\r\nUri: sip:{name}@192.0.2.10:5060\r\n"
            f"QualifyFrequency: 10\r\nUserAgent: phone\r\nExpirationTime: {expires_s}\r\n"
            f"OutboundProxy: \r\nStatus: {'Reachable' if up else 'Unreachable'}\r\n"
            f"RoundtripUsec: {1_043 if up else 0}"
            for name, up in (known | picture.lines_up).items()
        ]
        message = "A listing of Contacts follows, presented as ContactList events"
        return _list(message, "ContactListComplete", items, id_line)

    def _registrations(self, headers: Mapping[str, str], id_line: str) -> Items:
        lines = self._picture.lines_up
        items = [
            f"Event: OutboundRegistrationDetail{id_line}\r\nObjectType: registration\r\n"
            f"ObjectName: {name}\r\nMaxRetries: 10000\r\nClientUri: sip:{name}@192.0.2.10\r\n"
            "SecurityNegotiation: no\r\nAuthRejectionPermanent: true\r\n"
            "ServerUri: sip:192.0.2.10\r\nMaxRandomInitialDelay: 10\r\nSupportPath: false\r\n"
            "RetryInterval: 10\r\nContactHeaderParams: \r\nExpiration: 60\r\n"
            f"Transport: transport-udp\r\nLine: false\r\nContactUser: {name}\r\nEndpoint: \r\n"
            f"UserAgent: \r\nForbiddenRetryInterval: 20\r\nOutboundAuth: {name}\r\n"
            "OutboundProxy: \r\nFatalRetryInterval: 20\r\nSupportOutbound: no\r\n"
            "Status: Registered\r\nNextReg: 0"
            for name in lines
        ]
        message = "Following are Events for each Outbound registration"
        tail = f"\r\nRegistered: {len(lines)}\r\nNotRegistered: 0"
        return _list(message, "OutboundRegistrationDetailComplete", items, id_line, tail)

    def _devices(self, headers: Mapping[str, str], id_line: str) -> Items:
        items = [
            f"Event: DeviceStateChange{id_line}\r\nDevice: {member.plan.interface}\r\n"
            f"State: {_DEVICE[member.status]}"
            for member in self._picture.members.values()
        ]
        message = "Device State Changes will follow"
        return _list(message, "DeviceStateListComplete", items, id_line)


def _list(message: str, complete: str, items: Items, id_line: str, tail: str = "") -> Items:
    return [
        f"Response: Success{id_line}\r\nEventList: start\r\nMessage: {message}",
        *items,
        f"Event: {complete}{id_line}\r\nEventList: Complete\r\nListItems: {len(items)}{tail}",
    ]


def _bare(text: str) -> str:
    """Who is not known is written without brackets here, unlike in events."""
    return "unknown" if text == UNKNOWN else text
