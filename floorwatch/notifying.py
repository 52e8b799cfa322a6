"""`floorwatch notify test`: one notice to one channel, now, and what the provider said to it."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from alerts.channels import ChannelError, ChannelSettings
from alerts.notices import Notice, Word
from alerts.words import Severity
from floorwatch import settings as settings_file
from floorwatch import toml_file
from floorwatch.alert_channels import CHANNEL_KEYS, read_channels
from floorwatch.settings_problems import SettingsError, in_file_order
from floorwatch.settings_problems import Severity as Weight
from floorwatch.settings_reader import Findings, Table
from floorwatch.settings_values import suggestion
from ingest.clock import SystemClock
from ingest.events import Millis
from ingest.ports import Clock

app = typer.Typer(help="Try the channels that alerts are sent by.", no_args_is_help=True)


class NotifyError(Exception):
    """The test notice was not taken, or could not be sent; the message says why."""


@app.callback()
def _group() -> None:
    """Try the channels that alerts are sent by."""


@app.command("test")
def _test(
    channel: Annotated[str, typer.Argument(help="The channel's name.")],
    config: Annotated[
        Path, typer.Option(help="The settings file, or the alerts file that it names.")
    ] = Path("floorwatch.toml"),
) -> None:
    """Send a test notice by this channel, and say whether the provider took it."""
    try:
        told = asyncio.run(try_channel(channel, config, SystemClock(), os.environ))
    except (NotifyError, SettingsError) as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    typer.echo(told)


async def try_channel(channel: str, config: Path, clock: Clock, environ: Mapping[str, str]) -> str:
    """Send the notice and say that it was taken. Raises `NotifyError` or `SettingsError`."""
    from alerts.channel_opening import open_channel

    site, channels = _channels(config, environ)
    if channel not in channels:
        known = ", ".join(channels) or "none"
        raise NotifyError(
            f"there is no channel {channel} in {config}. "
            f"{suggestion(channel, tuple(channels))}There are: {known}"
        )
    began = clock.now()
    try:
        await open_channel(channels[channel], clock).send([trial_notice(channel, site, began)])
    except ChannelError as error:
        later = "; this may pass, try again" if error.retry else ""
        raise NotifyError(f"{channel}: not sent: {error.why}{later}") from None
    return f"{channel}: the test notice was taken in {clock.now() - began} ms"


def trial_notice(channel: str, site: str, now: Millis) -> Notice:
    """A notice that asks for nothing."""
    return Notice(
        id=f"test-{channel}-{now}",
        at=now,
        word=Word.TEST,
        channel=channel,
        incident="test",
        severity=Severity.NOTICE,
        site=site,
    )


def _channels(config: Path, environ: Mapping[str, str]) -> tuple[str, dict[str, ChannelSettings]]:
    """A site and its channels: of the alerts file, or of those that the settings name."""
    if "channel" in _open(config)[0]:
        return "test", _read(config, environ)
    settings = settings_file.load(config, environ)
    channels: dict[str, ChannelSettings] = {}
    for site in settings.sites:
        if site.alerts.rules is not None:
            channels |= _read(site.alerts.rules, environ)
    return settings.sites[0].site.id, channels


def _open(path: Path) -> tuple[Mapping[str, Any], Findings]:
    text = toml_file.text_of(path, "docs/channels.md shows what to write into it")
    return toml_file.values_of(text, str(path), path.absolute().parent)


def _read(path: Path, environ: Mapping[str, str]) -> dict[str, ChannelSettings]:
    """The channels of an alerts file; what else is in it is no business of ours."""
    values, findings = _open(path)
    only = {"channel": values["channel"]} if "channel" in values else {}
    channels = read_channels(
        Table("", (), only, findings, {"": ("channel",), **CHANNEL_KEYS}), environ
    )
    if any(problem.severity is Weight.ERROR for problem in findings.problems):
        raise SettingsError(in_file_order(findings.problems))
    return channels
