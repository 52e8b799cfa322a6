"""What the claims of a provider make of somebody here: his role, what he looks after, who he is.

Pure. Nothing that the operator has not mapped lets anybody in.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.access import Role
from dashboard.oidc_way import Mapped, OidcError
from dashboard.users_sqlite import User
from dashboard.writing import line
from ingest.events import Millis

_LONGEST_NAME = 80
_MOST = 500


def user_of(
    provider: str, mapped: Mapped, claims: Mapping[str, Any], known: User | None, now: Millis
) -> User:
    """Who this is here from now on; `known` is who he was last time. Raises OidcError."""
    values = _words(claims, mapped.role_claim)
    ranks = list(Role)
    roles = sorted((mapped.roles[each] for each in values if each in mapped.roles), key=ranks.index)
    if not roles:
        told = f"{provider}: {claims['sub']!r} has no role: {mapped.role_claim} says {values[:20]}"
        raise OidcError("provider_no_role", told)
    agents = _words(claims, mapped.agent_claim)
    return User(
        id=f"{provider}:{claims['sub']}",
        name=_name(claims),
        role=roles[-1],
        queues=_ids(claims, mapped.queues_claim, known.queues if known else None),
        teams=_ids(claims, mapped.teams_claim, known.teams if known else None),
        agent=agents[0] if agents else known.agent if known and not mapped.agent_claim else "",
        provider=provider,
        made_at=known.made_at if known else now,
    )


def _ids(
    claims: Mapping[str, Any], claim: str, known: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    return tuple(_words(claims, claim)) if claim else known


def _words(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The texts of a claim, which may be one text or a list; none if it is anything else."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    texts = found if isinstance(found, list) else [found]
    return [each for each in texts if isinstance(each, str) and 0 < len(each) <= 255][:_MOST]


def _name(claims: Mapping[str, Any]) -> str:
    told = (claims.get(claim) for claim in ("name", "preferred_username", "email", "sub"))
    names = (line(each)[:_LONGEST_NAME] for each in told if isinstance(each, str))
    return next((name for name in names if name), "")
