"""Whether a bucket can be a store, right by right, on an object that goes again; scratch stores that go."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from msgspec import Struct

from shared.store.errors import StoreReadOnlyError, StoreUnavailableError
from shared.store.s3.bucket import Bucket
from shared.store.s3.places import ACCOUNTS, TRIAL

__all__ = ["discard", "problems_of"]

_AT_ONCE = 1000
"""How many objects one request may delete."""
_REFUSED = ("AccessDenied", "Forbidden", "status 403")
"""What a server says to one it knows, who may not do this; anything else is about who asks."""


class _Right(Struct, frozen=True):
    """What a store asks of the bucket, and what that takes."""

    takes: str
    ask: Callable[[], Awaitable[object]]


async def problems_of(name: str, prefix: str) -> list[str]:
    """Try a bucket; return a sentence for each thing that is wrong, none when it can be a store."""
    bucket = Bucket(name, prefix)
    found: list[str] = []
    async for right, error in _refusals(bucket, f"{TRIAL}rights-{secrets.token_hex(8)}"):
        said = str(error).rpartition(": ")[2]
        if isinstance(error, StoreReadOnlyError) and any(word in said for word in _REFUSED):
            found.append(f"the bucket {name}: {right.takes} is not allowed to these credentials ({said})")
        else:  # nobody answers, or not to us: every other right would be told the same
            return [*found, str(error)]
    return found


async def _refusals(
    bucket: Bucket, key: str
) -> AsyncIterator[tuple[_Right, StoreReadOnlyError | StoreUnavailableError]]:
    async def made_once() -> None:
        await bucket.create(key, b"trial")
        if await bucket.create(key, b"trial"):
            raise StoreUnavailableError(
                "what answers makes an object anew that was to be made once (If-None-Match): it cannot be a"
                " store for two"
            )

    below = f"{bucket.name}/{bucket.prefix}/*" if bucket.prefix else f"{bucket.name}/*"
    for right in (
        _Right(f"s3:ListBucket on {bucket.name}", lambda: bucket.first(ACCOUNTS)),
        _Right(f"s3:PutObject on {below}", made_once),
        _Right(f"s3:GetObject on {below}", lambda: bucket.get(key)),
        _Right(f"s3:DeleteObject on {below}", lambda: bucket.delete([key])),
    ):
        try:
            await right.ask()
        except (StoreReadOnlyError, StoreUnavailableError) as error:
            yield right, error


async def discard(name: str, prefix: str) -> int:
    """Remove a scratch store, a prefix that ends in trial/NAME; return how many objects it had.

    Raises ValueError for a prefix that is none, and touches nothing.
    """
    above, _, scratch = prefix.rpartition("/")
    if not scratch or above.rpartition("/")[2] != TRIAL.rstrip("/"):
        raise ValueError(f"{prefix!r} is no scratch store: one is named trial/NAME, below a store's prefix")
    bucket = Bucket(name, prefix)
    keys = [key async for key in bucket.keys("")]
    for first in range(0, len(keys), _AT_ONCE):
        await bucket.delete(keys[first : first + _AT_ONCE])
    return len(keys)
