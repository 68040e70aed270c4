"""The settings as they were given: which are bad and which nobody reads, told before anything starts."""

from collections.abc import Iterable, Mapping

from configuration import SECTIONS

from shared.errors import SettingsError
from shared.settings import load, nearest_names, options

_PREFIXES = ("SCRAPER_", "CLAUDE_SYNC_", "RECEIVER_", "JANITOR_", "RETENTION_", "ALERTER_", "PRACTICE_")
"""Beginnings that are surely ours; LOG_ or STORE_ may be anybody's."""


def misnamed(environment: Mapping[str, str]) -> list[str]:
    """Write a line for each variable that looks like a setting and is none of any service."""
    known = [name for section in SECTIONS for option in options(section.settings) for name in option.names]
    return [
        f"{name} is no setting, nothing reads it" + (f": did you mean {nearest}?" if nearest else "")
        for name, nearest in nearest_names(environment, _PREFIXES, known).items()
    ]


def bad_settings(environment: Mapping[str, str], programs: Iterable[str]) -> list[str]:
    """Write a line for each problem that a program would end with; each problem once."""
    wanted = set(programs)
    problems: dict[str, None] = {}
    for section in SECTIONS:
        if section.program in wanted:
            try:
                load(section.settings, environment)
            except SettingsError as error:
                problems |= dict.fromkeys(error.problems)
    return list(problems)
