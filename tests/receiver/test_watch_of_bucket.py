"""The watch for silence over a bucket: few requests, and no later than it says."""

from collections.abc import AsyncIterator

import pytest

from services.receiver.minding import watching
from services.receiver.minding.watching import Watch
from shared.store import Store, open_store
from shared.store.errors import StoreDamagedError
from shared.store.s3 import S3Store
from tests.faults.proxy import FaultProxy
from tests.receiver.conftest import Receiver, running
from tests.seaweedfs import SeaweedFS
from tests.store.samples import snapshot

pytestmark = pytest.mark.seaweedfs

TURN = watching.LOOK_SECONDS
IDLE = S3Store.pace.idle


class Watched:
    """A receiver of a bucket whose watch takes its turns when the test says so, and another process."""

    def __init__(self, receiver: Receiver, other: Store, proxy: FaultProxy) -> None:
        self.receiver = receiver
        self.watch: Watch = receiver.app.ctx.watch
        self.other = other
        self._proxy = proxy

    async def turns(self, seconds: float) -> int:
        """Let time pass turn by turn; the requests that took."""
        before = self._proxy.done.total()
        for _ in range(round(seconds / TURN)):
            self.receiver.clock.forward(seconds=TURN)
            await self.watch.look()
        return self._proxy.done.total() - before

    async def read(self, store: Store, *accounts: str) -> None:
        now = self.receiver.clock.now()
        for account in accounts:
            await store.append(account, snapshot(now), now)


@pytest.fixture
async def watched(seaweedfs: SeaweedFS, bucket_proxy: FaultProxy) -> AsyncIterator[Watched]:
    url = seaweedfs.url()
    async with running(open_store(url)) as receiver:
        await receiver.app.ctx.watch.end()
        other = open_store(url)
        yield Watched(receiver, other, bucket_proxy)
        await other.close()


@pytest.mark.parametrize(("accounts", "begin", "minute", "hour"), [(1, 4, 2, 125), (100, 301, 40, 4900)])
async def test_an_idle_receiver_asks_little(
    watched: Watched, accounts: int, begin: int, minute: int, hour: int
) -> None:
    """To begin, the list of accounts and three requests for each; then each every four minutes at most.

    While an account is silent, the second half of the hour, it is asked for as often as the list: every 48 s.
    """
    names = [f"person-{number:02d}" for number in range(accounts)]
    await watched.read(watched.other, *names)
    assert await watched.turns(TURN) <= begin
    assert await watched.turns(60) <= minute
    assert watched.watch.silent_accounts == 0
    asked = await watched.turns(30 * 60)
    assert watched.watch.silent_accounts == accounts
    asked += await watched.turns(30 * 60)
    assert asked <= hour


async def test_a_silence_is_told_when_it_begins_at_the_very_next_turn(watched: Watched) -> None:
    await watched.read(watched.other, "default")
    await watched.turns(30 * 60)
    assert watched.watch.silent_accounts == 0
    await watched.turns(TURN)
    assert watched.watch.silent_accounts == 1


async def test_a_reading_that_came_here_ends_a_silence_at_the_next_turn_without_a_request(
    watched: Watched,
) -> None:
    await watched.turns(TURN)
    await watched.receiver.post(snapshot(watched.receiver.clock.now()))
    await watched.turns(31 * 60)
    assert watched.watch.silent_accounts == 1
    watched.watch._again["default"] = watched.receiver.clock.monotonic() + IDLE
    watched.watch._names_again = watched.receiver.clock.monotonic() + IDLE
    await watched.receiver.post(snapshot(watched.receiver.clock.now()))
    assert await watched.turns(TURN) == 0
    assert watched.watch.silent_accounts == 0


async def test_a_reading_that_came_to_another_receiver_ends_a_silence_within_a_minute_and_a_turn(
    watched: Watched,
) -> None:
    await watched.read(watched.other, "default")
    await watched.turns(31 * 60)
    assert watched.watch.silent_accounts == 1
    await watched.read(watched.other, "default", "new")
    await watched.turns(IDLE + TURN)
    assert watched.watch.silent_accounts == 0
    assert set(watched.watch._known) == {"default", "new"}


async def test_readings_that_go_to_another_receiver_are_never_taken_for_a_silence(watched: Watched) -> None:
    for _ in range(12):
        await watched.read(watched.other, "default")
        await watched.turns(29 * 60)
        assert watched.watch.silent_accounts == 0


async def test_an_account_that_is_damaged_keeps_no_other_from_being_watched(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watched.read(watched.other, "damaged", "well")
    as_of = watched.receiver.store.as_of

    async def torn(account: str, *details: object, **more: float) -> object:
        if account == "damaged":
            raise StoreDamagedError("its newest entry is damaged")
        return await as_of(account, *details, **more)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(watched.receiver.store, "as_of", torn)
    await watched.turns(31 * 60)
    assert watched.watch.silent_accounts == 1
    monkeypatch.setattr(watched.receiver.store, "as_of", as_of)
    await watched.turns(IDLE + TURN)
    assert watched.watch.silent_accounts == 2
