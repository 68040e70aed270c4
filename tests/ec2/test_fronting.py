"""What a deploy decides about a domain before it touches anything."""

import subprocess
from pathlib import Path

import fronting
import pytest
import wishes
from refusals import DeployError, MisuseError

from tests.ec2.test_deciding import FULL, probed
from tests.ec2.test_wishing import asked

DOMAIN = {"EC2_DOMAIN": "tide.example"}


@pytest.mark.parametrize("code", [0, 100])
def test_caddy_from_debian_is_not_started_by_its_package(tmp_path: Path, code: int) -> None:
    assert fronting.steps_of_domain(FULL, {}) == []
    assert fronting.steps_of_domain(FULL._replace(caddy=True), DOMAIN) == []
    (step,) = fronting.steps_of_domain(FULL, DOMAIN)
    for name, ends in (("systemctl", 0), ("dpkg", 0), ("apt-get", code)):
        fake = tmp_path / name
        fake.write_text(f'#!/bin/sh\necho {name} "$@" >>{tmp_path}/asked\nexit {ends}\n')
        fake.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", step.command],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) is (code == 0)
    ran = [" ".join(line.split()[:2]) for line in (tmp_path / "asked").read_text().splitlines()]
    assert (ran[0], ran[-2:]) == ("systemctl mask", ["systemctl unmask", "systemctl disable"])
    assert ("apt-get install" in ran) is (code == 0)


def test_a_domain_on_amazon_linux_is_refused_with_what_to_do(tmp_path: Path) -> None:
    host, _ = probed(
        tmp_path,
        'ID="amzn"\nVERSION_ID="2023"\n',
        dnf="exit 1",
        uname="echo x86_64",
        python3="echo 3.9",
        sudo='shift; exec "$@"',
    )
    with pytest.raises(DeployError, match=r"amzn 2023 has no Caddy .*docs/tls\.md"):
        fronting.refuse_domain(host._replace(systemd=True), DOMAIN)
    fronting.refuse_domain(host, {})
    fronting.refuse_domain(host._replace(systemd=True, caddy=True), DOMAIN)


def test_the_probe_tells_of_caddy_and_of_who_has_its_ports(tmp_path: Path) -> None:
    host, _ = probed(
        tmp_path,
        "ID=debian\nVERSION_ID=12\n",
        **{"apt-get": "exit 1", "uname": "echo x86_64"},
        sudo='shift; exec "$@"',
        caddy="exit 0",
        systemctl="exit 0",
        ss="""echo 'LISTEN 0 511 0.0.0.0:443 0.0.0.0:* users:(("nginx",pid=7,fd=5))'""",
    )
    assert (host.caddy, host.fronted) == (True, False)
    with pytest.raises(DeployError, match=r"one is taken: 0\.0\.0\.0:443 .*nginx"):
        fronting.refuse_domain(host._replace(systemd=True), DOMAIN)
    fronting.refuse_domain(host._replace(systemd=True, fronted=True), DOMAIN)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "ssh -N -L 4000:127.0.0.1:4000 -p 2222 admin@h "),
        ({"RECEIVER_PORT": "4001"}, "-L 4001:127.0.0.1:4001"),
        ({"RECEIVER_HOST": "0.0.0.0"}, "without encryption"),
        ({**DOMAIN, "RECEIVER_PORT": "4001"}, "https://tide.example "),
    ],
)
def test_the_way_to_the_receiver_is_told(settings: dict[str, str], words: str) -> None:
    assert words in fronting.way_there(settings, "admin@h", "-p 2222")


def test_a_setting_that_is_empty_in_the_environment_is_taken_away(tmp_path: Path) -> None:
    wanted = asked(tmp_path, None)
    assert wishes.host_settings(wanted, DOMAIN, {"EC2_DOMAIN": "", "HOME": ""}) == {}
    assert wishes.host_settings(wanted, DOMAIN, {}) == DOMAIN


def test_a_domain_that_is_none_is_refused_before_the_host_is_touched(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="EC2_DOMAIN is 'https://tide'"):
        wishes.host_settings(asked(tmp_path, None), {}, {"EC2_DOMAIN": "https://tide"})
