"""`make up-s3`: receivers behind a proxy, their record in a bucket of several servers; what falls, and what goes on."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.containers import eventually
from tests.integration.stacks import Stack, see_bounds, see_no_secret, see_rights, started

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

STORAGE = ("s3", "filer", *(f"{kind}-{number}" for kind in ("master", "volume") for number in (1, 2, 3)))
ADDED = ("proxy", *STORAGE)
RECEIVERS = 3
ACKNOWLEDGED = {200, 201}
DAY = datetime.now(UTC).date() - timedelta(days=2)
"""When what is sent here was read: nothing else has readings of that day."""


class Cluster:
    """What runs, and readings sent to it; each has a second of its own."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.sent = 0
        self.log = stack.containers["proxy"].logs().decode

    def ask(self, path: str, port: int | None = None, body: object = None) -> tuple[int, Any]:
        """Ask the proxy, or the receiver that has this port; return status and body."""
        address = f"http://127.0.0.1:{port or self.stack.ports['RECEIVER_PORT']}{path}"
        headers = {"X-API-Key": self.stack.secrets["key"], "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def post(self) -> int:
        """Send a reading, the next when the one before was acknowledged, as from an outbox; return the status."""
        number = self.sent + 1
        moment = f"{DAY.isoformat()}T10:{number // 60:02}:{number % 60:02}Z"
        body = {"lastUpdated": moment, "currentSession": {"percentageUsed": number % 100, "resetsIn": "2 hr"}}
        status, _ = self.ask("/api/v1/accounts/default/snapshots", body=body)
        self.sent += status in ACKNOWLEDGED
        return status

    def stores(self) -> bool:
        """Send a reading; return whether it was acknowledged."""
        return self.post() in ACKNOWLEDGED

    def kept(self, port: int | None = None) -> list[str]:
        """Return the times of what was sent here that are kept, newest first."""
        day = f"from={DAY.isoformat()}&to={(DAY + timedelta(days=1)).isoformat()}"
        status, page = self.ask(f"/api/v1/accounts/default/snapshots?limit=500&{day}", port)
        if status != 200:
            raise ConnectionError(page)  # not yet
        return [one["lastUpdated"] for one in page["snapshots"]]

    def ports(self) -> list[int]:
        """The port of each receiver that runs."""
        return [int(one.ports["4000/tcp"][0]["HostPort"]) for one in self.stack.running("receiver")]


@pytest.fixture(scope="module")
def cluster(
    images: None, compose: None, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    with started(repository, tmp_path_factory.mktemp("local"), "up-s3") as stack:
        yield Cluster(stack)


def test_what_one_receiver_was_given_each_of_them_has(cluster: Cluster) -> None:
    assert len(cluster.ports()) == RECEIVERS
    for _ in range(6):
        eventually(cluster.stores, "a reading is stored", cluster.log, 60)
    for port in cluster.ports():
        assert len(cluster.kept(port)) == cluster.sent


def test_what_came_twice_is_stored_once_whoever_takes_it(cluster: Cluster) -> None:
    """The proxy may send a reading to a second receiver when the first does not answer."""
    before = (DAY - timedelta(days=1)).isoformat()
    session = {"percentageUsed": 1, "resetsIn": "1 hr"}
    reading = {"lastUpdated": f"{before}T10:00:00Z", "currentSession": session}
    ahead = {"lastUpdated": "2100-01-01T00:00:00Z", "currentSession": session}
    report = {"at": f"{before}T10:00:00Z", "state": "network"}
    for path, body in (("snapshots", reading), ("snapshots", ahead), ("reports", report)):
        address = f"/api/v1/accounts/default/{path}"
        answers = [cluster.ask(address, port, body) for port in cluster.ports()]
        assert len({json.dumps(answer[1].get("id")) for answer in answers}) == 1, answers


def test_a_receiver_that_falls_is_passed_over(cluster: Cluster) -> None:
    fallen = cluster.stack.running("receiver")[0]
    fallen.kill()
    try:
        assert {cluster.post() for _ in range(20)} & {502, 504} == set()
        eventually(cluster.stores, "a reading is stored", cluster.log, 60)
        assert {len(cluster.kept(port)) for port in cluster.ports()} == {cluster.sent}
    finally:
        fallen.start()
    eventually(lambda: len(cluster.ports()) == RECEIVERS, "it runs again", cluster.log)
    for port in cluster.ports():
        eventually(lambda at=port: len(cluster.kept(at)) == cluster.sent, "it has all", cluster.log, 60)


def test_a_volume_server_that_falls_takes_no_version_with_it(cluster: Cluster) -> None:
    fallen = cluster.stack.containers["volume-1"]
    fallen.kill()
    try:
        eventually(cluster.stores, "a reading is stored without it", cluster.log, 60)
        before = cluster.kept()
        assert len(before) == cluster.sent
        fresh = cluster.stack.running("receiver")[0]
        fresh.restart()  # it knows nothing then, and reads all from the servers that are left
        eventually(lambda: {*map(len, map(cluster.kept, cluster.ports()))} == {len(before)}, "all is there",
                   cluster.log, 60)  # fmt: skip
    finally:
        fallen.start()


def test_one_janitor_works_and_a_second_is_told_who(cluster: Cluster) -> None:
    code, said = cluster.stack.containers["janitor"].exec_run(["python", "-m", "services.janitor", "once"])
    assert code != 0
    assert b"another one looks after this store" in said


@pytest.mark.parametrize("service", [*ADDED, "receiver", "janitor"])
def test_each_container_is_shut_in_and_tells_no_secret(cluster: Cluster, service: str) -> None:
    see_rights(cluster.stack, service)
    see_bounds(cluster.stack, service)
    see_no_secret(cluster.stack, service)


def test_only_the_loopback_publishes_ports_and_only_the_gateway_leads_to_the_storage(
    cluster: Cluster,
) -> None:
    running = cluster.stack.running()
    published = [bound for one in running for bounds in one.ports.values() for bound in bounds or []]
    assert {bound["HostIp"] for bound in published} == {"127.0.0.1"}
    inside = {
        one.labels["com.docker.compose.service"]
        for one in running
        for network in one.attrs["NetworkSettings"]["Networks"]
        if network.endswith("_storage")
    }
    assert inside == set(STORAGE)
