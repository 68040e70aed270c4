"""Settings that nothing reads: a slip of the pen in `.env` is told in the terminal, not in the logs alone."""

from collections.abc import Mapping

from configuration import SECTIONS

from shared.settings import nearest_names, options

_PREFIXES = ("SCRAPER_", "CLAUDE_SYNC_", "RECEIVER_", "JANITOR_", "RETENTION_", "ALERTER_", "PRACTICE_")
"""Beginnings that are surely ours; LOG_ or STORE_ may be anybody's."""


def misnamed(environment: Mapping[str, str]) -> list[str]:
    """Write a line for each variable that looks like a setting and is none of any service."""
    known = [name for section in SECTIONS for option in options(section.settings) for name in option.names]
    return [
        f"{name} is no setting, nothing reads it" + (f": did you mean {nearest}?" if nearest else "")
        for name, nearest in nearest_names(environment, _PREFIXES, known).items()
    ]
