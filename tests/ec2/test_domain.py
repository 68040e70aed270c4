"""A host with a domain: Caddy in front, with certificates of an authority of its own, as no public one knows a stand-in."""

import http.client
import json
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ec2.deploying import KEY, PATH, RUNNING, Deployer, snapshot, wait_until

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.lengthy, pytest.mark.timeout(600)]

DOMAIN = "tide.example"
WITH_DOMAIN = {"EC2_DOMAIN": DOMAIN, "EC2_DOMAIN_CA": "internal", "RECEIVER_HOST": ""}
WITHOUT = {"EC2_DOMAIN": "", "EC2_DOMAIN_CA": ""}
ROOT = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"


def asked(deployer: Deployer, authority: Path, body: object = None) -> tuple[int, bytes]:
    """Ask the domain by HTTPS, trusting that authority and no other."""
    context = ssl.create_default_context(cafile=str(authority))
    plain = socket.create_connection(("127.0.0.1", deployer.host.ports["https"]), 10)
    with plain, context.wrap_socket(plain, server_hostname=DOMAIN) as wrapped:
        connection = http.client.HTTPConnection(DOMAIN)
        connection.sock = wrapped
        data = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", PATH, data, {"X-API-Key": KEY})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_a_port_443_that_somebody_has_is_told_before_anything_is_changed(serving: Deployer) -> None:
    serving.host.ssh("systemd-run --quiet --unit taker python3 -m http.server 443")
    try:
        done = serving.run(**WITH_DOMAIN)
    finally:
        serving.host.ssh("systemctl stop taker")
    assert "EC2_DOMAIN needs the ports 80 and 443, and one is taken: 0.0.0.0:443" in done.stdout, done.stdout
    assert "Error 3" in done.stdout
    assert serving.left_over() == ""


def test_a_domain_is_served_by_https_goes_on_after_a_restart_and_goes_with_its_setting(
    serving: Deployer, tmp_path: Path
) -> None:
    host, authority = serving.host, tmp_path / "root.crt"
    done = serving.run(**WITH_DOMAIN)
    assert done.returncode == 0, done.stdout
    assert f"https://{DOMAIN}: it serves" in done.stdout
    authority.write_text(host.ssh(f"cat {ROOT}").stdout)
    moment = datetime.now(UTC).replace(microsecond=0)
    assert asked(serving, authority, snapshot(moment, 55))[0] == 200
    status, body = asked(serving, authority)
    assert (status, json.loads(body)["currentSession"]["percentageUsed"]) == (200, 55)

    plain = http.client.HTTPConnection("127.0.0.1", host.ports["http"], timeout=10)
    plain.request("GET", "/livez", headers={"Host": DOMAIN})
    redirected = plain.getresponse()
    plain.close()
    assert (redirected.status, redirected.headers["Location"]) == (308, f"https://{DOMAIN}/livez")

    host.reboot()
    wait_until(lambda: serving.run("ec2-status").returncode == 0, 60)
    wait_until(lambda: asked(serving, authority)[0] == 200, 30)  # it runs a moment before it serves

    done = serving.run(**WITHOUT)
    assert done.returncode == 0, done.stdout
    assert "the proxy is off" in done.stdout
    assert host.ssh("ss -Hltn '( sport = :80 or sport = :443 )'").stdout == ""
    assert serving.services() == RUNNING
    assert serving.left_over() == ""
