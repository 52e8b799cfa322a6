"""The doctor looks at the second account: may it do what the settings allow supervisors, and no more?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from floorwatch.doctor_findings import Finding, Subject
from floorwatch.doctor_pbx import PbxProbeError, PbxReport
from floorwatch.settings_actions import ActionSettings
from floorwatch.urls import Url
from ingest.orders import BY_PHONE, Act

_NEEDS: Mapping[Act, tuple[str, ...]] = {
    Act.PAUSE: ("queuepause",),
    Act.UNPAUSE: ("queuepause",),
    Act.MOVE: ("queueadd", "queueremove"),
    Act.SIGN_OUT: ("queueremove",),
    Act.HANG_UP: ("hangup",),
    **dict.fromkeys(BY_PHONE, ("originate",)),
}
_TOO_MUCH = ("command", "setvar", "updateconfig")
_RIGHTS = "read=call and write=agent,call,originate"


def account_of(url: Url, actions: ActionSettings) -> Url:
    """Where the second account logs in."""
    return replace(url, user=actions.user)


def judged(subject: Subject, actions: ActionSettings, report: PbxReport) -> Iterator[Finding]:
    """What the second account may do, against what it should."""
    mend = f"Set {_RIGHTS} for [{actions.user}] in manager.conf, then: manager reload"
    missing = {
        act.value: [name for name in _NEEDS[act] if name not in report.may_act]
        for act in actions.allow
    }
    lacking = {act: names for act, names in missing.items() if names}
    if lacking:
        told = ", ".join(f"{act} ({' and '.join(names)})" for act, names in lacking.items())
        yield subject.fail(f"{actions.user} may not do what the settings allow: {told}", mend)
    else:
        allowed = ", ".join(act.value for act in actions.allow)
        yield subject.ok(f"{actions.user} may do all that the settings allow: {allowed}")
    if set(actions.allow) & BY_PHONE and "call" not in report.seen:
        what = "no event of class call came: a quiet floor, or it is not told what became of a ring"
        yield subject.warn(what, mend)
    if extra := [name for name in _TOO_MUCH if name in report.may_act]:
        told = ", ".join(extra)
        yield subject.warn(f"{actions.user} may do more than anybody needs: {told}", mend)


def unreachable(subject: Subject, error: PbxProbeError) -> Finding:
    """It could not even log in."""
    return subject.fail(error.what, error.mend)
