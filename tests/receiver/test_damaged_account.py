"""An account of a bucket that cannot be read: it is answered for with the reason, and the others go on."""

import obstore
import pytest

from shared.store import open_store
from shared.store.s3 import S3Store
from tests.receiver.conftest import OTHER, running
from tests.seaweedfs import SeaweedFS
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs

SNAPSHOTS = "/api/v1/accounts/work/snapshots"


async def test_a_damaged_account_is_answered_503_with_the_reason_and_the_others_are_served(
    seaweedfs: SeaweedFS,
) -> None:
    url = seaweedfs.url()
    store = open_store(url)
    assert isinstance(store, S3Store)
    for account in ("default", "work"):
        await store.append(account, snapshot(NOON), NOON)
    (entry,) = [key async for key in store._bucket.keys("accounts/default/log/")]
    await obstore.put_async(store._bucket._client, entry, b"cut short")
    await store.close()
    async with running(open_store(url)) as receiver:
        for status, body, _ in (await receiver.get(), await receiver.post(snapshot(NOON + minutes(9)))):
            assert status == 503
            assert "is damaged" in str(body)
            assert "shared.store rebuild" in str(body)
        assert (await receiver.get(SNAPSHOTS, key=OTHER))[0] == 200
        sent = await receiver.call(
            "POST", SNAPSHOTS, key=OTHER, json={**snapshot(NOON + minutes(9)), "account": "work"}
        )
        assert sent[0] in {200, 201}
        assert (await receiver.get("/api/v1/accounts"))[1] == {"accounts": [], "damaged": ["default"]}
        others = (await receiver.get("/api/v1/accounts", key=OTHER))[1]
        assert [one["account"] for one in others["accounts"]] == ["work"]
        assert "damaged" not in others
        assert (await receiver.get("/readyz", key=None))[0] == 200, "others can be stored"
        for key, shown in ((OTHER, True), ("a-key-for-reading-and-writing", False)):
            assert ('account="work"' in (await receiver.get("/metrics", key=key))[1]) == shown
        assert await receiver.store.rebuild()
        assert (await receiver.get())[0] == 404, "the account had no more than that"
        assert (await receiver.post(snapshot(NOON + minutes(9))))[0] == 200
