"""The commands about days that are over, and what they are called."""

import typer

from floorwatch import archive_command, import_command, reconcile_command, report_command


def add_to(app: typer.Typer) -> None:
    """Each under its name."""
    app.add_typer(archive_command.app, name="archive")
    app.command("import")(import_command.command)
    app.command("reconcile")(reconcile_command.command)
    app.command("report")(report_command.command)
