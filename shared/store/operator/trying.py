"""`try` and `discard`: whether a store can be used, before anything is; scratch stores that are removed."""

from collections.abc import Sequence

from shared.errors import MarigraphError
from shared.store.urls import bucket_of, open_store

__all__ = ["discard_scratch", "problems_of_use"]


async def problems_of_use(url: str) -> Sequence[str]:
    """Write, read, list and remove at a store; return a sentence for each thing that is wrong."""
    if bucket := bucket_of(url):
        from shared.store.s3 import problems_of  # noqa: PLC0415 - obstore is there only where it is wanted

        return await problems_of(*bucket)
    store = open_store(url)
    try:
        await store.probe()
    except MarigraphError as error:
        return [str(error)]
    finally:
        await store.close()
    return []


async def discard_scratch(url: str) -> int:
    """Remove a scratch store in a bucket; return how many objects it had. Raises ValueError for any other."""
    bucket = bucket_of(url)
    if bucket is None:
        raise ValueError(f"{url!r} is no store in a bucket: remove its folder yourself")
    from shared.store.s3 import discard  # noqa: PLC0415 - as above

    return await discard(*bucket)
