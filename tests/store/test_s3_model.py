"""A bucket against a plain list, through any sequence of what may happen to it."""

import pytest
from hypothesis import settings
from hypothesis.stateful import rule

from shared.store import open_store
from shared.store.s3 import chain, packing
from tests.faults.lengths import times
from tests.seaweedfs import SeaweedFS
from tests.store.model import StoreModel, seeds

pytestmark = pytest.mark.seaweedfs


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


@pytest.mark.timeout(times(240, 3600))
@pytest.mark.parametrize(("carried", "packed"), [(64, 512), (2, 4)])
def test_a_bucket_is_what_a_plain_list_would_be(
    seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch, carried: int, packed: int
) -> None:
    """With small packs, made often, each example goes through many of them."""
    monkeypatch.setattr(chain, "MOST_CARRIED", carried)
    monkeypatch.setattr(packing, "MOST", packed)
    BucketModel.server = seaweedfs
    case = BucketModel.TestCase
    case.settings = settings(max_examples=times(10, 250), stateful_step_count=times(25, 50))
    case().runTest()
