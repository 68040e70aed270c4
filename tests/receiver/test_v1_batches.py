"""Batches into a store that cannot take all of them, or nothing at all."""

from collections.abc import Callable
from datetime import datetime

import pytest

from shared.schemas.codec import Document
from shared.store.base import Appended
from shared.store.errors import StoreConflictError, StoreFullError, StoreUnavailableError
from shared.store.memory.store import MemoryStore
from tests.receiver.conftest import Receiver
from tests.receiver.v1_calls import ALL, reading, send


class PickyStore(MemoryStore):
    """Raises what it is told to for the snapshots it is told of."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: Callable[[int], Exception | None] = lambda _: None
        self.asked = 0

    async def append(self, account: str, document: Document, received_at: datetime) -> Appended:
        self.asked += 1
        if error := self.fails(document["currentSession"]["percentageUsed"]):
            raise error
        return await super().append(account, document, received_at)


@pytest.fixture
def store() -> PickyStore:
    return PickyStore()


def batch(count: int) -> list[Document]:
    return [reading(number / 60, number % 100) for number in range(count)]


async def test_what_the_disk_refuses_of_a_batch_is_told_item_by_item(
    receiver: Receiver, store: PickyStore
) -> None:
    store.fails = lambda number: StoreFullError("no space is left") if number >= 3 else None
    status, body, _ = await send(receiver, [*batch(5), {}])
    assert status == 200
    assert [each["status"] for each in body["results"]] == [201, 201, 201, 507, 507, 400]
    assert body["results"][3]["problem"]["code"] == "STORAGE_WRITE_FAILED"
    store.fails = lambda _: None
    _, body, _ = await send(receiver, batch(5))
    assert [each["status"] for each in body["results"]] == [200, 200, 200, 201, 201]


async def test_a_batch_of_which_nothing_could_be_stored_fails_as_a_whole(
    receiver: Receiver, store: PickyStore
) -> None:
    store.fails = lambda _: StoreFullError("no space is left")
    status, problem, headers = await send(receiver, [*batch(3), {}])
    assert (status, problem["code"]) == (507, "STORAGE_WRITE_FAILED")
    assert headers["Content-Type"] == "application/problem+json"


async def test_a_disk_that_does_not_answer_is_not_waited_for_again_and_again(
    receiver: Receiver, store: PickyStore
) -> None:
    store.fails = lambda _: StoreUnavailableError("the disk has not answered for 5 seconds")
    assert (await send(receiver, batch(1000)))[0] == 503
    assert store.asked < 100


async def test_a_conflict_or_a_fault_of_ours_stops_no_other_item(
    receiver: Receiver, store: PickyStore
) -> None:
    errors = {1: StoreConflictError("every id is taken"), 2: RuntimeError("/srv/secret")}
    store.fails = errors.get
    status, body, _ = await send(receiver, batch(4))
    assert status == 200
    assert [each["status"] for each in body["results"]] == [201, 409, 500, 201]
    assert "secret" not in str(body)
    _, counted, _ = await receiver.get("/metrics")
    assert 'snapshots_total{outcome="failed"} 2.0' in counted
    assert (await receiver.get(ALL))[0] == 200
