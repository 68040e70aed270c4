"""The power of a whole cluster is cut under receivers and clients: what is lost, and that it goes on."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.errors import MarigraphError
from shared.store import open_store
from tests.faults.disks import Cut, Disk
from tests.faults.fleet import Crowd, Fleet, Heard
from tests.faults.lengths import note, times
from tests.seaweedfs import environment_set
from tests.seaweedfs_cluster import Cluster

pytestmark = [pytest.mark.seaweedfs, pytest.mark.loop_disk, pytest.mark.timeout(times(240, 900))]

SECONDS = times(3, 20)
CLIENTS = 8
DISK = 512 << 20


class Powered(NamedTuple):
    """A cluster, all of whose parts keep what they have on one disk."""

    disk: Disk
    cluster: Cluster


@pytest.fixture
def powered(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Powered]:
    disk = Disk.made(tmp_path, DISK)
    cluster = Cluster(disk.mounted / "cluster", synced=request.param == "synced")
    try:
        cluster.start()
        environment_set(monkeypatch, cluster.environment())
        yield Powered(disk, cluster)
    finally:
        cluster.stop()
        disk.unmount()


def cut(powered: Powered, crowd: Crowd) -> list[Heard]:
    """Cut the power, and start all again as an operator does; return what was acknowledged before."""
    powered.disk.cut_power(Cut.JOURNAL_LOST)
    powered.cluster.kill()
    acknowledged = list(crowd.acknowledged)
    powered.disk.unmount()
    powered.disk.mount()
    powered.cluster.make_indexes()
    powered.cluster.start()
    return acknowledged


async def stored(url: str) -> tuple[list[str], list[str]]:
    """Return the times of all readings that are there, and what had to be mended before that can be told."""
    store = open_store(url)
    try:
        mended = list(await store.rebuild())
        there = [version.document["lastUpdated"] async for version in store.stream("default", None, None)]
    finally:
        await store.close()
    return there, mended


@pytest.mark.parametrize("powered", times(1, 2) * ["synced"] + times(0, 2) * ["as it comes"], indirect=True)
async def test_after_a_power_cut_of_all_of_a_cluster_the_account_goes_on_and_what_was_synced_is_there(
    powered: Powered, repository: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url, which = powered.cluster.url(), request.node.callspec.id
    settings = {"STORE_URL": url, **powered.cluster.environment()}
    fleet = Fleet(settings, repository, tmp_path / "log")
    try:
        fleet.wait()
        crowd = Crowd(fleet, CLIENTS)
        try:
            await asyncio.sleep(SECONDS)
            before = cut(powered, crowd)
            fleet.kill(0)  # one begins anew; the others saw the bucket fail
            fleet.wait()
            there, mended = await until_readable(url)
            await asyncio.sleep(SECONDS)
        finally:
            crowd.stop()
    finally:
        fleet.stop()
    lost = [one for one in before if one.reading not in set(there)]
    after = crowd.acknowledged[len(before) :]
    there, again = await stored(url)
    assert again == []
    assert len(before) > 20
    assert len(after) > 20
    assert [one for one in after if one.reading not in set(there)] == []
    assert len(there) == len(set(there))
    assert not (lost and which.startswith("synced"))
    oldest = max((before[-1].came - one.came for one in lost), default=0.0)
    note(
        f"{which}: {len(before)} acknowledged in {SECONDS} s, {len(lost)} lost, the oldest "
        f"{oldest:.1f} s before the cut; {len(after)} after it; mended: {mended or 'nothing'}"
    )


async def until_readable(url: str) -> tuple[list[str], list[str]]:
    """Ask again while the cluster still looks for its volumes, or others go on at the same time."""
    end = time.monotonic() + 60
    while True:
        try:
            return await stored(url)
        except MarigraphError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.5)
