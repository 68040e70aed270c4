"""From STORE_URL to a store."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared.store.base import Store
from shared.store.errors import StoreUrlError
from shared.store.memory import MemoryStore
from shared.store.volume import VolumeStore

__all__ = ["check_url", "open_store", "store_exists"]

_CURE = "use file:///absolute/folder for a volume, or memory: for a store that forgets at exit"


def check_url(url: str) -> str | None:
    """Say what is wrong with a store's URL, None when it can be opened."""
    parts = urlsplit(url)
    if url == "memory:":
        return None
    if parts.scheme == "s3":
        return f"{url!r}: S3 is not part of this version; {_CURE}"
    if parts.scheme != "file":
        return f"{url!r} is no store: {_CURE}"
    if parts.netloc or not parts.path.startswith("/"):
        return f"{url!r} needs three slashes and an absolute folder, as in file:///var/lib/marigraph"
    return None


def store_exists(url: str) -> bool:
    """Tell whether the URL names a store that somebody has made; asking makes none."""
    return urlsplit(url).scheme == "file" and Path(unquote(urlsplit(url).path)).is_dir()


def open_store(url: str, *, read_only: bool = False) -> Store:
    """Open the store that a URL names; a volume's folder is made when it is missing.

    One that is opened `read_only` leaves every file as it is, and refuses what would change one.
    Raises StoreUrlError for a URL that names none, the other store errors when it cannot be opened.
    """
    if problem := check_url(url):
        raise StoreUrlError(problem)
    if url == "memory:":
        return MemoryStore()
    return VolumeStore(Path(unquote(urlsplit(url).path)), read_only=read_only)
