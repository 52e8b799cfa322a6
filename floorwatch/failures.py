"""The errors that are no fault of the program: their message says what to do, a trace says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from alerts.incident_store import IncidentStoreError
from alerts.playbooks import PlaybookError
from archive.shelf import ShelfError
from dashboard.assets import AssetsError
from dashboard.desk_file import DeskFileError
from dashboard.export import ExportError
from dashboard.gateway import GatewayError
from floorwatch.backtest_truth import TruthError
from floorwatch.doctor_pbx import PbxProbeError
from floorwatch.settings_problems import SettingsError
from floorwatch.settings_secret import SecretError
from floorwatch.settings_values import ValueMistakeError
from ingest.broker_iotcore import IotcoreError
from ingest.calls_csv_lines import CallsCsvError
from ingest.counts_csv_lines import CountsCsvError
from ingest.mqtt_address import MqttAddressError
from ingest.mqtt_message import MqttRefusedError
from ingest.outlet_mqtt import SourceNameError
from ingest.source_ami_file import AmiFileError
from ingest.source_queue_log import SavedPositionError
from ingest.spool import SpoolError
from planning.breaks import BreaksError
from planning.forecast_errors import HistoryError, SpecialError
from planning.staffing import StaffingError
from simulators.day_files import DayFilesError
from simulators.fit import FitError
from simulators.scenario import ScenarioError
from simulators.scenario_mistakes import ScenarioFileError
from stream.daybook_sqlite import DaybookError
from stream.last_figures_sqlite import LastFiguresError
from stream.ports import JournalError

FAILURES = (
    AmiFileError,
    AssetsError,
    BreaksError,
    CallsCsvError,
    CountsCsvError,
    DaybookError,
    DayFilesError,
    DeskFileError,
    EOFError,
    ExportError,
    FitError,
    GatewayError,
    HistoryError,
    IncidentStoreError,
    IotcoreError,
    JournalError,
    LastFiguresError,
    MqttAddressError,
    MqttRefusedError,
    OSError,
    PbxProbeError,
    PlaybookError,
    SavedPositionError,
    ScenarioError,
    ScenarioFileError,
    SecretError,
    SettingsError,
    ShelfError,
    SourceNameError,
    SpecialError,
    SpoolError,
    StaffingError,
    TruthError,
    ValueMistakeError,
)

STOPPED = 130
"""How a command ends that was told to stop, as shells count it."""


def fail(errors: Console, message: str) -> typer.Exit:
    """Say what is wrong; to be raised."""
    errors.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(1)


@contextmanager
def explained(errors: Console) -> Iterator[None]:
    """A command whose failures end it with their message, and Ctrl-C without one."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(STOPPED) from None
    except FAILURES as error:
        raise fail(errors, str(error)) from None


def leaves(group: BaseException) -> Iterator[BaseException]:
    """The errors in a group of groups."""
    if isinstance(group, BaseExceptionGroup):
        for error in group.exceptions:
            yield from leaves(error)
    else:
        yield group
