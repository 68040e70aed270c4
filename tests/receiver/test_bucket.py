"""A receiver whose bucket is away, slow, not its own or failing now and then."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.store import open_store
from shared.store.s3 import S3Store, bucket, ledger
from shared.store.upkeep import Pace
from tests.faults.proxy import Fault, FaultProxy
from tests.receiver.conftest import Receiver, running
from tests.seaweedfs import SeaweedFS
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs

FAILURES: tuple[Fault, ...] = ("500", "cut before", "answer lost after commit", "reset in the request's body")


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(ledger, "DEADLINE_SECONDS", 1.0)


@pytest.fixture
async def receiver(
    seaweedfs: SeaweedFS, bucket_proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Receiver]:
    monkeypatch.setattr(S3Store, "pace", Pace())  # what is ready is asked anew
    store = open_store(seaweedfs.url())
    async with running(store) as one:
        yield one
    await store.close()


async def ready(receiver: Receiver) -> tuple[int, str]:
    await asyncio.sleep(0.3)  # an answer is kept for a quarter second
    status, body, _ = await receiver.get("/readyz", key=None)
    return status, body["checks"]["store"]


async def posted(receiver: Receiver, step: int) -> int:
    status, body, _ = await receiver.post(snapshot(NOON - minutes(100 - step)))
    assert (status == 200) == body["success"]
    return status


async def test_a_bucket_that_goes_away_and_comes_back_is_told_and_needs_no_restart(
    receiver: Receiver, bucket_proxy: FaultProxy
) -> None:
    assert await posted(receiver, 1) == 200
    assert await ready(receiver) == (200, "ok")
    bucket_proxy.close()
    status, words = await ready(receiver)
    assert status == 503
    assert "bucket marigraph-tests" in words
    assert await posted(receiver, 2) == 503
    assert (await receiver.get())[0] == 503, "not an empty record, and not an old one as if it were new"
    assert (await receiver.get("/livez", key=None))[0] == 200
    bucket_proxy.open()
    assert await ready(receiver) == (200, "ok")
    assert await posted(receiver, 2) == 200
    assert (await receiver.get())[1]["versionInfo"]["total"] == 2


async def test_a_bucket_that_does_not_answer_is_answered_for_in_time(
    receiver: Receiver, bucket_proxy: FaultProxy, request: pytest.FixtureRequest
) -> None:
    assert await posted(receiver, 1) == 200
    request.getfixturevalue("little_patience")
    for ask in (ready, lambda one: posted(one, 2), lambda one: one.get()):
        bucket_proxy.then(["hang"] * 20)
        begun = time.monotonic()
        status: Any = await ask(receiver)
        assert (status if isinstance(status, int) else status[0]) == 503
        assert time.monotonic() - begun < 10, "the server would have taken a minute"
        bucket_proxy.faults.clear()
    while await posted(receiver, 2) != 200:
        await asyncio.sleep(0.1)


async def test_a_slow_bucket_is_slow_and_right(receiver: Receiver, bucket_proxy: FaultProxy) -> None:
    bucket_proxy.then(["slow"] * 40)
    assert [await posted(receiver, step) for step in range(3)] == [200] * 3
    assert (await receiver.get())[1]["versionInfo"]["total"] == 3
    assert bucket_proxy.done["slow"] >= 5


async def test_credentials_that_are_refused_are_told_without_a_word_of_the_secret(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-that-is-wrong")
    async with running(open_store(seaweedfs.url())) as receiver:
        status, words = await ready(receiver)
        assert status == 503
        assert "SignatureDoesNotMatch" in words
        assert "a-secret-that-is-wrong" not in words
        assert await posted(receiver, 1) == 503


async def test_with_every_tenth_request_failing_a_sender_that_tries_again_loses_nothing(
    receiver: Receiver, bucket_proxy: FaultProxy
) -> None:
    for step in range(60):
        bucket_proxy.faults.clear()
        if step % 5 == 0:  # a reading is two requests
            bucket_proxy.then([FAILURES[step // 5 % len(FAILURES)]])
        while await posted(receiver, step) != 200:
            await asyncio.sleep(0.01)
    bucket_proxy.faults.clear()
    body = (await receiver.get("/api/v1/accounts/default/snapshots?limit=1000"))[1]
    told = [one["time"] for one in body["snapshots"]]
    assert len(told) == len(set(told)) == 60
    assert sum(bucket_proxy.done[fault] for fault in FAILURES) == 12
