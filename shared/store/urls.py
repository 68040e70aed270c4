"""From STORE_URL to a store."""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared.store.base import Store
from shared.store.errors import StoreUrlError
from shared.store.memory import MemoryStore
from shared.store.volume import VolumeStore

__all__ = ["bucket_of", "check_url", "open_store", "store_exists"]

_CURE = (
    "use file:///absolute/folder for a volume, s3://bucket/prefix for a bucket, "
    "or memory: for a store that forgets at exit"
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._-]+)*/?")

_STALE = "stale="
_SECONDS = re.compile(f"{_STALE}(?:[1-5]?[0-9](?:\\.[0-9])?|60)")


def check_url(url: str) -> str | None:
    """Say what is wrong with a store's URL, None when it can be opened."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket of an IPv6 address without its other
        return f"{url!r} is no store: {_CURE}"
    if url == "memory:":
        return None
    if parts.scheme == "s3":
        return _problem_of_bucket(url)
    if parts.scheme != "file":
        return f"{url!r} is no store: {_CURE}"
    if "\0" in unquote(parts.path):
        return f"{url!r} names no folder: no path holds a NUL"
    if parts.netloc or not parts.path.startswith("/"):
        return f"{url!r} needs three slashes and an absolute folder, as in file:///var/lib/marigraph"
    return None


def _problem_of_bucket(url: str) -> str | None:
    parts = urlsplit(url)
    if not _BUCKET.fullmatch(parts.netloc):
        return f"{url!r} names no bucket: its name has 3 to 63 lower-case letters, digits, dots and dashes"
    if parts.query and not _SECONDS.fullmatch(parts.query):
        return f"{url!r} asks for {parts.query!r}: only stale=SECONDS, from 0 to 60, is known"
    if not _PREFIX.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        return f"{url!r} has a prefix that is not made of letters, digits, dots, dashes and underscores"
    if find_spec("obstore") is None:
        return f"{url!r} needs the package obstore: install marigraph with its extra s3"
    from shared.store.s3.credentials import problem_of  # noqa: PLC0415 - wanted for a bucket only

    return f"{url!r} cannot be opened: {wrong}" if (wrong := problem_of()) else None


def bucket_of(url: str) -> tuple[str, str] | None:
    """Return the bucket and the prefix that a URL names; None when it names no bucket."""
    parts = urlsplit(url)
    return (parts.netloc, parts.path.strip("/")) if parts.scheme == "s3" else None


def store_exists(url: str) -> bool:
    """Tell whether the URL names a store that somebody has made; asking makes none.

    Of a bucket only a request tells, so it is taken to be there.
    """
    parts = urlsplit(url)
    return parts.scheme == "s3" or (parts.scheme == "file" and Path(unquote(parts.path)).is_dir())


def open_store(url: str, *, read_only: bool = False) -> Store:
    """Open the store that a URL names; a volume's folder is made when it is missing.

    One that is opened `read_only` leaves every file as it is, and refuses what would change one.
    Raises StoreUrlError for a URL that names none, the other store errors when it cannot be opened.
    """
    if problem := check_url(url):
        raise StoreUrlError(problem)
    parts = urlsplit(url)
    if bucket := bucket_of(url):
        from shared.store.s3 import S3Store  # noqa: PLC0415 - obstore is there only where it is wanted

        stale = float(parts.query.removeprefix(_STALE) or 0)
        return S3Store(*bucket, read_only=read_only, stale_seconds=stale)
    if url == "memory:":
        return MemoryStore()
    return VolumeStore(Path(unquote(parts.path)), read_only=read_only)
