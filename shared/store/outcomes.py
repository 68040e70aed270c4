"""Many things done at once, of which some may fail."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

__all__ = ["each"]

T = TypeVar("T")


async def each(asked: Iterable[Awaitable[T]]) -> Sequence[T | Exception]:
    """Return what became of each, in their order: what kept one from being done is its outcome."""
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
            raise outcome  # a cancellation is nobody's outcome
    return [one for one in outcomes if not isinstance(one, BaseException) or isinstance(one, Exception)]
