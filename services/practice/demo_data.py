"""Filling a store with the made-up history of two accounts, so that there is something to look at."""

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from msgspec import Struct

from services.practice.failures import failures
from services.practice.history import ACCOUNTS, Arrival, Recorded, arrivals
from shared.saying import say
from shared.schemas.codec import to_document
from shared.store import Store, open_store

__all__ = ["Filled", "Progress", "describe", "fill"]

AT_ONCE = 256
"""Appends awaited together: the store syncs a group of them at the price of one."""


class Filled(Struct, frozen=True):
    """What filling did to one account."""

    account: str
    stored: int
    duplicates: int
    reports: int


async def fill(url: str, *, days: int, until: datetime, tell: Callable[[str, float], None]) -> list[Filled]:
    """Fill the store at `url`; `tell` hears an account and which share of it is done.

    Raises the errors of the store. What was stored before an error stays; filling again goes on from there.
    """
    store = open_store(url)
    try:
        return [await _fill_account(store, recorded, days, until, tell) for recorded in ACCOUNTS]
    finally:
        await store.close()


async def _fill_account(
    store: Store, recorded: Recorded, days: int, until: datetime, tell: Callable[[str, float], None]
) -> Filled:
    stored = duplicates = 0
    coming = arrivals(recorded, days=days, until=until)
    while chunk := list(itertools.islice(coming, AT_ONCE)):
        appended = await asyncio.gather(*(_append(store, recorded.account, arrival) for arrival in chunk))
        known = sum(appended)
        duplicates += known
        stored += len(chunk) - known
        left = (until - chunk[-1].snapshot.last_updated).total_seconds() / (days * 86_400)
        tell(recorded.account, max(0.0, 1 - left))
    reports = await _fill_reports(store, recorded, days, until)
    tell(recorded.account, 1)
    return Filled(recorded.account, stored, duplicates, reports)


async def _fill_reports(store: Store, recorded: Recorded, days: int, until: datetime) -> int:
    """Store what was reported; returns how many of these were not there already."""
    new = 0
    for report in failures(recorded, days=days, until=until):
        added = await store.add_report(recorded.account, to_document(report), report.at)
        new += not added.duplicate
    return new


async def _append(store: Store, account: str, arrival: Arrival) -> bool:
    """Store one snapshot; returns whether the store had it already."""
    appended = await store.append(account, to_document(arrival.snapshot), arrival.received_at)
    return appended.duplicate


def describe(filled: list[Filled], seconds: float) -> str:
    """Say what filling did, for people."""
    lines = [
        f"{one.account}: {one.stored} versions stored, {one.duplicates} were there already;"
        f" {one.reports} reports of failed scrapes stored"
        for one in filled
    ]
    return "\n".join([*lines, f"done in {seconds:.1f} s"])


class Progress:
    """How far the filling is: one line that changes on a terminal, a line every tenth elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()
        self._told: tuple[str, int] = ("", -1)
        self._started = time.monotonic()

    def tell(self, account: str, share: float) -> None:
        """Show that this share of an account is done, if that is news."""
        tenths = int(share * 10)
        if self._live:
            end = "\n" if share >= 1 else ""
            say(f"\r{account}: {share:4.0%}", end=end, out=self._out)
        elif (account, tenths) != self._told:
            say(f"{account}: {tenths * 10}%", out=self._out)
        self._told = (account, tenths)

    def seconds(self) -> float:
        """Return how long it has taken so far."""
        return time.monotonic() - self._started
