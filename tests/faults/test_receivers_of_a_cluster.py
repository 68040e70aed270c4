"""Receivers on a replicated cluster, killed and paused while clients send, and a part of the cluster lost."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.base import Part
from tests.faults.fleet import Crowd, Fleet, went_back
from tests.faults.lengths import LONG, note, times
from tests.seaweedfs import environment_set
from tests.seaweedfs_cluster import Cluster

pytestmark = [pytest.mark.seaweedfs, pytest.mark.timeout(times(240, 3600))]

SECONDS = times(8, 300)
CLIENTS = 8
KEPT = 150
"""Versions that the janitor leaves in the history."""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    running = Cluster()
    running.start()
    environment_set(monkeypatch, running.environment())
    yield running
    running.stop()


async def test_receivers_killed_and_paused_and_a_volume_server_lost_while_clients_send_lose_nothing(
    cluster: Cluster, repository: Path, tmp_path: Path
) -> None:
    url = cluster.url()
    fleet = Fleet({"STORE_URL": url, **cluster.environment()}, repository, tmp_path / "log")
    retention = {"RETENTION_MAX_VERSIONS": str(KEPT), "RETENTION_DAYS": "0"}
    janitor = fleet.run("services.janitor", "run", JANITOR_INTERVAL_SECONDS="2", **retention)
    try:
        fleet.wait()
        crowd = Crowd(fleet, CLIENTS)
        faults = disturb(fleet, cluster, random.Random(7))
        crowd.stop()
        assert janitor.poll() is None, (tmp_path / "log").read_text()[-3000:]
        fleet.wait()
        latest = [fleet.call(place)[1] for place in range(len(fleet))]
    finally:
        janitor.terminate()
        janitor.wait(30)
        fleet.stop()
    assert fleet.run("services.janitor", "once", **retention).wait(60) == 0, (tmp_path / "log").read_text()[
        -3000:
    ]

    assert went_back(crowd.looks, crowd.acknowledged) == []
    acknowledged = [one.reading for one in crowd.acknowledged]
    store = open_store(url, read_only=True)
    history, archive = await readings(store, "history"), await readings(store, "archive")
    metadata = await store.metadata("default")
    await store.close()
    there = [*archive, *history]
    assert there == sorted(set(there)), "each is there once"
    assert set(acknowledged) <= set(there)
    assert len(there) - len(acknowledged) <= CLIENTS, "at most what was under way in the end"
    assert len(acknowledged) > 50
    assert metadata.version_count == len(history)
    assert (metadata.total_versions_created, metadata.total_versions_deleted) == (len(there), len(archive))
    assert {body["lastUpdated"] for body in latest} == {max(there)}
    note(
        f"{len(acknowledged)} acknowledged, {len(there)} there, {len(archive)} of them archived by the janitor; "
        f"latest asked {len(crowd.looks)} times; {faults}"
    )


def disturb(fleet: Fleet, cluster: Cluster, chance: random.Random) -> str:
    """Kill and pause receivers; lose a volume server, and when there is time mend, and lose another."""
    begun = time.monotonic()
    lost = chance.sample(range(3), 2)
    plan: list[tuple[float, Callable[[], None]]] = [(0.4, lambda: cluster.lose(f"volume {lost[0]}"))]
    if LONG:
        plan += [
            (0.5, lambda: cluster.replace(f"volume {lost[0]}")),
            (0.8, lambda: cluster.lose(f"volume {lost[1]}")),
        ]
    kills = pauses = 0
    while (passed := (time.monotonic() - begun) / SECONDS) < 1:
        if plan and passed > plan[0][0]:
            plan.pop(0)[1]()
        time.sleep(chance.uniform(0.3, 1.0))
        place = chance.randrange(len(fleet))
        if chance.random() < 0.5:
            fleet.kill(place)
            kills += 1
        else:
            fleet.pause(place, chance.uniform(0.2, 1.5))
            pauses += 1
    assert not plan
    return f"{kills} kills, {pauses} pauses, {2 if LONG else 1} volume servers lost"


async def readings(store: Store, part: Part) -> list[str]:
    return [
        version.document["lastUpdated"] async for version in store.stream("default", None, None, part=part)
    ]
