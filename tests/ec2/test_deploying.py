"""From a bare host to one that serves, a version that follows, one that fails, a link that is cut, a reboot.

The tests stand in the order of a host's life, each on what the one before left: a bare host is dear. What is rarer
stands in test_hosts_life.py.
"""

import re
import shlex
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.ec2.deploying import (
    KEY,
    PATH,
    RUNNING,
    Client,
    Deployer,
    derived,
    patched,
    shipped,
    snapshot,
)

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.timeout(600)]

UNWELL = patched(
    "services/receiver/api/health.py",
    "status, body = await request.app.ctx.readiness.now()",
    'status, body = 503, {"status": "unwell"}',
)
SEEN = r"""
import glob, os, sys, time
key = sys.stdin.read().encode()
while not os.path.exists("/tmp/enough"):
    for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                if key in file.read():
                    print("SEEN", path, flush=True)
        except OSError:
            pass
    time.sleep(0.1)
print("looked")
"""
"""Looks for the key in every process of the host, until told that it is enough."""
TOLD = (
    "docker inspect $(docker ps -aq) $(docker image ls -q); docker history --no-trunc -q $(docker image ls -q);"
    " cat /var/log/marigraph/*; journalctl --no-pager"
)
"""What a host tells those who may ask: its engine, its logs."""
KEPT = "grep -rlF -f - /etc /opt /var/lib/docker /var/lib/marigraph /var/log /run /tmp --exclude=api-key 2>/dev/null"
"""The files, image layers among them, that hold what is given on standard input."""


def test_a_bare_host_serves_after_one_make_and_shows_no_secret(deployer: Deployer) -> None:
    host = deployer.host
    watch = ["ssh", *host.ssh_options.split(), "root@127.0.0.1", f"python3 -c {shlex.quote(SEEN)}"]
    with subprocess.Popen(watch, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdin is not None
        watcher.stdin.write(KEY)
        watcher.stdin.close()
        done = deployer.run()
        host.ssh("touch /tmp/enough")
        seen = watcher.stdout.read() if watcher.stdout else ""
    assert done.returncode == 0, done.stdout

    moment = datetime.now(UTC).replace(microsecond=0)
    assert host.ask(PATH, key=KEY, body=snapshot(moment, 41))[0] == 200
    status, body = host.ask(PATH, key=KEY)
    assert (status, body["currentSession"]["percentageUsed"]) == (200, 41)
    assert host.ask(PATH)[0] == 401
    assert deployer.services() == RUNNING
    assert done.stdout.rstrip().splitlines()[-1].split()[:2] == ["watch", "RUNNING"]
    assert host.ssh("ls /var/lib/marigraph/data/console-usage-history").stdout.count(".json") == 2
    assert deployer.left_over() == ""

    assert seen == "looked\n"
    assert KEY not in done.stdout
    assert KEY not in host.ssh(TOLD, check=False).stdout
    assert host.ssh(KEPT, check=False, give=KEY).stdout == ""
    assert host.ssh("grep -rlF -f - /etc/marigraph", give=KEY).stdout == "/etc/marigraph/secrets/api-key\n"
    assert host.ssh("stat -c '%a %u' /etc/marigraph/secrets/api-key").stdout == "400 65532\n"


def test_a_second_version_loses_nothing_and_is_small(
    deployer: Deployer, tag: str, record_property: Callable[[str, object], None]
) -> None:
    before = deployer.serves()
    derived(tag, "USER 0\nRUN echo '# changed' >>shared/clock.py\nUSER 65532")
    with Client(deployer.host).at_work() as client:
        time.sleep(1)
        done = deployer.run(MARIGRAPH_TAG=tag)
    assert done.returncode == 0, done.stdout
    assert deployer.serves() > before
    assert len(client.acknowledged) > 20
    assert client.missing() == set()
    record_property("longest_silence_seconds", client.longest_silence)
    record_property("bytes_shipped", shipped(done.stdout))
    assert client.longest_silence < 3
    assert shipped(done.stdout) < 5_000_000


def test_a_version_that_lives_and_does_not_get_well_leaves_the_old_one_serving(
    deployer: Deployer, tag: str
) -> None:
    before = deployer.serves()
    derived(tag, UNWELL)
    with Client(deployer.host).at_work() as client:
        done = deployer.run(MARIGRAPH_TAG=tag)
    assert "Error 3" in done.stdout, done.stdout
    assert re.search(r"FAILED at the step `trial`: /readyz answers 503: .*unwell", done.stdout), done.stdout
    assert f"{before} serves on" in done.stdout
    assert "FAILED: the new version failed (see above); what served serves on" in done.stdout
    assert deployer.serves() == before
    assert deployer.services() == RUNNING
    assert deployer.left_over() == ""
    assert client.missing() == set()
    assert client.longest_silence < 3


def test_a_link_that_is_cut_in_the_switch_stops_nothing(deployer: Deployer) -> None:
    before = deployer.serves()
    done = deployer.interrupted("6/8", deployer.cut_link)
    assert "was cut" in done.stdout, done.stdout
    assert "Error 3" in done.stdout
    deployer.settle()
    assert deployer.serves() > before
    assert deployer.left_over() == ""
    told = deployer.run("ec2-status")
    assert told.returncode == 0, told.stdout
    assert f"last deploy: {deployer.serves()} serves" in told.stdout


def test_all_is_back_after_a_restart_of_the_host_and_nothing_is_lost(deployer: Deployer) -> None:
    host, before = deployer.host, deployer.serves()
    with Client(host).at_work() as client:
        time.sleep(1)
        host.reboot()
        deployer.settle()
    assert deployer.services() == RUNNING
    assert deployer.serves() == before
    assert client.missing() == set()
    assert len(client.acknowledged) > 10
