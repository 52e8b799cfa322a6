"""Who may come in, put together: one registry and one audit for all sites of an installation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.access import Role
from dashboard.audit_desk import AuditDesk
from dashboard.audit_sqlite import SqliteAudit
from dashboard.cookies import Cookies
from dashboard.desk_file import DeskFile
from dashboard.desks import Audit, Desk
from dashboard.doors import Doors, GuardedDoors, OpenDoors
from dashboard.oidc_way import Way
from dashboard.pairing import Pairing
from dashboard.passwords import Passwords
from dashboard.people import People
from dashboard.proxies import Proxies
from dashboard.registry import Registry
from dashboard.sign_in import SignIn
from floorwatch.settings_access import OidcSettings
from floorwatch.settings_secret import SecretError
from floorwatch.settings_types import Settings

FILE = "access.db"


@dataclass(frozen=True, slots=True)
class Access:
    """What every site's gateway gets. `advice` is what to tell the operator, empty if nothing."""

    doors: Doors
    desks: tuple[Desk, ...]
    audit: Audit
    advice: str


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    """Who is known in this installation. Raises DeskFileError."""
    with DeskFile(folder / FILE) as file:
        yield Registry.on(file)


@contextmanager
def access(settings: Settings, folder: Path, environ: Mapping[str, str]) -> Iterator[Access]:
    """Raises DeskFileError, and SecretError for a provider's."""
    with registry(folder) as known:
        audit, passwords = SqliteAudit(known.file), Passwords()
        is_open = settings.access.mode == "open"
        ways = [(each.id, each.names) for each in settings.access.oidc]
        desks = (
            SignIn(known, passwords, open=is_open, ways=ways),
            People(known, passwords),
            Pairing(known),
            AuditDesk(audit),
        )
        _put_out(known, {id for id, _ in ways})
        doors = _doors(settings, known, audit, environ)
        yield Access(doors, desks, audit, "" if is_open else _advice(settings, known))


def _doors(settings: Settings, known: Registry, audit: Audit, environ: Mapping[str, str]) -> Doors:
    public_url = settings.gateway.public_url
    proxies = Proxies(settings.access.trusted_proxies, public_url)
    if settings.access.mode == "open":
        return OpenDoors(proxies)
    cookies = Cookies(settings.gateway.root, strict=not settings.access.oidc)
    if not settings.access.oidc:
        return GuardedDoors(known, audit, cookies=cookies, proxies=proxies)
    from dashboard.oidc import Provider
    from dashboard.oidc_door import OidcDoor

    base = f"{public_url}/"
    providers = [
        (Provider(_way(each, base, environ)), each.mapped) for each in settings.access.oidc
    ]
    side = OidcDoor(providers, known, audit, cookies, base)
    return GuardedDoors(known, audit, cookies=cookies, proxies=proxies, side=side)


def _way(settings: OidcSettings, base: str, environ: Mapping[str, str]) -> Way:
    try:
        secret = settings.secret.reveal(environ)
    except SecretError as error:
        raise SecretError(f"provider {settings.id}: {error.what}", error.mend) from None
    return Way(
        id=settings.id,
        issuer=settings.issuer,
        client_id=settings.client_id,
        client_secret=secret,
        redirect_uri=f"{base}sign-in/back",
    )


def _put_out(known: Registry, providers: set[str]) -> None:
    """Whom a provider brought that is not set up any more, nobody answers for."""
    for user in known.users.everybody():
        if user.provider and user.provider not in providers:
            known.sessions.end_all(user.id)


def _advice(settings: Settings, known: Registry) -> str:
    by_provider = any(Role.ADMIN in each.mapped.roles.values() for each in settings.access.oidc)
    if by_provider or known.users.others_may_administer(""):
        return ""
    return (
        "nobody can sign in as an admin yet / 尚无管理员:"
        f" floorwatch users add ID --role admin --config {settings.file}"
    )
