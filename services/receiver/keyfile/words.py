"""What the commands on keys say (pure)."""

import errno
import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.receiver.admission.auth import EVERY_ACCOUNT, Key
from services.receiver.keyfile.entries import state_of
from shared.schemas.codec import encode
from shared.timestamps import to_iso

__all__ = ["added", "as_json", "as_table", "cure", "revoked", "rotated"]

_DAY = timedelta(days=1)


def added(key: Key, path: object) -> str:
    """Say what was made and what to do with it."""
    end = f", until {to_iso(key.expires)}" if key.expires else ""
    lines = [
        f"This is the key {key.name!r}, shown this once: {path} keeps its SHA-256 only.",
        f"It may {_listed(key.scopes)} {_accounts_of(key)}{end}. Logs call it {key.prefix}.",
        "Send it as the header X-API-Key. A scraper takes it from CLAUDE_SYNC_API_KEY, or from the file that",
        "CLAUDE_SYNC_API_KEY_FILE names.",
        f"A receiver started with RECEIVER_KEYS_FILE={shlex.quote(str(path))} takes it within a second.",
    ]
    return "\n".join(lines)


def rotated(made: Key, old: Sequence[Key], until: datetime, path: object) -> str:
    """Say what was made, and how long the old one is good for."""
    ending = ", ".join(key.shown for key in old)
    ends = [min(until, key.expires or until) for key in old]
    when = (
        "is valid no more"
        if until <= (made.created or until)
        else f"is valid until {to_iso(max(ends))} at most"
    )
    return f"{added(made, path)}\nThe old one ({ending}) {when}."


def revoked(keys: Sequence[Key]) -> str:
    """Say what opens nothing any more."""
    return "\n".join(
        f"revoked: {key.shown} ({key.name}); receivers refuse it within a second" for key in keys
    )


def cure(error: OSError) -> str:
    """Say what to do about a file that could not be changed."""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return " (do it as the user who owns the file; its folder is written, too)"
    if error.errno in {errno.EBUSY, errno.EXDEV}:
        return " (a file that is mounted by itself cannot be replaced: mount its folder)"
    return ""


def as_json(keys: Sequence[Key], now: datetime) -> str:
    """Return a list of keys as one JSON object, moments in UTC."""
    return (
        msgspec.json.format(encode({"keys": [_described(key, now) for key in keys]}), indent=2).decode()
        + "\n"
    )


def _described(key: Key, now: datetime) -> dict[str, Any]:
    moments = {name: getattr(key, name) for name in ("created", "expires", "revoked")}
    return {
        "prefix": key.prefix,
        "name": key.name,
        "scopes": key.scopes,
        "accounts": key.accounts,
        "state": state_of(key, now),
        **{name: to_iso(moment) if moment else None for name, moment in moments.items()},
        "ageSeconds": int((now - key.created).total_seconds()) if key.created else None,
    }


def as_table(keys: Sequence[Key], now: datetime) -> str:
    """Return a list of keys for people, one a line."""
    head = ("PREFIX", "NAME", "SCOPES", "ACCOUNTS", "AGE", "EXPIRES", "STATE")
    rows = [head, *(_row(key, now) for key in keys)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(line.rstrip() + "\n" for line in lines)


def _row(key: Key, now: datetime) -> tuple[str, ...]:
    return (
        key.prefix or "-",
        key.name,
        ",".join(key.scopes) or "-",
        ",".join(key.accounts) or "-",
        _length(now - key.created) if key.created else "-",
        _end(key.expires, now) if key.expires else "never",
        state_of(key, now),
    )


def _end(moment: datetime, now: datetime) -> str:
    return f"{to_iso(moment)} (in {_length(moment - now)})" if moment > now else to_iso(moment)


def _length(span: timedelta) -> str:
    """Write a length of time in its largest unit: `5d`, `3h`, `12m`, `40s`."""
    if span >= 2 * _DAY:
        return f"{span.days}d"
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _accounts_of(key: Key) -> str:
    if EVERY_ACCOUNT in key.accounts:
        return "every account"
    return ("the account " if len(key.accounts) == 1 else "the accounts ") + _listed(key.accounts)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
