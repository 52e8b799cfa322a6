"""Reads `[site.source.actions]`: the second account, by which supervisors act on the telephone system."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from floorwatch.settings_reader import Table, kind_of, text
from floorwatch.settings_secret import Secret, read_secret
from floorwatch.settings_values import ValueMistakeError, suggestion
from floorwatch.urls import Url
from ingest.orders import BY_PHONE, Act

ACTED_ON = frozenset({"ami", "simulate"})
"""Schemes of sources that can be told what to do."""
_ACTS = [act.value for act in Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSettings:
    """What supervisors may do there. `user` logs in with `secret`; both are empty where nobody logs in.

    `phones` are the supervisors' own, by user id (`open`, where nobody signs in).
    """

    allow: tuple[Act, ...]
    user: str = ""
    secret: Secret = field(default_factory=Secret)
    phones: Mapping[str, str] = field(default_factory=dict)


def read_actions(
    source: Table, url: Url | None, environ: Mapping[str, str]
) -> ActionSettings | None:
    """What the table of a source says; None if it has none: then nobody acts."""
    if not source.has("actions") or url is None:
        return None
    table = source.table("actions")
    if url.scheme not in ACTED_ON:
        what = f'a source "{url.scheme}:" cannot be told what to do'
        source.add("actions", what, "Actions need an ami: source; take the table out")
    allow = tuple(_allowed(table))
    secret = read_secret(table, environ) or Secret()
    user = table.text("user", longest=80)
    if url.scheme == "ami":
        _check_account(source, table, url, user, secret)
    elif user or secret:
        table.add("user" if user else "allow", "nobody logs in there", "Take the account out")
    phones = _phones(table)
    rung = [act.value for act in allow if act in BY_PHONE]
    if rung and not phones:
        what = f"{', '.join(rung)} need the phone of whoever asks, and none is named"
        table.warn("allow", what, 'Add phones = { "<user id>" = "PJSIP/2001" }')
    return ActionSettings(allow=allow, user=user, secret=secret, phones=phones)


def _allowed(table: Table) -> list[Act]:
    if not table.has("allow"):
        table.required("allow", "pause")
        return []
    found = []
    for path, word in table.texts("allow"):
        if word in _ACTS:
            found.append(Act(word))
        else:
            mend = f"{suggestion(word, _ACTS)}Known are {', '.join(_ACTS)}"
            table.findings.add(path, f'"{word}" is no action', mend)
    return found


def _check_account(source: Table, table: Table, url: Url, user: str, secret: Secret) -> None:
    if not user:
        table.required("user", "floorwatch-act")
    elif user == url.user:
        what = "this is the account that only watches"
        mend = "Give the second account a name and a password of its own in manager.conf"
        table.add("user", what, mend)
    if not secret:
        what = "the second account needs a password, and none is named"
        source.add("actions", what, 'Add secret_env = "FLOORWATCH_ACT_SECRET", or secret_file')


def _phones(table: Table) -> dict[str, str]:
    given = table.values.get("phones", {})
    if not isinstance(given, dict):
        table.add("phones", f"this is {kind_of(given)}", 'Write { "lead" = "PJSIP/2001" }')
        return {}
    phones = {}
    for user, phone in given.items():
        path = (*table.path, "phones", user)
        try:
            name = text(phone, 80)
        except ValueMistakeError as mistake:
            table.findings.add(path, mistake.what, mistake.mend)
            continue
        if "/" not in name or not name.isprintable() or "," in name:
            table.findings.add(path, "this is no phone", 'Write technology and name: "PJSIP/2001"')
            continue
        phones[user] = name
    return phones
