"""The stand-in is what it says: else the tests on it would prove little."""

import subprocess

import pytest

from tests.standin.host import StandIn
from tests.standin.image import image

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.timeout(900)]


def test_a_bare_host_has_systemd_and_neither_docker_nor_supervisor(bare_host: StandIn) -> None:
    """Asked of the image, as other tests may have deployed to the host by now."""
    assert bare_host.ssh("systemctl is-system-running").stdout == "running\n"
    command = ["docker", "run", "--rm", "--network=none", image(prepared=False)]
    asked = [*command, "sh", "-c", "command -v docker dockerd supervisord || command -v python3"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert found.stdout == "/usr/bin/python3\n"


def test_an_administrator_may_become_root_and_a_guest_may_not(bare_host: StandIn) -> None:
    assert bare_host.ssh("sudo -n id -u", user="admin").stdout == "0\n"
    assert bare_host.ssh("sudo -n id -u", user="guest", check=False).returncode != 0
