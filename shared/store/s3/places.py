"""Where things lie in a bucket (pure): the keys of every object, and what a key says."""

import re

__all__ = [
    "ACCOUNTS",
    "ASKED",
    "DUTY",
    "PROBE",
    "TRIAL",
    "account_folder",
    "entry_key",
    "entry_number",
    "is_ours",
    "log_folder",
    "note_key",
    "number_in",
    "pack_key",
    "quarantine_key",
    "state_key",
]

ACCOUNTS = "accounts/"
DUTY = "duty"
ASKED = "duty-asked"
"""Made anew by who wants to know what time it is by the bucket's clock."""
PROBE = "probe"
TRIAL = "trial/"
"""Scratch stores of a deployment, and the object on which rights are tried: gone when that is done."""

_LAST = 10**12 - 1
"""Entries are numbered from 1; their keys count down from here, so that a list begins with the newest."""

_OURS = re.compile(
    r"log/(?P<left>[0-9]{12})|states/(?P<state>[0-9]{12})"
    r"|(?:history|archive|reports)/[0-9T-]{19}-(?P<pack>[0-9]{12})-[0-9a-f]{16}\.ndjson\.gz"
)


def account_folder(account: str) -> str:
    """Return what every key of an account begins with."""
    return f"{ACCOUNTS}{account}/"


def log_folder(account: str) -> str:
    """Return what the keys of an account's entries begin with."""
    return f"{account_folder(account)}log/"


def entry_key(account: str, number: int) -> str:
    """Return the key of an account's entry: of two entries the later has the smaller key."""
    return f"{log_folder(account)}{_LAST - number:012d}"


def entry_number(key: str) -> int:
    """Return which entry of its account a key names."""
    return _LAST - int(key.rpartition("/")[2])


def state_key(account: str, number: int) -> str:
    """Return the key of what an account came to with its first so many entries."""
    return f"{account_folder(account)}states/{number:012d}"


def pack_key(account: str, shelf: str, stamp: str, number: int, content: str) -> str:
    """Return the key of a pack: packs list in the order of their first versions.

    `number`, that of the newest entry when it was made, keeps a pack that is made again later from getting
    the name of one that is about to be deleted.
    """
    return f"{account_folder(account)}{shelf}/{stamp}-{number:012d}-{content[:16]}.ndjson.gz"


def quarantine_key(account: str, key: str) -> str:
    """Return where an object that cannot be believed is set aside."""
    return f"quarantine/{account}/{key.rpartition('/')[2]}"


def note_key(name: str) -> str:
    """Return the key of a note."""
    return f"notes/{name}"


def is_ours(account: str, key: str) -> bool:
    """Tell whether a key below an account's is of a form that is given here."""
    return _OURS.fullmatch(key.removeprefix(account_folder(account))) is not None


def number_in(account: str, key: str) -> int | None:
    """Return the number of the entry that an object is, or was made after; None when it is none of ours."""
    found = _OURS.fullmatch(key.removeprefix(account_folder(account)))
    if found is None:
        return None
    left = found["left"]
    return _LAST - int(left) if left else int(found["state"] or found["pack"])
