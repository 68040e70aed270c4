"""What the commands do to a keys file (pure): the document as it stands goes in, and out again changed.

Only what a command is about is touched: comments, the order and whatever else stands there stay.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches

import msgspec

from services.receiver.admission.auth import Key
from services.receiver.keyfile.entries import Document, read, state_of
from shared.keyform import prefix_of
from shared.schemas.codec import encode
from shared.timestamps import to_iso

__all__ = ["FORGOTTEN_AFTER", "CannotEditError", "add", "encoded", "revoke", "rotate", "undo"]

FORGOTTEN_AFTER = timedelta(days=90)
"""How long a key that is not valid any more stays in the file, so that one can see what became of it."""


class CannotEditError(Exception):
    """What was asked for cannot be done to this file; the text says why and what to do."""


def add(document: Document, key: Key, now: datetime) -> Document:
    """Return the document with one key more. Raises CannotEditError when its name is taken."""
    if _valid(document, key.name, now):
        raise CannotEditError(
            f"there is a valid key named {key.name!r} already: take another name,"
            " or give it a new secret with `keys rotate`"
        )
    return _with(document, [*_kept(document, now), _entry(key)])


def undo(document: Document, unseen: Key, replaced: Sequence[Key] = ()) -> Document:
    """Return the document without a key that nobody has seen, and the ones it was to replace as they were."""
    ends = {key.sha256: to_iso(key.expires) if key.expires else None for key in replaced}
    entries: list[object] = []
    for entry in document["keys"]:
        known = _hash_of(entry)
        if known in ends:
            was = {name: entry[name] for name in entry if name not in {"expires", "revoked"}}
            entries.append({**was, **({"expires": ends[known]} if ends[known] else {})})
        elif known != unseen.sha256:
            entries.append(entry)
    return _with(document, entries)


def revoke(document: Document, wanted: str, now: datetime) -> tuple[Document, Sequence[Key]]:
    """Return the document and the keys of that name or prefix, which are revoked in it from now on.

    Raises CannotEditError when there is none that is still valid.
    """
    keys = _valid(document, wanted, now)
    if not keys:
        raise _none(document, wanted, now)
    ending = {key.sha256: {"revoked": to_iso(now)} for key in keys}
    return _with(document, [_changed(entry, ending) for entry in _kept(document, now)]), keys


def rotate(
    document: Document, wanted: str, new: Key, *, until: datetime, now: datetime
) -> tuple[Document, Key, Sequence[Key]]:
    """Return the document with `new` beside the keys of that name, the key as it was added, and those.

    `new` gets the name, scopes, accounts and length of life of the newest of them; they end at `until` at the
    latest. Raises CannotEditError when there is none.
    """
    keys = _valid(document, wanted, now)
    if not keys:
        raise _none(document, wanted, now)
    keys = _valid(document, keys[0].name, now)
    model = max(keys, key=lambda key: key.created.timestamp() if key.created else 0.0)
    made = msgspec.structs.replace(
        new,
        name=model.name,
        scopes=model.scopes,
        accounts=model.accounts,
        expires=new.expires or _same_life(model, now),
    )
    ending = {
        key.sha256: {"revoked": to_iso(now)}
        if until <= now
        else {"expires": to_iso(min(until, key.expires or until))}
        for key in keys
    }
    entries = [_changed(entry, ending) for entry in _kept(document, now)]
    return _with(document, [*entries, _entry(made)]), made, keys


def encoded(document: Document) -> bytes:
    """Return the document as it is written: for people to read."""
    return msgspec.json.format(encode(document), indent=2) + b"\n"


def _same_life(model: Key, now: datetime) -> datetime | None:
    if model.expires is None:
        return None
    if model.created is None:
        raise CannotEditError(f"{model.shown} expires, but when it was made is not known: pass --expires")
    return now + (model.expires - model.created)


def _valid(document: Document, wanted: str, now: datetime) -> list[Key]:
    """Return the valid keys with this name or prefix; a whole secret stands for its prefix."""
    prefix = prefix_of(wanted) or wanted
    keys = read(encode(document)).keys
    return [
        key for key in keys if state_of(key, now) == "valid" and (key.name == wanted or key.prefix == prefix)
    ]


def _none(document: Document, wanted: str, now: datetime) -> CannotEditError:
    keys = read(encode(document)).keys
    shown = prefix_of(wanted) or wanted
    for key in keys:
        if wanted == key.name or shown == key.prefix:
            return CannotEditError(f"{key.shown} ({key.name}) is {state_of(key, now)} already")
    names = [
        name for key in keys for name in (key.name, key.prefix) if name and state_of(key, now) == "valid"
    ]
    near = get_close_matches(shown, names, n=1)
    hint = f": did you mean {near[0]!r}?" if near else "; `keys list` shows what there is"
    return CannotEditError(f"no key has the name or prefix {shown!r}{hint}")


def _kept(document: Document, now: datetime) -> list[object]:
    """Return the entries without those of keys that ended long ago; what is not understood stays."""
    long_ago = now - FORGOTTEN_AFTER
    forgotten = {
        key.sha256
        for key in read(encode(document)).keys
        if min((end for end in (key.revoked, key.expires) if end), default=now) < long_ago
    }
    return [entry for entry in document["keys"] if _hash_of(entry) not in forgotten]


def _hash_of(entry: object) -> str:
    return str(entry.get("sha256")) if isinstance(entry, dict) else ""


def _changed(entry: object, changes: dict[str, dict[str, str]]) -> object:
    change = changes.get(_hash_of(entry))
    return {**entry, **change} if change and isinstance(entry, dict) else entry


def _entry(key: Key) -> dict[str, object]:
    """Return a key as it stands in the file: what it opens is said even where it is the usual."""
    moments = {name: getattr(key, name) for name in ("created", "expires")}
    return {
        "name": key.name,
        "prefix": key.prefix,
        "sha256": key.sha256,
        "scopes": key.scopes,
        "accounts": key.accounts,
        **{name: to_iso(moment) for name, moment in moments.items() if moment},
    }


def _with(document: Document, entries: list[object]) -> Document:
    return {**document, "keys": entries}
