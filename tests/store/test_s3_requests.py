"""What questions cost in a bucket: requests, counted on their way to the server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.store import Store, Version, open_store
from tests.faults.proxy import FaultProxy
from tests.seaweedfs import SeaweedFS
from tests.store.samples import NOON, minutes, snapshot

pytestmark = [pytest.mark.seaweedfs, pytest.mark.timeout(300)]

ACCOUNTS = [f"person-{number:02d}" for number in range(100)]
EACH = 1000
FIRST = NOON - (EACH - 1) * minutes(5)


@pytest.fixture(scope="module")
def crowded(seaweedfs: SeaweedFS) -> str:
    """100,000 versions of 100 accounts; some of each account's have left for the archive."""
    url = seaweedfs.url()

    async def fill() -> None:
        source, store, gate = open_store("memory:"), open_store(url), asyncio.Semaphore(4)
        moments = [FIRST + step * minutes(5) for step in range(EACH)]
        versions = [(await source.append("default", snapshot(at), at)).version for at in moments]

        async def one(account: str) -> None:
            async with gate:
                own = [Version(account, version.id, version.document) for version in versions]
                assert await store.restore(account, own, "history") == EACH
                leaving = [version.id for version in own[:100]]
                await store.archive(account, leaving)
                await store.delete(account, leaving, NOON)

        await asyncio.gather(*(one(account) for account in ACCOUNTS))
        await store.close()

    asyncio.run(fill())
    return url


@pytest.fixture
async def counted(
    crowded: str, bucket_proxy: FaultProxy
) -> AsyncIterator[Callable[[str, Callable[[Store], Awaitable[Any]]], Awaitable[int]]]:
    """Asks a question of one account, by a process that knows nothing or by one that has asked before."""
    stores: list[Store] = []

    async def count(who: str, ask: Callable[[Store], Awaitable[Any]]) -> int:
        if who == "cold" or not stores:
            stores.append(open_store(crowded))
        before = bucket_proxy.done.total()
        await ask(stores[-1])
        return bucket_proxy.done.total() - before

    yield count
    for store in stores:
        await store.close()


QUESTIONS: dict[str, Callable[[Store], Awaitable[Any]]] = {
    "latest": lambda store: store.latest("person-37"),
    "the oldest": lambda store: store.by_number("person-37", 1),
    "in the middle": lambda store: store.by_number("person-37", 500),
    "as of a moment": lambda store: store.as_of("person-37", NOON - minutes(2222)),
    "as of a moment in the archive": lambda store: store.as_of("person-37", FIRST + minutes(52)),
    "nearest": lambda store: store.nearest("person-37", NOON - minutes(1234)),
    "news": lambda store: store.tail("person-37"),
    "the counts": lambda store: store.metadata("person-37"),
    "how many": lambda store: store.count("person-37"),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_takes_few_requests_among_a_hundred_thousand_versions(
    counted, question: str
) -> None:
    cold = await counted("cold", QUESTIONS[question])
    warm = await counted("warm", QUESTIONS[question])
    assert cold <= 3 + 2, "the newest entry, the entry, its state, and two packs at most"
    assert warm == 1, "whether there is another entry"


async def test_a_reading_that_comes_takes_one_request_when_it_is_the_accounts_next(counted) -> None:
    async def append(store: Store, step: int) -> None:
        moment = NOON + timedelta(seconds=step)
        assert not (await store.append("person-11", snapshot(moment), moment)).duplicate

    assert await counted("cold", lambda store: append(store, 1)) <= 4
    assert await counted("warm", lambda store: append(store, 2)) == 1


async def test_one_request_tells_which_accounts_there_are(counted) -> None:
    async def ask(store: Store) -> None:
        assert list(await store.accounts()) == ACCOUNTS

    assert await counted("cold", ask) == 1
