"""Leftovers are looked for page by page, and each run goes on where the last one stopped."""

import pytest

from services.janitor import clearing
from services.janitor.clearing import clear
from services.janitor.records import Note, Spot, note_from
from shared.schemas.codec import encode
from shared.store.errors import StoreDamagedError
from shared.store.memory import MemoryStore
from shared.store.upkeep import Cleared

PAGES = {"a": 3, "b": 1, "c": 4, "damaged": 1, "e": 2}


class Untidy(MemoryStore):
    """A store with one leftover on each page of each account."""

    def __init__(self) -> None:
        super().__init__()
        self.looked: list[str] = []

    async def clear(self, account: str, after: str = "", *, pages: int) -> Cleared:
        if account == "damaged":
            raise StoreDamagedError("its newest entry is damaged")
        first = int(after or 0)
        last = min(first + pages, PAGES[account])
        self.looked += [f"{account}{page}" for page in range(first, last)]
        return Cleared(last - first, last - first, str(last) if last < PAGES[account] else None)


async def test_every_page_is_looked_at_once_in_as_many_runs_as_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clearing, "PAGES", 2)
    store, runs = Untidy(), list[int]()
    spot: Spot | None = None
    while not runs or spot is not None:
        found, spot = await clear(store, sorted(PAGES), spot)
        spot = note_from(encode(Note(clearing=spot))).clearing
        runs.append(found)
    assert runs == [2, 2, 2, 2, 2]
    assert store.looked == [f"{account}{page}" for account in "abce" for page in range(PAGES[account])]


async def test_an_account_that_is_gone_when_the_next_run_comes_stops_nothing() -> None:
    store = Untidy()
    assert await clear(store, ["a", "e"], Spot(account="c", after="2")) == (2, None)
    assert store.looked == ["e0", "e1"]
