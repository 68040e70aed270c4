"""A bucket that is not there, not ours, or does not answer: what is said, and how soon it goes on."""

import asyncio
import time

import pytest

from shared.errors import TemporaryError
from shared.store import open_store
from shared.store.errors import StoreReadOnlyError, StoreUnavailableError, StoreUrlError
from shared.store.s3 import bucket, ledger
from tests.faults.proxy import Fault, FaultProxy
from tests.seaweedfs import SeaweedFS, environment_set
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs


async def test_a_bucket_that_is_not_there_is_named_and_no_empty_record_is_told(seaweedfs: SeaweedFS) -> None:
    store = open_store("s3://no-such-bucket/record")
    for question in (store.latest("default"), store.accounts(), store.read_note("janitor")):
        with pytest.raises(StoreUnavailableError, match="there is no bucket no-such-bucket"):
            await question
    await store.close()


async def test_wrong_credentials_are_told_as_the_server_says_it(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    store = open_store(seaweedfs.url())
    for question in (store.probe(), store.latest("default"), store.append("default", snapshot(), NOON)):
        with pytest.raises(StoreReadOnlyError, match="SignatureDoesNotMatch") as told:
            await question
        assert "another" not in str(told.value)
    await store.close()


FOREIGN: list[Fault] = ["captive portal", "plain text", "not HTTP", "half an answer", "500", "redirect"]


@pytest.mark.parametrize("answer", FOREIGN)
async def test_what_something_else_answers_is_never_taken_for_a_record_or_for_its_end(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch, answer: Fault
) -> None:
    with FaultProxy(seaweedfs.port) as proxy:
        proxy.open()
        environment_set(monkeypatch, seaweedfs.environment(proxy.base))
        store = open_store(seaweedfs.url())
        await store.append("default", snapshot(), NOON)
        for question in (store.latest("default"), store.accounts(), store.read_note("a"), store.probe()):
            proxy.faults.clear()
            proxy.then([answer] * 9)
            (outcome,) = await asyncio.gather(question, return_exceptions=True)
            # A second try was answered, or what was written was: else the error, which anybody may read.
            assert outcome is None or isinstance(outcome, StoreUnavailableError)
            assert "127.0.0.1" not in str(outcome)
        proxy.faults.clear()
        assert await store.count("default") == 1
        await store.close()


async def test_an_endpoint_that_is_down_is_told_in_time_and_all_goes_on_by_itself_when_it_is_up(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultProxy(seaweedfs.port) as proxy:
        environment_set(monkeypatch, seaweedfs.environment(proxy.base))
        store = open_store(seaweedfs.url())
        with pytest.raises(StoreUnavailableError, match="marigraph-tests"):
            await store.append("default", snapshot(), NOON)
        proxy.open()
        assert not (await store.append("default", snapshot(), NOON)).duplicate
        proxy.close()
        for question in (store.latest("default"), store.probe()):
            with pytest.raises(StoreUnavailableError):
                await question
        proxy.open()
        latest = await store.latest("default")
        assert latest is not None
        assert latest.number == 1
        await store.close()


async def test_a_bucket_that_does_not_answer_holds_nobody_longer_than_its_time(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(ledger, "DEADLINE_SECONDS", 0.5)
    with FaultProxy(seaweedfs.port) as proxy:
        proxy.open()
        environment_set(monkeypatch, seaweedfs.environment(proxy.base))
        store = open_store(seaweedfs.url())
        await store.append("default", snapshot(), NOON)
        proxy.then(["hang"] * 20)
        begun = time.monotonic()
        for question in (store.latest("default"), store.append("default", snapshot(NOON + minutes(1)), NOON)):
            with pytest.raises(TemporaryError, match="has not answered for"):
                await question
        assert time.monotonic() - begun < 10, "neither waited for the sixty seconds of the hanging server"
        proxy.faults.clear()
        await store.append("default", snapshot(NOON + minutes(1)), NOON)
        assert await store.count("default") == 2
        await store.close()


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://ab",
        "s3:///prefix",
        "s3://UPPER/x",
        "s3://bucket/a b",
        "s3://bucket/../x",
        "s3://b/x",
        "s3://bucket/x?stale=61",
        "s3://bucket/x?region=mars",
    ],
)
def test_an_address_that_names_no_bucket_is_refused_at_once(url: str) -> None:
    with pytest.raises(StoreUrlError):
        open_store(url)


@pytest.mark.parametrize(
    "url", ["s3://bucket", "s3://bucket/", "s3://my.bucket-1/a/b_c.d", "s3://bucket/x?stale=2.5"]
)
async def test_addresses_of_buckets_with_and_without_a_prefix_open(url: str) -> None:
    await open_store(url).close()
