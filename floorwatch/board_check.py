"""What is wrong in the files of a site's screens, boards and seating plan, for `floorwatch check`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from floorwatch import plan_file, settings, wiring
from floorwatch.board_files import BoardFiles, boards_folder
from floorwatch.settings_problems import Problem, Severity


def board_problems(
    file: Path, problems: Sequence[Problem], environ: Mapping[str, str]
) -> list[Problem]:
    """The mistakes of the boards and plans of these settings; none, while they have some themselves."""
    if any(problem.severity is Severity.ERROR for problem in problems):
        return []
    read = settings.load(file, environ)
    data = wiring.data_folder(read.stores)
    found: list[Problem] = []
    for site in read.sites:
        found += BoardFiles(boards_folder(site, data / site.site.id)).problems
        if site.screens.plan is not None:
            found += plan_file.check(site.screens.plan, site.site.agents)
    return found
