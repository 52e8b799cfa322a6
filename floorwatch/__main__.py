"""The command line: `floorwatch --help`."""

from floorwatch.commands import app


def main() -> None:
    """The entry point of the `floorwatch` command."""
    app()


if __name__ == "__main__":
    main()
