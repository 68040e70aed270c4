"""`python -m services.practice` serves the practice console; `demo-data` fills a store with history."""

import argparse
import os
import sys

from services.practice.serve import serve
from services.practice.settings import PracticeSettings
from shared.errors import MarigraphError, SettingsError
from shared.logs import configure
from shared.settings import load


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 ok, 1 failed, 2 bad settings or arguments."""
    parser = argparse.ArgumentParser(prog="python -m services.practice", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="{serve,demo-data}")
    commands.add_parser("serve", help="serve the practice console (the default)")
    parser.parse_args(arguments)
    try:
        settings = load(PracticeSettings, os.environ)
        configure(service="practice", log_format=settings.log_format, level=settings.log_level)
        serve(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except MarigraphError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
