"""The command line of `python -m shared.store`."""

import argparse
from datetime import UTC, datetime

from shared.store.keys import is_account

__all__ = ["parse"]


def parse() -> argparse.Namespace:
    """Read the command line; ends the process with code 2 for one that cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.store",
        description="Checks, mends, exports, imports, copies a store; receivers and a janitor may go on.",
        epilog="Exit codes: 0 all is right, 1 something is not, 2 wrong usage or settings.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    checking = _command(commands, "check", "look at every file; change nothing")
    _with_accounts(checking)
    _command(commands, "rebuild", "make index, latest, metadata and the index of archives anew")
    _command(commands, "try", "see whether a store can be used: write, read, list, remove; keep nothing")
    _command(commands, "discard", "remove a scratch store in a bucket, s3://bucket/.../trial/NAME")
    exporting = _command(commands, "export", "write versions and reports as lines of JSON")
    _with_accounts(exporting)
    exporting.add_argument("--from", dest="start", type=_moment, metavar="MOMENT", help="from this time on")
    exporting.add_argument("--to", dest="end", type=_moment, metavar="MOMENT", help="until before this time")
    exporting.add_argument(
        "file", help="a new file (gzipped if its name ends in .gz), or - for standard output"
    )
    importing = _command(commands, "import", "put an export into a store; what is there already stays")
    importing.add_argument("file", help="an export, gzipped or not, or - for standard input")
    importing.add_argument(
        "--out-of-archive",
        action="store_true",
        help="also put versions back into the history that left it for the archive",
    )
    importing.add_argument(
        "--into-empty", action="store_true", help="refuse a store that holds anything: a backup is restored"
    )
    copying = commands.add_parser("copy", help="copy a store into another; what is there already stays")
    copying.add_argument("source", metavar="FROM", help="the store to copy, as in STORE_URL; it is only read")
    copying.add_argument("target", metavar="TO", help="the store to copy into; it is made when it is missing")
    copying.add_argument("--json", action="store_true", help="print the result as one JSON object")
    verifying = commands.add_parser("verify", help="look through an export without a store")
    verifying.add_argument("file", help="an export, gzipped or not, or - for standard input")
    verifying.add_argument("--json", action="store_true", help="print the result as one JSON object")
    arguments = parser.parse_args()
    start, end = getattr(arguments, "start", None), getattr(arguments, "end", None)
    if start and end and start >= end:
        exporting.error("--from must be before --to: nothing lies between")
    return arguments


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does, description=does)
    command.add_argument("--url", help="the store, as in STORE_URL (which it goes before)")
    command.add_argument("--json", action="store_true", help="print the result as one JSON object")
    return command


def _with_accounts(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--account", action="append", default=[], type=_account, help="only this account; may be repeated"
    )


def _account(text: str) -> str:
    if not is_account(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account")
    return text


def _moment(text: str) -> datetime:
    """Read a moment; without a zone, or as a date alone, it means UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        why = f"{text!r} is no moment; write it like 2026-11-22T10:00:00Z (without a zone: UTC)"
        raise argparse.ArgumentTypeError(why) from error
