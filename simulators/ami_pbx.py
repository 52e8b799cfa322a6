"""The server's side of one manager connection, without a socket: bytes in, bytes out.

    banner -> Login | Challenge, Login -> FullyBooted, events, answers -> Logoff
                  `-> Authentication failed, over

An account without rights may only ask. What would change something is denied to it; one with rights
has it done by `Orders`.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping

from ingest.events import Millis
from simulators.ami_lists import AMI_VERSION, Lists
from simulators.ami_orders import RIGHTS, Orders
from simulators.ami_picture import Picture

BANNER = f"Asterisk Call Manager/{AMI_VERSION}\r\n"
LONGEST_LINE = 1_024
MOST_LINES = 128
_OPEN = frozenset({"login", "challenge", "logoff"})
_DENIED = frozenset(
    {
        *("agentlogoff", "atxfer", "blindtransfer", "bridge", "bridgekick", "cancelatxfer"),
        *("command", "createconfig", "dbdel", "dbdeltree", "dbput", "dialplanextensionadd"),
        *("dialplanextensionremove", "getvar", "hangup", "localoptimizeaway", "messagesend"),
        *("mixmonitor", "moduleload", "monitor", "originate", "park", "pjsipnotify"),
        *("pjsipqualify", "pjsipregister", "pjsipunregister", "playdtmf", "queueadd", "queuelog"),
        *("queuememberringinuse", "queuepause", "queuepenalty", "queuereload", "queueremove"),
        *("queuereset", "queuewithdrawcaller", "redirect", "reload", "sendtext", "setvar"),
        *("updateconfig", "userevent"),
    }
)
"""What Asterisk can do, and no account here may, or only one with the right to it."""

_COMMANDS = (
    *("Challenge", "CoreSettings", "CoreShowChannels", "CoreStatus", "DeviceStateList", "Events"),
    *("ListCommands", "Login", "Logoff", "PJSIPShowContacts", "PJSIPShowEndpoints"),
    *("PJSIPShowRegistrationsOutbound", "Ping", "QueueStatus", "QueueSummary"),
)


class FakePbx:
    """One client's connection. Send what `data_to_send` gives; when it is `over`, close after that.

    `accounts` are the passwords by user, `rights` what each may have done (`write=` in manager.conf).
    `number` tells connections apart.
    """

    def __init__(
        self,
        picture: Picture,
        accounts: Mapping[str, str],
        number: int = 1,
        *,
        rights: Mapping[str, Collection[str]] | None = None,
        orders: Orders | None = None,
    ) -> None:
        self.over = False
        self.logged_in = False
        self._picture = picture
        self._accounts = accounts
        self._number = number
        self._rights = rights or {}
        self._orders = orders
        self._may: frozenset[str] = frozenset()
        self._lists = Lists(picture)
        self._out: list[str] = [BANNER]
        self._buffer = b""
        self._headers: dict[str, str] = {}
        self._lines = 0
        self._broken = ""
        self._challenge = ""
        self._classes: frozenset[str] | None = None

    def data_to_send(self) -> bytes:
        """What has to go to the client now; asking empties it."""
        data = "".join(self._out).encode()
        self._out.clear()
        return data

    def tell(self, frames: Iterable[str]) -> None:
        """These events happened: the client hears of those that it asked to hear of."""
        if not self.logged_in or self.over:
            return
        if self._classes is None:
            self._out += [f"{frame}\r\n\r\n" for frame in frames]
            return
        for frame in frames:
            if _class_of(frame) in self._classes:
                self._out.append(f"{frame}\r\n\r\n")

    def receive(self, data: bytes, now: Millis) -> None:
        """Bytes came from the client at `now`, however the stream was split."""
        *lines, rest = (self._buffer + data).split(b"\n")
        for line in lines:
            if len(line) > LONGEST_LINE:
                self._broken = "Failed to parse message: line too long"
                line = b"-"
            if not self.over:
                self._line(line.rstrip(b"\r").decode("utf-8", "replace"), now)
        # Of a line that is too long already, no more is kept than shows that it is.
        self._buffer = rest[: LONGEST_LINE + 1]

    def _line(self, line: str, now: Millis) -> None:
        if line:
            self._lines += 1
            key, colon, value = line.partition(":")
            if self._lines > MOST_LINES:
                self._broken = "Too many lines in message or allocation failure"
            elif colon:
                self._headers.setdefault(key.strip().lower(), value.strip())
            return
        headers, self._headers = self._headers, {}
        broken, self._broken = self._broken, ""
        lines, self._lines = self._lines, 0
        if broken:
            self._refuse(headers, broken)
        elif lines:
            self._act(headers, now)

    def _act(self, headers: Mapping[str, str], now: Millis) -> None:
        action = headers.get("action", "").lower()
        if not action:
            self._refuse(headers, "Missing action in request")
        elif not self.logged_in and action not in _OPEN:
            self._refuse(headers, "Permission denied")
        elif action == "login":
            self._login(headers, now)
        elif action == "challenge":
            self._ask(headers, now)
        elif action == "logoff":
            self._respond(headers, "Goodbye", "Message: Thanks for all the fish.")
            self.over = True
        elif action == "ping":
            stamp = f"{now // 1000}.{now % 1000:03}000"
            self._respond(headers, "Success", f"Ping: Pong\r\nTimestamp: {stamp}")
        elif action == "events":
            self._listen(headers.get("eventmask", ""))
            on = "Off" if self._classes == frozenset() else "On"
            self._respond(headers, "Success", f"Events: {on}")
        elif action == "listcommands":
            known = [*_COMMANDS, *(name for name in RIGHTS if name.lower() in self._may)]
            lines = "\r\n".join(f"{name}:   (Priv: <none>)" for name in sorted(known))
            self._respond(headers, "Success", lines)
        else:
            self._answer(action, headers, now)

    def _answer(self, action: str, headers: Mapping[str, str], now: Millis) -> None:
        answer = self._lists.answer(action, headers, _id_line(headers), now)
        if answer is not None:
            self._out += [f"{frame}\r\n\r\n" for frame in answer]
        elif self._orders is not None and action in self._may:
            done, message = self._orders.answer(action, headers) or (False, "")
            self._respond(headers, "Success" if done else "Error", f"Message: {message}")
        elif action in _DENIED:
            self._refuse(headers, "Permission denied")
        else:
            name = headers["action"]
            hint = "Use Action: ListCommands to show available commands."
            self._refuse(headers, f"Invalid/unknown command: {name}. {hint}")

    def _ask(self, headers: Mapping[str, str], now: Millis) -> None:
        if headers.get("authtype", "").lower() != "md5":
            self._refuse(headers, "Must specify AuthType")
            return
        # Nobody is kept out by this number: it is only never the same twice in a row.
        self._challenge = str(100_000_000 + (now * 40_503 + self._number * 7_919) % 900_000_000)
        self._respond(headers, "Success", f"Challenge: {self._challenge}")

    def _login(self, headers: Mapping[str, str], now: Millis) -> None:
        secret = self._accounts.get(headers.get("username", ""))
        if secret is None or not self._right(headers, secret):
            self._refuse(headers, "Authentication failed")
            self.over = True
            return
        self.logged_in = True
        given = frozenset(self._rights.get(headers.get("username", ""), ()))
        self._may = frozenset(name.lower() for name, needed in RIGHTS.items() if given & needed)
        self._listen(headers.get("events", "on"))
        self._respond(headers, "Success", "Message: Authentication accepted")
        if self._classes is None or "system" in self._classes:
            uptime_s = self._lists.uptime_s(now)
            self._out.append(
                f"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: {uptime_s}\r\n"
                f"LastReload: {uptime_s}\r\nStatus: Fully Booted\r\n\r\n"
            )

    def _right(self, headers: Mapping[str, str], secret: str) -> bool:
        if headers.get("authtype", "").lower() == "md5":
            key = hashlib.md5((self._challenge + secret).encode(), usedforsecurity=False)
            return bool(self._challenge) and headers.get("key", "").lower() == key.hexdigest()
        return headers.get("secret") == secret

    def _listen(self, mask: str) -> None:
        """Take `on`, `off` or classes of events, as Login and Events have them."""
        mask = mask.lower()
        if mask in ("", "on", "all", "yes", "true", "1"):
            self._classes = None
        elif mask in ("off", "no", "none", "false", "0"):
            self._classes = frozenset()
        else:
            self._classes = frozenset(name.strip() for name in mask.split(","))

    def _refuse(self, headers: Mapping[str, str], why: str) -> None:
        self._respond(headers, "Error", f"Message: {why}")

    def _respond(self, headers: Mapping[str, str], response: str, text: str) -> None:
        self._out.append(f"Response: {response}{_id_line(headers)}\r\n{text}\r\n\r\n")


def _id_line(headers: Mapping[str, str]) -> str:
    action_id = headers.get("actionid", "")
    return f"\r\nActionID: {action_id}" if action_id else ""


def _class_of(frame: str) -> str:
    """The class of an event, the first word of its second header."""
    line = frame.split("\r\n", 2)[1]
    return line.removeprefix("Privilege: ").partition(",")[0]
