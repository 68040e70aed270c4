"""`python -m services.practice [serve]` serves; `... demo-data --store URL` fills a store with a history.

Exit codes: 0 done, 1 cannot serve or store, 2 bad settings or arguments, 130 interrupted.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from services.practice.demo_data import Progress, describe, fill
from services.practice.serve import serve
from services.practice.settings import PREFIXES, PracticeSettings
from shared.errors import MarigraphError
from shared.saying import say
from shared.startup import begin
from shared.store.urls import check_url
from shared.timestamps import parse_moment

INTERRUPTED = 130


def main() -> int:
    """Run the command; return the exit code."""
    arguments = _arguments()
    try:
        if arguments.command == "demo-data":
            _demo_data(arguments)
        else:
            serve(begin("practice", PracticeSettings, PREFIXES))
    except MarigraphError as error:
        print(f"practice: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("practice: stopped; what was stored stays, the same command goes on", file=sys.stderr)
        return INTERRUPTED
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m services.practice",
        description="Imitates Claude's usage page, for demos and tests.",
        epilog="Settings come from the environment: docs/configuration.md lists them.",
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="serve the practice console (what happens without a command)")
    demo = commands.add_parser("demo-data", help="fill a store with the history of two made-up accounts")
    demo.add_argument("--store", required=True, type=_store, metavar="URL", help="file:///absolute/folder")
    demo.add_argument("--days", default=60, type=_days, help="how many days of history (60)")
    demo.add_argument(
        "--until", default=None, type=_moment, metavar="TIME", help="when it ends: 2026-11-22T10:00:00Z (now)"
    )
    return parser.parse_args()


def _demo_data(arguments: argparse.Namespace) -> None:
    progress = Progress(sys.stdout)
    until = arguments.until or datetime.now(UTC)
    filled = asyncio.run(fill(arguments.store, days=arguments.days, until=until, tell=progress.tell))
    say(describe(filled, progress.seconds()))


def _store(text: str) -> str:
    if problem := check_url(text):
        raise argparse.ArgumentTypeError(problem)
    return text


def _days(text: str) -> int:
    longest = 3650
    if not text.isdecimal() or not 1 <= int(text) <= longest:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {longest}")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        return parse_moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
