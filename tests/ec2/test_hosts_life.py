"""What rarely befalls a host: versions that fail in every way, links that are cut and programs that are killed at every
step, disks that are away or full, ports that are taken; and the record brought home and back.

The tests go on from one another's host, and each leaves it serving.
"""

import gzip
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ec2.deploying import KEY, PATH, RUNNING, Client, Deployer, derived, patched, snapshot

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.lengthy, pytest.mark.timeout(600)]

BROKEN = {
    "crashes-at-its-start": (
        'ENTRYPOINT ["sh", "-c", "echo no such word; exit 7"]',
        "FAILED at the step `trial`: it ended with code 7. Its last words: no such word",
    ),
    "cannot-write": (
        patched("shared/files.py", "os.link(temporary, final)", "raise OSError(30)"),
        "FAILED at the step `trial`: a test reading was answered 5",
    ),
    "cannot-store": (
        "ENV RECEIVER_DISK_FLOOR=999999GB",
        "FAILED at the step `trial`: /readyz answers 503",
    ),
}
"""Receivers that do not work: how they are made of one that does, and what is said of them."""
STEPS = ["shipping", *(f"{step}/8" for step in range(1, 9))]


def refused(deployer: Deployer, code: int = 3, **changes: str) -> str:
    """Deploy what cannot be; the old one serves on all the time, and nothing is left. Return what was said."""
    before = deployer.serves()
    with Client(deployer.host).at_work() as client:
        done = deployer.run(**changes)
    assert f"Error {code}" in done.stdout, done.stdout
    assert deployer.serves() == before
    assert deployer.services() == RUNNING
    assert deployer.left_over() == ""
    assert client.missing() == set()
    assert client.longest_silence < 3
    return done.stdout


@pytest.mark.parametrize(("recipe", "why"), BROKEN.values(), ids=BROKEN)
def test_a_version_that_does_not_work_is_never_served(
    serving: Deployer, tag: str, recipe: str, why: str
) -> None:
    derived(tag, recipe)
    said = refused(serving, MARIGRAPH_TAG=tag)
    assert why in said
    assert "FAILED: the new version failed (see above); what served serves on" in said


def test_a_janitor_that_ends_at_its_start_leads_back_after_the_flip(serving: Deployer, tag: str) -> None:
    derived(tag, "", 'ENTRYPOINT ["sh", "-c", "exit 9"]')
    said = refused(serving, MARIGRAPH_TAG=tag)
    assert "FAILED at the step `restart`: not everything runs: janitor is" in said
    assert f"{serving.serves()} serves on" in said


@pytest.mark.parametrize("words", STEPS)
def test_a_link_that_is_cut_at_any_step_harms_nothing(serving: Deployer, tag: str, words: str) -> None:
    before = serving.serves()
    derived(tag, "USER 0\nRUN head -c 30000000 /dev/urandom >noise\nUSER 65532")  # shipping takes a while
    with Client(serving.host).at_work() as client:
        done = serving.interrupted(words, serving.cut_link, MARIGRAPH_TAG=tag)
        serving.settle()
    if words != "8/8":  # so near the end all may have been said
        assert "was cut" in done.stdout, done.stdout
        assert "Error 3" in done.stdout
    assert (serving.serves() == before) is (words == "shipping")
    assert serving.left_over() == ""
    assert client.missing() == set()
    assert client.longest_silence < 3


def test_a_second_deploy_at_the_same_time_is_refused(serving: Deployer) -> None:
    hold = ["ssh", "-tt", *serving.host.ssh_options.split(), "root@127.0.0.1"]
    command = "flock /run/marigraph/deploy.lock sh -c 'echo held; sleep 60'"
    with subprocess.Popen([*hold, command], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert b"held" in holder.stdout.readline()
        try:
            assert "another deploy is at work" in refused(serving, 5)
        finally:
            holder.kill()


def test_a_port_that_somebody_has_is_told_at_once_and_by_whom(serving: Deployer) -> None:
    taker = "systemd-run --quiet --unit taker python3 -m http.server 4999"
    serving.host.ssh(taker)
    try:
        said = refused(serving, RECEIVER_PORT="4999")
    finally:
        serving.host.ssh("systemctl stop taker")
    assert "FAILED at the step `look`: port 4999 is taken by python3" in said


def test_a_full_disk_is_named_before_anything_is_tried(serving: Deployer) -> None:
    host = serving.host
    host.ssh(
        "mkdir /mnt/full && mount -t tmpfs -o size=20m none /mnt/full && head -c 15M /dev/zero >/mnt/full/x"
    )
    try:
        said = refused(serving, EC2_DATA_DIR="/mnt/full")
    finally:
        host.ssh("umount /mnt/full && rmdir /mnt/full")
    assert re.search(r"FAILED at the step `look`: the disk of /mnt/full is full: \d\.\d MB are free", said)


def test_a_store_that_cannot_be_written_is_found_while_the_old_one_answers(serving: Deployer) -> None:
    host = serving.host
    host.ssh("mkdir /srv/readonly")  # root's: the services' user may not write there
    try:
        said = refused(serving, EC2_DATA_DIR="/srv/readonly")
    finally:
        host.ssh("rmdir /srv/readonly")
    assert "FAILED at the step `candidate`" in said


@contextmanager
def a_disk(deployer: Deployer) -> Iterator[None]:
    """A disk, mounted at /mnt/disk, to which the record was copied."""
    ssh = deployer.host.ssh
    ssh("cp -a /var/lib/marigraph/data /srv/disk && install -d -o 65532 -g 65532 /mnt/disk")
    ssh("mount --bind /srv/disk /mnt/disk")
    try:
        yield
    finally:
        ssh("umount /mnt/disk; rm -rf /srv/disk /mnt/disk", check=False)


def test_a_record_whose_disk_is_away_is_missed_and_not_begun_anew(serving: Deployer) -> None:
    host = serving.host
    with a_disk(serving):
        done = serving.run(EC2_DATA_DIR="/mnt/disk")
        assert done.returncode == 0, done.stdout
        assert host.ssh("cat /opt/marigraph/store").stdout.split()[-1] == "/mnt/disk"
        assert serving.run(EC2_DATA_DIR="").returncode == 0  # and away with the setting
        host.ssh("umount /mnt/disk")
        said = refused(serving, EC2_DATA_DIR="/mnt/disk")
    assert (
        "FAILED at the step `look`: the record was in /mnt/disk, which is empty now. Is its disk mounted?"
        in said
    )


def test_a_receiver_does_not_start_without_its_disk_and_starts_when_it_is_back(serving: Deployer) -> None:
    host = serving.host
    with a_disk(serving):
        assert serving.run(EC2_DATA_DIR="/mnt/disk").returncode == 0
        moment = datetime.now(UTC).replace(microsecond=0)
        assert host.ask(PATH, key=KEY, body=snapshot(moment, 63))[0] == 200
        host.ssh(
            "supervisorctl stop marigraph:* && umount /mnt/disk; supervisorctl start marigraph:*", check=False
        )
        assert host.ssh("ls -A /mnt/disk").stdout == ""
        assert "Is its disk mounted?" in host.ssh("tail -n 3 /var/log/marigraph/receiver.log").stdout
        host.ssh("mount --bind /srv/disk /mnt/disk")
        serving.settle()
        assert host.ask(PATH, key=KEY)[1]["currentSession"]["percentageUsed"] == 63
        assert serving.run(EC2_DATA_DIR="").returncode == 0


def test_going_back_serves_the_version_before_and_a_second_time_the_one_before_that(
    serving: Deployer,
) -> None:
    assert serving.run().returncode == 0
    assert serving.run().returncode == 0
    now = serving.serves()
    kept = serving.host.ssh("ls /opt/marigraph/releases").stdout.split()
    assert len(kept) == 3
    tags = serving.host.ssh("docker image ls --format '{{.Tag}}' marigraph-receiver").stdout.split()
    assert sorted(tags) == kept
    with Client(serving.host).at_work() as client:
        for _ in range(2):
            before, done = serving.serves(), serving.run("rollback-ec2")
            assert done.returncode == 0, done.stdout
            assert serving.serves() < before <= now
    assert client.missing() == set()
    assert client.longest_silence < 3
    done = serving.run("rollback-ec2")
    assert "Error 3" in done.stdout
    assert "there is no release before" in done.stdout
    assert serving.services() == RUNNING
    assert serving.left_over() == ""


def test_a_backup_is_fetched_while_readings_come_and_is_restored_beside_a_receiver_that_runs(
    serving: Deployer, tmp_path: Path
) -> None:
    file = tmp_path / "tide.ndjson.gz"
    with Client(serving.host).at_work() as client:
        client.wait_for(20)
        known = set(client.acknowledged)
        done = serving.run("ec2-backup", FILE=str(file))
    assert done.returncode == 0, done.stdout
    times = {
        datetime.fromisoformat(found) for found in re.findall(r'"lastUpdated": ?"([^"]+)"', lines_of(file))
    }
    assert {one for one in known if datetime.fromisoformat(one) not in times} == set()

    refusal = serving.run("ec2-restore", FILE=str(file))
    assert "Error 3" in refusal.stdout, refusal.stdout
    with Client(serving.host).at_work() as client:
        done = serving.run("ec2-restore", FILE=str(file), MERGE="1")
    assert done.returncode == 0, done.stdout
    assert client.missing() == set()
    assert list(tmp_path.iterdir()) == [file]


def lines_of(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode().replace('\\"', '"')
