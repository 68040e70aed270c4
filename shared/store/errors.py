"""What can go wrong in a store, named by what the caller must do; native errors become these at the edge."""

import contextlib
import errno
from collections.abc import Iterator

from shared.errors import PermanentError, TemporaryError

__all__ = [
    "StoreConflictError",
    "StoreDamagedError",
    "StoreFullError",
    "StoreIOError",
    "StoreReadOnlyError",
    "StoreUnavailableError",
    "StoreUrlError",
    "translated",
]


class StoreUrlError(PermanentError):
    """STORE_URL does not name a store that can be opened: correct the setting."""


class StoreConflictError(PermanentError):
    """The request contradicts what the store holds: look again and decide anew."""


class StoreDamagedError(PermanentError):
    """A file of the store cannot be believed: it is left as it is, for a person to look at."""


class StoreFullError(TemporaryError):
    """No space is left: free some, then send again. Nothing was half-done."""


class StoreReadOnlyError(TemporaryError):
    """The store cannot be written by this process: correct its rights or mount, then send again."""


class StoreIOError(TemporaryError):
    """The disk failed: what was not acknowledged is not stored; send again, and look after the disk."""


class StoreUnavailableError(TemporaryError):
    """The store is not there or does not answer: send again later."""


_KINDS: dict[int, type[TemporaryError]] = {
    errno.ENOSPC: StoreFullError,
    errno.EDQUOT: StoreFullError,
    errno.EROFS: StoreReadOnlyError,
    errno.EACCES: StoreReadOnlyError,
    errno.EPERM: StoreReadOnlyError,
    errno.EIO: StoreIOError,
}


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn an OSError inside the block into the store's own error, saying what was being done."""
    try:
        yield
    except OSError as error:
        kind = _KINDS.get(error.errno or 0, StoreUnavailableError)
        reason = error.strerror or str(error)
        raise kind(f"{doing}: {reason}") from error
