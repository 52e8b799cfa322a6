"""The commands on users: the first admin is made here, and whoever has lost his password is helped."""

import asyncio
import getpass
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from dashboard.access import Caller, Role
from dashboard.desk_file import DeskFileError
from floorwatch import settings, wiring
from floorwatch.settings_access import ROLES
from floorwatch.settings_problems import SettingsError
from ingest.clock import SystemClock

if TYPE_CHECKING:
    from dashboard.registry import Registry
    from dashboard.users_sqlite import User

app = typer.Typer(
    name="users",
    help="Who may sign in: add, list, remove users, set passwords. 用户",
    no_args_is_help=True,
)
console = Console()
errors = Console(stderr=True)

Id = Annotated[str, typer.Argument(help="What the user signs in with.", metavar="ID")]
Config = Annotated[Path, typer.Option(help="The settings file (TOML).")]
PasswordEnv = Annotated[
    str, typer.Option(help="The environment variable that holds the password; else it is asked.")
]
_WHY = {
    "last_admin": "this is the last admin: make another one first",
    "password_common": "this password is among the first that are tried: choose another one",
    "password_is_name": "this password is the name: choose another one",
    "password_long": "this password is too long: at most 256 letters",
    "password_short": "this password is too short: at least 10 letters",
    "user_agent_missing": "say which agent this is on the floor: --agent ID",
    "user_gone": "there is no such user: floorwatch users list",
    "user_id_bad": "an id has up to 64 letters, digits, and . @ - within: li.na",
    "user_of_provider": "this user's password is the provider's",
}


@app.command()
def add(  # noqa: PLR0913 - one for each option
    id: Id,
    config: Config,
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")],
    name: Annotated[str, typer.Option(help="The name on screen.")] = "",
    queue: Annotated[
        list[str] | None, typer.Option(help="A queue to look after, may be repeated; else all.")
    ] = None,
    team: Annotated[
        list[str] | None, typer.Option(help="A team to look after, may be repeated; else all.")
    ] = None,
    agent: Annotated[str, typer.Option(help="Which agent of the floor this is.")] = "",
    password_env: PasswordEnv = "",
) -> None:
    """Add a user, also while Floorwatch runs."""
    if role not in ROLES:
        _fail(f"--role {role}: give one of {', '.join(ROLES)}")
    with _registry(config) as registry:
        if _known(registry, id) is not None:
            _fail(f"there is {id} already: floorwatch users password {id}, or users remove {id}")
        asked = {
            "user": id,
            "name": name,
            "role": role,
            "queues": queue or None,
            "teams": team or None,
            "agent": agent,
            "password": _password(password_env),
        }
        _wish(registry, "user.save", asked)
    _say(f"{id} may sign in as {role}")


@app.command(name="list")
def list_users(config: Config) -> None:
    """Everybody who may sign in."""
    with _registry(config) as registry:
        users = registry.users.everybody()
    table = Table()
    for head in ("id", "name", "role", "queues", "teams", "agent", "signs in by"):
        table.add_column(head, overflow="fold")
    for user in users:
        reach = [_or_all(user.queues), _or_all(user.teams)]
        table.add_row(
            user.id, user.name, user.role.value, *reach, user.agent, user.provider or "password"
        )
    console.print(table, markup=False)


@app.command()
def password(id: Id, config: Config, password_env: PasswordEnv = "") -> None:
    """Set a password, and sign the user out everywhere."""
    with _registry(config) as registry:
        user = _known(registry, id)
        if user is None:
            _fail(_WHY["user_gone"])
        asked = {
            "user": user.id,
            "name": user.name,
            "role": user.role,
            "queues": user.queues,
            "teams": user.teams,
            "agent": user.agent,
            "password": _password(password_env),
        }
        _wish(registry, "user.save", asked)
    _say(f"{user.id} has a new password")


@app.command()
def remove(id: Id, config: Config) -> None:
    """Remove a user, and sign him out everywhere."""
    with _registry(config) as registry:
        user = _known(registry, id)
        _wish(registry, "user.remove", {"user": user.id if user else id})
    _say(f"{id} is removed")


@contextmanager
def _registry(config: Path) -> "Iterator[Registry]":
    from floorwatch.access_wiring import registry

    try:
        stores = settings.load(config, os.environ).stores
        with registry(wiring.data_folder(stores)) as known:
            yield known
    except SettingsError as error:
        _fail("\n".join(str(problem) for problem in error.problems))
    except DeskFileError as error:
        _fail(str(error))


def _known(registry: "Registry", id: str) -> "User | None":
    from dashboard.people import user_id

    return registry.users.find(id) or registry.users.find(user_id(id))


def _wish(registry: "Registry", deed: str, asked: Mapping[str, object]) -> None:
    """Have the desk do it, as an admin at this machine, and write it into the audit."""
    from dashboard.audit_sqlite import SqliteAudit
    from dashboard.desks import Desks
    from dashboard.passwords import Passwords
    from dashboard.people import People

    desks = Desks([People(registry, Passwords())], SqliteAudit(registry.file))
    caller = Caller(id="command", name=_account(), role=Role.ADMIN)
    message = msgspec.json.encode({**asked, "do": deed})
    answer = asyncio.run(desks.obey(caller, message, SystemClock().now(), ""))
    told = msgspec.json.decode(answer, type=dict[str, Any])
    if not told["done"]:
        _fail(_WHY.get(told["why"], told["why"]))


def _account() -> str:
    """Who types this, as the machine knows him; a container may not know his name."""
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):
        return ""


def _password(variable: str) -> str:
    if not variable:
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    found = os.environ.get(variable, "")
    if not found:
        _fail(f"the variable {variable} is not set")
    return found


def _or_all(ids: tuple[str, ...] | None) -> str:
    return "all" if ids is None else ", ".join(ids)


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _fail(message: str) -> NoReturn:
    errors.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)
