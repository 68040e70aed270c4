"""The command line of `python -m services.receiver`."""

import argparse
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.receiver.admission.auth import EVERY_ACCOUNT, Scope
from shared import VERSION
from shared.store.keys import is_account
from shared.timestamps import parse_moment

__all__ = ["parse"]

_SCOPES: dict[str, Scope] = {"read": "read", "write": "write", "admin": "admin"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_PREFIX = re.compile(r"mg_[a-z0-9]{8}(_.*)?")
_DURATION = re.compile(r"([0-9]{1,8})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=36500)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ends the process with code 2 for one that cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="python -m services.receiver",
        description="Without a command: serves. Settings: the environment (docs/configuration.md).",
    )
    parser.add_argument("--version", action="version", version=VERSION)
    keys = parser.add_subparsers(dest="command").add_parser(
        "keys",
        help="add, list, revoke and rotate the keys that open a receiver",
        description="Works on the file of keys. A receiver that runs follows it within a second.",
        epilog="Exit codes: 0 done, 1 it could not be done, 2 wrong usage or settings.",
    )
    actions = keys.add_subparsers(dest="action", required=True)
    _add(actions)
    listing = _action(actions, "list", "show the keys: never their secrets, which nobody knows")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    revoking = _action(actions, "revoke", "let a key open nothing any more, from now on")
    revoking.add_argument("key", metavar="NAME|PREFIX", help="which: its name, or mg_ and 8 characters")
    _rotate(actions)
    return parser.parse_args(argv)


def _add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    adding = _action(actions, "add", "make a key and print it, once; read and write unless scopes are given")
    adding.add_argument("--name", required=True, type=_name, help="what people call it, such as laptop")
    for scope, does in zip(_SCOPES, ("ask", "store", "do all of it"), strict=True):
        adding.add_argument(
            f"--{scope}", dest="scopes", action="append_const", const=[scope], help=f"it may {does}"
        )
    adding.add_argument(
        "--scope",
        dest="scopes",
        action="append",
        type=_scopes,
        metavar="SCOPE",
        help="the same: read, write, admin",
    )
    adding.add_argument(
        "--account",
        dest="accounts",
        action="append",
        type=_accounts,
        metavar="ACCOUNT",
        help="an account it opens, or '*' for every one; may be repeated (default: default)",
    )
    _with_end(adding)


def _rotate(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rotating = _action(actions, "rotate", "give a key a new secret and print it, once")
    rotating.add_argument("key", metavar="NAME|PREFIX", help="which: its name, or mg_ and 8 characters")
    rotating.add_argument(
        "--overlap",
        type=_duration,
        default=timedelta(days=1),
        metavar="TIME",
        help="how long the old secret stays valid: 30m, 12h, 1d, 2w; 0s ends it now (default: 1d)",
    )
    _with_end(rotating)


def _with_end(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--expires",
        type=_end,
        metavar="TIME",
        help="when it ends: in 12h, 90d, 52w, or at 2027-01-31T00:00:00Z (default: never, or as before)",
    )


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=does, description=does)
    action.add_argument("--file", type=Path, help="the file of keys (default: what RECEIVER_KEYS_FILE names)")
    return action


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            "a name has letters, digits, dots, dashes, _ and @, at most 64 of them"
        )
    if _PREFIX.fullmatch(text):
        raise argparse.ArgumentTypeError("a name must not look like a key")
    return text


def _scopes(text: str) -> list[Scope]:
    parts = [part.strip() for part in text.split(",")]
    if unknown := [part for part in parts if part not in _SCOPES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(_SCOPES)}")
    return [_SCOPES[part] for part in parts]


def _accounts(text: str) -> list[str]:
    found = [part.strip() for part in text.split(",")]
    for part in found:
        if part != EVERY_ACCOUNT and not is_account(part):
            raise argparse.ArgumentTypeError(
                f"{part!r} is no account: small letters, digits, - and _, at most 32; '*' is every account"
            )
    return found


def _duration(text: str) -> timedelta:
    if text == "0":
        return timedelta()
    found = _DURATION.fullmatch(text)
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if length is None or length > _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time: write 30m, 12h, 1d or 2w")
    return length


def _end(text: str) -> datetime:
    now = datetime.now(UTC)
    try:
        end = now + _duration(text) if _DURATION.fullmatch(text) else parse_moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write 90d, or a moment like 2027-01-31T00:00:00Z"
        ) from error
    if end <= now:
        raise argparse.ArgumentTypeError(f"{text!r} is over already")
    return end.replace(microsecond=0)
