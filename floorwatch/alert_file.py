"""The alerts file (`alerts.toml`): what is watched, who is told, and by which channels.

`load` gives all three or raises `SettingsError` with every mistake of the file at once. docs/rules.md
describes the rules, docs/alerts.md who is told, docs/channels.md the channels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alerts.care import Care
from alerts.channels import ChannelSettings
from floorwatch import toml_file
from floorwatch.alert_care import CARE_KEYS, CARE_ROOT, read_care
from floorwatch.alert_channels import CHANNEL_KEYS, read_channels
from floorwatch.rule_file import RULE_KEYS, RULE_ROOT, RuleSet, read_rules
from floorwatch.settings_problems import Problem, SettingsError, Severity, in_file_order
from floorwatch.settings_reader import Table
from stream.sites import Site

KEYS: Mapping[str, tuple[str, ...]] = {
    "": (*RULE_ROOT, *CARE_ROOT, "channel"),
    **RULE_KEYS,
    **CARE_KEYS,
    **CHANNEL_KEYS,
}
"""Every key there is, by its table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSetup:
    """What an alerts file says; without one, the rules of `alerts.defaults` and nobody to tell."""

    rules: RuleSet = field(default_factory=RuleSet)
    care: Care = field(default_factory=Care)
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


def load(path: Path, site: Site, environ: Mapping[str, str]) -> AlertSetup:
    """The alerts file of this site; raises `SettingsError` with every problem if one is an error."""
    text = toml_file.text_of(path, "docs/rules.md shows what to write into it")
    return parse(text, site, str(path), path.absolute().parent, environ)


def parse(
    text: str,
    site: Site,
    file: str = "alerts",
    folder: Path = Path(),
    environ: Mapping[str, str] | None = None,
) -> AlertSetup:
    """The same of a text. Relative paths are counted from `folder`."""
    values, findings = toml_file.values_of(text, file, folder.absolute())
    root = Table("", (), values, findings, KEYS)
    channels = read_channels(root, environ or {})
    care = read_care(root, site, tuple(channels))
    rules = read_rules(root, site.time_zone, care.policies)
    problems = in_file_order(findings.problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise SettingsError(problems)
    return AlertSetup(rules=rules, care=care, channels=channels, warnings=tuple(problems))


def check(path: Path, site: Site, environ: Mapping[str, str]) -> list[Problem]:
    """Every mistake and warning of this file, in file order; empty if all is well."""
    try:
        return list(load(path, site, environ).warnings)
    except SettingsError as error:
        return list(error.problems)
