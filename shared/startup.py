"""How every service begins: settings read, problems told to a person, logging set up."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TypeVar

import structlog

from shared import logs
from shared.errors import SettingsError
from shared.settings import LogSettings, load, unknown_names

__all__ = ["bad_settings_end_it", "begin"]

S = TypeVar("S", bound=LogSettings)

_BAD_SETTINGS = 2

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def begin(service: str, settings: type[S], prefixes: tuple[str, ...]) -> S:
    """Read a service's settings from the environment and set up its log.

    Ends the process with code 2 after naming every problem. A variable that begins like the service's own
    but is none (a slip of the pen) is pointed out in the log.
    """
    with bad_settings_end_it(service):
        loaded = load(settings, os.environ)
    logs.configure(service=service, log_format=loaded.log_format, level=loaded.log_level)
    for name, nearest in unknown_names(settings, os.environ, prefixes).items():
        _log.warning("unknown setting", name=name, did_you_mean=nearest or None)
    return loaded


@contextlib.contextmanager
def bad_settings_end_it(service: str) -> Iterator[None]:
    """Turn a SettingsError inside the block into lines on standard error and exit code 2."""
    try:
        yield
    except SettingsError as error:
        count = "a problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
        lines = [f"{service}: {count} with the settings (docs/configuration.md lists them all)"]
        sys.stderr.write("\n  ".join([*lines, *error.problems]) + "\n")
        raise SystemExit(_BAD_SETTINGS) from None
