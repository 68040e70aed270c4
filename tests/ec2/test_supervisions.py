"""What supervisor and systemd see to, each in its way: services that are killed, hang or fill their memory, switches
whose program is killed, a host that is restarted or loses its power.

Under each the host is deployed to once, with a receiver that can be made sick.
"""

import contextlib
import shlex
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.ec2.deploying import RUNNING, TAG, Client, Deployer, derived, forget
from tests.ec2.harms import COUNTED, HARMS, INSIDE, KILLER, SICK, back_after, ends

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.lengthy, pytest.mark.timeout(600)]

Noted = Callable[[str, object], None]


@pytest.fixture(scope="module")
def sick() -> Iterator[str]:
    """A version whose receiver can be made sick."""
    tag = f"{TAG}-sick"
    derived(tag, SICK)
    yield tag
    forget(tag)


@pytest.fixture(scope="module", params=["supervisor", "systemd"])
def kept(request: pytest.FixtureRequest, deployer: Deployer, sick: str) -> Deployer:
    """The host, under one of the supervisions; what served before it, under the other, is followed without a gap."""
    client = Client(deployer.host)
    with client.at_work() if deployer.serves() else contextlib.nullcontext():
        done = deployer.run(MARIGRAPH_TAG=sick, SUPERVISION=request.param)
    assert done.returncode == 0, done.stdout
    assert deployer.left_over() == ""
    assert client.missing() == set()
    assert client.longest_silence < 3
    assert deployer.run("ec2-status").returncode == 0
    return deployer.under(request.param)


def test_every_service_runs(kept: Deployer) -> None:
    assert (kept.services() == RUNNING) is (kept.supervision == "supervisor")
    assert (kept.units() == ["active", "active"]) is (kept.supervision == "systemd")
    shut_in = (
        "docker inspect -f '{{.HostConfig.Init}} {{.Config.Entrypoint}}' marigraph-receiver marigraph-janitor"
    )
    for line in kept.host.ssh(shut_in).stdout.splitlines():
        assert line.startswith("<nil> [/usr/bin/python3 -IS watched.py ")


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("service", ["receiver", "janitor"])
def test_a_service_that_was_harmed_is_back(
    kept: Deployer, service: str, harm: str, record_property: Noted
) -> None:
    before = ends(kept, service)
    record_property("seconds", back_after(kept, service, HARMS[harm]))
    after = ends(kept, service)
    assert sum(after.values()) == sum(before.values()) + 1
    if harm in COUNTED:
        assert after[COUNTED[harm]] == before[COUNTED[harm]] + 1


@pytest.mark.parametrize("harm", INSIDE)
def test_a_receiver_that_lives_and_does_not_serve_is_back(
    kept: Deployer, harm: str, record_property: Noted
) -> None:
    before = ends(kept, "receiver")
    record_property("seconds", back_after(kept, "receiver", INSIDE[harm]))
    after = ends(kept, "receiver")
    assert sum(after.values()) == sum(before.values()) + 1
    if harm in COUNTED:
        assert after[COUNTED[harm]] == before[COUNTED[harm]] + 1


@pytest.mark.parametrize("step", ["candidate", "restart", "tidy"])
def test_a_switch_whose_program_is_killed_is_mended_by_itself(kept: Deployer, sick: str, step: str) -> None:
    before, host = kept.serves(), kept.host
    killer = threading.Thread(target=host.ssh, args=[f"python3 -c {shlex.quote(KILLER)} {step}"])
    killer.start()
    with Client(host).at_work() as client:
        done = kept.run(MARIGRAPH_TAG=sick, SUPERVISION=kept.supervision)
        killer.join()
        kept.settle()
    assert done.returncode != 0
    assert "the switch was cut on the host" in done.stdout, done.stdout
    assert (kept.serves() == before) is (step != "tidy")
    assert kept.left_over() == ""
    assert client.missing() == set()
    assert client.longest_silence < 3


@pytest.mark.parametrize("end", ["reboot", "cut_power"])
def test_all_is_back_after_a_restart_of_the_host_and_nothing_is_lost(kept: Deployer, end: str) -> None:
    before = kept.serves()
    with Client(kept.host).at_work() as client:
        client.wait_for(10)
        getattr(kept.host, end)()
        kept.settle()
    assert kept.serves() == before
    assert client.missing() == set()


def test_a_switch_that_the_hosts_power_cuts_is_mended_at_boot(kept: Deployer, sick: str) -> None:
    before = kept.serves()
    with Client(kept.host).at_work() as client:
        kept.interrupted("6/8", kept.host.cut_power, MARIGRAPH_TAG=sick, SUPERVISION=kept.supervision)
        kept.settle()
    assert kept.serves() == before
    assert kept.left_over() == ""
    assert client.missing() == set()
