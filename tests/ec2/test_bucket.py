"""A host whose record is in a bucket: what is refused before anything is switched, the way there from a folder while readings
come, versions that follow each other, the role of the instance instead of credentials, and back.

The bucket, SeaweedFS, runs here; the host reaches it, as the fake metadata service, through a tunnel at its loopback.
"""

import re
import shlex
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from tests.ec2.deploying import KEY, PATH, Client, Deployer, snapshot
from tests.ec2.harms import KILLER
from tests.ec2.test_deploying import KEPT, TOLD
from tests.metadata import metadata_service
from tests.seaweedfs import BUCKET, SeaweedFS
from tests.store.operators import Command

pytestmark = [
    pytest.mark.docker,
    pytest.mark.host,
    pytest.mark.lengthy,
    pytest.mark.seaweedfs,
    pytest.mark.timeout(600),
]

NO_BUCKET = {"STORE_URL": ""}
GENEROUS = 15
"""Seconds without an answer that are no gap on a machine on which other tests and the bucket run."""


class InBucket:
    """The host's deployer, and the bucket its record goes to."""

    def __init__(self, deployer: Deployer, seaweedfs: SeaweedFS, supervision: str, folder: Path) -> None:
        self.deployer = deployer
        self.host = deployer.host
        self.url = seaweedfs.url()
        self._seaweedfs = seaweedfs
        self._supervision = supervision
        self._folder = folder
        self.secret = seaweedfs.environment()["AWS_SECRET_ACCESS_KEY"]

    def wishes(self, who: str = "", **more: str) -> dict[str, str]:
        """What a person says to have the record in the bucket, with the credentials of somebody who is known there."""
        environment = self._seaweedfs.environment(**({"who": who} if who else {}))
        file = self._folder / f"credentials{who}"
        file.write_text(
            f"[default]\naws_access_key_id = AKANOTHER\naws_secret_access_key = another\n[tide]\n"
            f"aws_access_key_id = {environment['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {self.secret}\n"
        )
        return {
            "SUPERVISION": self._supervision,
            "STORE_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self._seaweedfs.endpoint,
            "AWS_SHARED_CREDENTIALS_FILE": str(file),
            "AWS_PROFILE": "tide",
            **more,
        }

    def runs(self) -> bool:
        """All services run, under the supervision that was asked for."""
        return self.deployer.well()

    def missing(self, client: Client, command: Command) -> set[str]:
        """What was acknowledged and is not in the bucket."""
        done = command("export", "--url", self.url, "-", env=self._seaweedfs.environment())
        assert done.returncode == 0, done.stderr
        found = re.findall(r'"lastUpdated": ?"([^"]+)"', done.stdout.decode())
        times = {datetime.fromisoformat(one) for one in found}
        return {one for one in client.acknowledged if datetime.fromisoformat(one) not in times}

    def scratch(self, command: Command) -> list[str]:
        """What trials have left in the bucket, which is looked at without our code's own list of accounts."""
        prefix = self.url.removeprefix(f"s3://{BUCKET}/")
        client = S3Store(BUCKET, prefix=prefix, client_options={"allow_http": True})
        return [meta["path"] for chunk in obstore.list(client, "trial") for meta in chunk]


@pytest.fixture
def command(repository: Path) -> Command:
    return Command(repository)


@pytest.fixture(scope="module", params=["supervisor", "systemd"])
def bucket(
    request: pytest.FixtureRequest,
    deployer: Deployer,
    seaweedfs: SeaweedFS,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[InBucket]:
    """A host that serves out of a folder, and can reach a bucket."""
    done = deployer.run(SUPERVISION=request.param, **NO_BUCKET)
    assert done.returncode == 0, done.stdout
    with deployer.host.reaching(seaweedfs.port):
        yield InBucket(deployer, seaweedfs, request.param, tmp_path_factory.mktemp("aws"))


@pytest.mark.parametrize(
    ("who", "change", "why"),
    [
        ("", {"STORE_URL": "s3://no-such-bucket/tide"}, "there is no bucket no-such-bucket"),
        ("AKREADER", {}, "s3:PutObject on .* is not allowed to these credentials"),
        ("AKNOBODY", {}, "InvalidAccessKeyId"),
        ("", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the connection failed"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_told_and_nothing_is_switched(
    bucket: InBucket, who: str, change: dict[str, str], why: str
) -> None:
    before = bucket.deployer.serves()
    done = bucket.deployer.run(**bucket.wishes(who, **change))
    assert "Error 3" in done.stdout, done.stdout
    assert re.search(rf"FAILED at the step `look`: s3://\S+ cannot be used: .*{why}", done.stdout), (
        done.stdout
    )
    assert bucket.deployer.serves() == before
    assert bucket.deployer.left_over() == ""
    assert bucket.runs()


def test_a_folders_record_moves_into_the_bucket_while_readings_come_and_nothing_is_seen(
    bucket: InBucket, command: Command
) -> None:
    host, wishes = bucket.host, bucket.wishes()
    with Client(host).at_work() as client:
        client.wait_for(20)
        for target in ("ec2-copy", "deploy-ec2", "ec2-copy"):
            done = bucket.deployer.run(target, **wishes)
            assert done.returncode == 0, done.stdout
            assert bucket.secret not in done.stdout
    assert bucket.missing(client, command) == set()
    assert client.longest_silence < GENEROUS
    assert bucket.runs()
    assert bucket.scratch(command) == []
    assert bucket.deployer.left_over() == ""

    now = {"lastUpdated": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}  # a form that may be sent again
    assert host.ask(PATH, key=KEY, body=snapshot(datetime.now(UTC), 47) | now)[0] == 200
    assert host.ask(PATH, key=KEY)[1]["currentSession"]["percentageUsed"] == 47
    mounts = host.ssh(
        "docker inspect -f '{{.HostConfig.Mounts}}' marigraph-receiver marigraph-janitor"
    ).stdout
    assert "/data" not in mounts
    assert bucket.secret not in host.ssh(TOLD, check=False).stdout
    kept = host.ssh(f"{KEPT} --exclude=credentials", check=False, give=bucket.secret).stdout
    assert kept == ""
    there = "/etc/marigraph/secrets/aws/credentials"
    assert (
        host.ssh(f"stat -c '%a %u' {there}; grep -c another {there}", check=False).stdout == "400 65532\n0\n"
    )


def test_a_version_follows_another_and_the_newest_is_known_again(bucket: InBucket, command: Command) -> None:
    with Client(bucket.host).at_work() as client:
        client.wait_for(5)
        done = bucket.deployer.run(SUPERVISION=bucket.wishes()["SUPERVISION"])  # the settings stay
    assert done.returncode == 0, done.stdout
    assert f"the record is in {bucket.url}" in done.stdout
    assert "the newest version, sent again, was known" in done.stdout
    assert bucket.missing(client, command) == set()
    assert client.longest_silence < GENEROUS


def test_what_a_killed_trial_left_in_the_bucket_is_removed(bucket: InBucket, command: Command) -> None:
    before = bucket.deployer.serves()
    killer = threading.Thread(target=bucket.host.ssh, args=[f"python3 -c {shlex.quote(KILLER)} trial"])
    killer.start()
    bucket.deployer.run(SUPERVISION=bucket.wishes()["SUPERVISION"])
    killer.join()
    bucket.host.ssh("python3 /opt/marigraph/current/host clean", check=False)
    bucket.deployer.settle()
    assert bucket.deployer.serves() == before
    assert bucket.scratch(command) == []
    assert bucket.deployer.left_over() == ""


def test_a_backup_is_made_of_the_bucket(bucket: InBucket, tmp_path: Path) -> None:
    file = tmp_path / "tide.ndjson.gz"
    done = bucket.deployer.run("ec2-backup", FILE=str(file))
    assert done.returncode == 0, done.stdout
    assert f"the record is in {bucket.url}" in done.stdout
    assert subprocess.run(["zcat", file], capture_output=True, check=True).stdout.count(b'"version"') > 20


def test_the_instances_role_takes_the_place_of_credentials(
    bucket: InBucket, seaweedfs: SeaweedFS, command: Command
) -> None:
    with metadata_service(seaweedfs.environment()) as metadata:
        port = int(metadata.endpoint.rpartition(":")[2])
        with bucket.host.reaching(port), Client(bucket.host).at_work() as client:
            role = {"AWS_SHARED_CREDENTIALS_FILE": "", "AWS_PROFILE": ""}
            wishes = bucket.wishes(**role, AWS_METADATA_ENDPOINT=metadata.endpoint)
            done = bucket.deployer.run(**wishes)
            assert done.returncode == 0, done.stdout
            mounts = bucket.host.ssh("docker inspect -f '{{.HostConfig.Mounts}}' marigraph-janitor").stdout
            assert "/run/aws" not in mounts
            assert metadata.given > 3  # a look, a trial, a candidate, and the services
            metadata.role = None
            refused = bucket.deployer.run(**wishes)
        assert "no credentials: none are given" in refused.stdout
    assert bucket.missing(client, command) == set()


def test_going_back_to_the_folder_is_a_setting(bucket: InBucket) -> None:
    done = bucket.deployer.run(SUPERVISION=bucket.wishes()["SUPERVISION"], **NO_BUCKET)
    assert done.returncode == 0, done.stdout
    assert "AWS_" not in bucket.host.ssh("cat /etc/marigraph/marigraph.env").stdout
    mounts = bucket.host.ssh("docker inspect -f '{{.HostConfig.Mounts}}' marigraph-janitor").stdout
    assert "/var/lib/marigraph/data" in mounts
