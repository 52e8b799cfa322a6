"""The errors that are no fault of the program: their message says what to do, a trace says nothing."""

from collections.abc import Iterator

from alerts.incident_store import IncidentStoreError
from alerts.playbooks import PlaybookError
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
from planning.forecast_errors import HistoryError, SpecialError
from planning.staffing import StaffingError
from simulators.day_files import DayFilesError
from simulators.fit import FitError
from simulators.scenario import ScenarioError
from simulators.scenario_mistakes import ScenarioFileError
from stream.daybook_sqlite import DaybookError
from stream.ports import JournalError

FAILURES = (
    AmiFileError,
    AssetsError,
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
    SourceNameError,
    SpecialError,
    SpoolError,
    StaffingError,
    TruthError,
    ValueMistakeError,
)


def leaves(group: BaseException) -> Iterator[BaseException]:
    """The errors in a group of groups."""
    if isinstance(group, BaseExceptionGroup):
        for error in group.exceptions:
            yield from leaves(error)
    else:
        yield group
