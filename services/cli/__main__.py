"""`marigraph`: what the record says, in a terminal. `marigraph --help` lists commands and exit codes."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from services.cli.arguments import parser_of, settings_in
from services.cli.exits import FAILED, INTERRUPTED, CommandError
from services.cli.session import Session
from services.cli.settings import read_settings
from services.cli.shown.lines import harmless
from services.cli.zones import zone_of

__all__ = ["entry", "main"]


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command; return the exit code."""
    arguments = parser_of(_version(argv)).parse_args(argv)
    try:
        settings = read_settings(settings_in(arguments), environ)
        session = Session(arguments, settings, zone_of(settings.zone, environ), environ)
        # Each call pays for one command only.
        command = importlib.import_module(f"services.cli.commands.{arguments.command}")
        code: int = command.run(session)
    except CommandError as error:
        sys.stderr.write(f"marigraph: {harmless(str(error))}\n")
        return error.code
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def entry() -> int:
    """Begin from the shell."""
    try:
        return main(sys.argv[1:], os.environ)
    except BrokenPipeError:
        return FAILED


def _version(argv: Sequence[str]) -> str:
    if "--version" not in argv:
        return ""
    from importlib.metadata import version  # noqa: PLC0415 - slow, and only asked for by name

    return version("marigraph")


if __name__ == "__main__":
    sys.exit(entry())
