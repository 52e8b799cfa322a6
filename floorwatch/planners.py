"""The commands that plan, and what they are called."""

import typer

from floorwatch import staff_command


def add_to(app: typer.Typer) -> None:
    """Each under its name."""
    app.command("staff")(staff_command.command)
