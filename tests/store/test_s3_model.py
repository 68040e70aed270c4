"""A bucket against a plain list, through any sequence of what may happen to it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import rule

from shared.store import open_store
from shared.store.s3 import S3Store, chain, clearing, packing, sweeping
from tests.faults.lengths import times
from tests.seaweedfs import BUCKET, SeaweedFS
from tests.store.model import StoreModel, seeds
from tests.store.test_s3_leftovers import Halting

pytestmark = pytest.mark.seaweedfs


async def died(store: Halting, ids: list[str]) -> None:
    work = asyncio.create_task(store.archive("default", ids))
    halting = asyncio.create_task(store.halted.wait())
    await asyncio.wait({work, halting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (work, halting):
        task.cancel()
    await asyncio.wait({work, halting})


async def on_duty(_store: S3Store) -> datetime:
    return datetime.now(UTC)


class BucketModel(StoreModel):
    """Two processes at one bucket, each of which may be replaced by one that knows nothing."""

    server: SeaweedFS

    def __init__(self) -> None:
        super().__init__()
        self.url = self.server.url()
        self.stores = [open_store(self.url) for _ in range(2)]

    @rule(seed=seeds)
    def a_process_is_started_again(self, seed: int) -> None:
        place = seed % 2
        self.run(self.stores[place].close())
        self.stores[place] = open_store(self.url)

    @rule(seed=seeds)
    def a_janitor_dies_before_it_tells_of_what_it_made(self, seed: int) -> None:
        dying = Halting(BUCKET, self.url.rpartition("/")[2])
        self.run(died(dying, self.choose(seed, self.history())))

    @rule(seed=seeds)
    def what_nobody_needs_is_let_go_of(self, seed: int) -> None:
        self.run(self.store(seed).clear("default", pages=1))


@pytest.mark.timeout(times(240, 3600))
@pytest.mark.parametrize(("carried", "packed"), [(64, 512), (2, 4)])
def test_a_bucket_is_what_a_plain_list_would_be(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch, carried: int, packed: int
) -> None:
    """With small packs, made often, each example goes through many of them; all that goes is deleted at once."""
    monkeypatch.setattr(chain, "MOST_CARRIED", carried)
    monkeypatch.setattr(packing, "MOST", packed)
    if carried == 2:
        monkeypatch.setattr(sweeping, "GRACE", timedelta(0))
        monkeypatch.setattr(chain, "_TRUSTED_SECONDS", -1.0)
        monkeypatch.setattr(chain, "_LATE_SECONDS", -1.0)
    monkeypatch.setattr(clearing, "AGE", -timedelta(days=1))
    monkeypatch.setattr(S3Store, "_on_duty_at", on_duty)
    BucketModel.server = seaweedfs
    case = BucketModel.TestCase
    case.settings = settings(max_examples=times(10, 250), stateful_step_count=times(25, 50))
    case().runTest()
