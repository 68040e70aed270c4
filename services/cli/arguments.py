"""The arguments of `marigraph`: one parser, of which help, completions and the manual page are made."""

import argparse
from collections.abc import Callable
from datetime import datetime

from services.cli.exits import MEANINGS
from shared.insight.limits import is_limit

__all__ = ["CALLS", "COMMANDS", "FORMATS", "parser_of", "settings_in"]

_SETTINGS = ("url", "key_file", "account", "zone", "timeout_seconds", "ca_file", "config")
_MOST_DAYS = 36_500

CALLS = {
    "readings": "series",
    "windows": "windows",
    "hits": "hits",
    "resets": "resets",
    "gaps": "gaps",
    "unused": "unused",
}
FORMATS = ("csv", "ndjson", "json", "xlsx")
"""What can be exported, and by which call."""

COMMANDS = {
    "status": "how full each limit is, how old that is, and when it resets",
    "watch": "the status, live, until Ctrl-C",
    "history": "how the limits went: a sparkline each, or a bar a day",
    "hits": "when a limit stood at 100 %, for how long, and how often",
    "resets": "every reset and every change of the announced one; --report prints the proofs",
    "windows": "each window: its peak, how it ended, how much of it was observed",
    "gaps": "when nothing was read, why, and how much of each day is known",
    "unused": "what of the allowance expired unused",
    "forecast": "whether a limit will be hit before its reset",
    "export": "readings or findings as CSV, NDJSON, JSON or a spreadsheet",
    "accounts": "what is recorded, and how old it is",
}


def parser_of(version: str) -> argparse.ArgumentParser:
    """Make the parser; `command` is the subcommand that was chosen."""
    parser = argparse.ArgumentParser(
        prog="marigraph",
        description="What the record of your Claude usage limits says, asked of a Marigraph receiver.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"marigraph {version}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = _common()
    for name, words in COMMANDS.items():
        made = subparsers.add_parser(
            name, parents=[common], help=words.replace("%", "%%"), description=_sentence(words)
        )
        if name not in {"status", "watch", "accounts"}:
            made.add_argument(
                "--limit", action="append", metavar="NAME", type=_limit, help="this limit only (repeatable)"
            )
        if name not in {"status", "watch", "accounts", "forecast"}:
            _add_range(made)
        if name != "export":
            made.add_argument(
                "--json", action="store_true", help=_JSON.get(name, "the receiver's answer, as JSON")
            )
        if name in _MORE:
            _MORE[name](made)
    return parser


def settings_in(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the settings that were given as flags."""
    return {name: value for name in _SETTINGS if (value := getattr(arguments, name, None)) is not None}


def _common() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("where and how (before the environment, before the file of settings)")
    group.add_argument("--url", metavar="URL", help="the receiver's address (MARIGRAPH_URL)")
    group.add_argument("--key-file", metavar="FILE", help="a file with the key (MARIGRAPH_KEY_FILE)")
    group.add_argument("--account", metavar="NAME", help="whose record (MARIGRAPH_ACCOUNT)")
    group.add_argument("--zone", metavar="ZONE", help="show times in this zone (MARIGRAPH_ZONE)")
    group.add_argument("--timeout-seconds", metavar="N", help="how long an answer may take")
    group.add_argument("--ca-file", metavar="FILE", help="certificates to believe, for https")
    group.add_argument("--config", metavar="FILE", help="the file of settings (MARIGRAPH_CONFIG)")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="use colours")
    return parser


def _add_range(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("range")
    words = "a date or a moment such as 2026-11-22T10:00, in your zone where it names none"
    group.add_argument("--from", dest="start", metavar="TIME", type=_moment, help=f"begin there: {words}")
    group.add_argument("--to", dest="end", metavar="TIME", type=_moment, help="end before that")
    group.add_argument("--days", metavar="N", type=_days, help="so many days back from there, or from now")


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-11-22T10:00") from None
    return text


def _limit(text: str) -> str:
    if not is_limit(text) or not text.isprintable():
        words = "is no limit: there are session, weekly, weekly:MODEL (such as weekly:fable), credits"
        raise argparse.ArgumentTypeError(f"{text!r} {words}")
    return text


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to {_MOST_DAYS}")
    return int(text)


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bars", action="store_true", help="a bar a day instead of a sparkline")


def _add_resets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report",
        nargs="?",
        const="text",
        choices=("text", "html"),
        help="the printable report: what is proven, by which readings, and what is not",
    )


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--what", choices=tuple(CALLS), default="readings", help="what to export")
    parser.add_argument("--format", choices=FORMATS, help="by default as the file is called, else csv")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="as --format json")
    parser.add_argument("--step", metavar="STEP", help="summarise readings by 5m, 1h, 1d")
    parser.add_argument("--output", "-o", metavar="FILE", help="write there; - or nothing: the output")


_JSON = {"watch": "a line of JSON at each change: whether it is live, why not, and the receiver's answer"}

_MORE: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "history": _add_history,
    "resets": _add_resets,
    "export": _add_export,
}


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def _epilog() -> str:
    codes = "\n".join(f"  {code:>3}  {words}" for code, words in MEANINGS.items())
    return f"exit codes:\n{codes}"
