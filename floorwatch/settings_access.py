"""Who may come in, as the settings say it: `[access]`, and the providers of `[[access.oidc]]`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Literal
from urllib.parse import urlsplit

from dashboard.access import Role
from dashboard.oidc_way import Mapped, is_endpoint
from floorwatch.settings_reader import Table, kind_of
from floorwatch.settings_secret import Secret, read_secret
from floorwatch.settings_values import ValueMistakeError, identifier

Mode = Literal["open", "sign-in"]
MODES: tuple[Mode, ...] = ("open", "sign-in")
ROLES = tuple(role.value for role in Role if role not in {Role.NOBODY, Role.DISPLAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """A provider that people may sign in with."""

    id: str
    names: Mapping[str, str]
    issuer: str
    client_id: str
    mapped: Mapped
    secret: Secret = field(default_factory=Secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """`open`: whoever reaches the pages may everything. `trusted_proxies` tell us who asks."""

    mode: Mode = "open"
    oidc: tuple[OidcSettings, ...] = ()
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """From where the gateway can be reached: only from this machine? Under which public address?"""

    loopback: bool
    public_url: str


def read_access(table: Table, reach: Reach, environ: Mapping[str, str]) -> AccessSettings:
    """The access of this table; what it leaves out follows from where we can be reached."""
    default: Mode = "open" if reach.loopback and not reach.public_url else "sign-in"
    mode = table.read("mode", _mode, default)
    if mode == "open" and default != "open":
        table.warn(
            "mode",
            "everybody who can reach the pages is an admin of them",
            'Write "sign-in", unless nobody else is on that network',
        )
    proxies = _proxies(table)
    if mode == "sign-in" and reach.loopback and reach.public_url and not proxies:
        mend = 'Name the proxy, if there is one: trusted_proxies = ["127.0.0.1"]'
        table.findings.warn(table.path, "a proxy would make all people one address", mend)
    oidc = tuple(_providers(table, environ))
    if oidc and not reach.public_url:
        mend = 'Add public_url to [gateway], for instance "https://floor.example.com"'
        table.findings.add(table.path, "providers must know where to send people back to", mend)
    if oidc and mode == "open" and table.has("mode"):
        table.add("mode", "nobody signs in, but there are providers", 'Write "sign-in"')
    return AccessSettings(mode=mode, oidc=oidc, trusted_proxies=tuple(proxies))


def _proxies(table: Table) -> list[str]:
    found = []
    for path, text in table.texts("trusted_proxies"):
        try:
            found.append(str(ip_network(text, strict=False)))
        except ValueError:
            mend = 'Write an address or a network: "127.0.0.1", "10.0.0.0/8"'
            table.findings.add(path, "this is no address of a proxy", mend)
    return found


def _providers(table: Table, environ: Mapping[str, str]) -> list[OidcSettings]:
    found: dict[str, OidcSettings] = {}
    for each in table.tables("oidc"):
        settings = _provider(each, environ)
        if settings.id in found:
            each.add("id", f'two providers are called "{settings.id}"', "Give each its own id")
        found.setdefault(settings.id, settings)
    return list(found.values())


def _provider(table: Table, environ: Mapping[str, str]) -> OidcSettings:
    table.required("id", "company")
    issuer = table.required("issuer", "https://login.example.com/realms/company")
    if issuer and (not is_endpoint(issuer, issuer) or urlsplit(issuer).query):
        mend = "Write it as the provider does in its iss claim, beginning with https://"
        table.add("issuer", "this is no address of an issuer", mend)
    return OidcSettings(
        id=table.read("id", identifier, ""),
        names=table.names(),
        issuer=issuer,
        client_id=table.required("client_id", "floorwatch"),
        mapped=Mapped(
            role_claim=table.text("role_claim", "groups"),
            roles=_roles(table),
            queues_claim=table.text("queues_claim"),
            teams_claim=table.text("teams_claim"),
            agent_claim=table.text("agent_claim"),
        ),
        secret=read_secret(table, environ) or Secret(),
    )


def _roles(table: Table) -> dict[str, Role]:
    given = table.values.get("roles", {})
    mend = 'Write which value is which role: roles = { "floor-leads" = "supervisor" }'
    if not isinstance(given, dict):
        table.add("roles", f"this is {kind_of(given)}", mend)
        return {}
    if not given:
        table.findings.add(table.path, "roles is missing: nobody could come in", mend, at_key=True)
    roles = {}
    for value, role in given.items():
        if role in ROLES:
            roles[value] = Role(role)
        else:
            path = (*table.path, "roles", value)
            table.findings.add(path, f'"{role}" is no role', f"Roles are {', '.join(ROLES)}")
    return roles


def _mode(value: object) -> Mode:
    for mode in MODES:
        if value == mode:
            return mode
    raise ValueMistakeError("this is no mode of access", 'Write "open" or "sign-in"')
