"""The commands that plan, and what they are called."""

import typer

from floorwatch import forecast_command, plan_breaks_command, staff_command


def add_to(app: typer.Typer) -> None:
    """Each under its name."""
    app.command("forecast")(forecast_command.command)
    app.command("staff")(staff_command.command)
    app.command("plan-breaks")(plan_breaks_command.command)
