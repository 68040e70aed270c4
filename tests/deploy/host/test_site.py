"""The host's name in the world: what is asked for, and what Caddy is told."""

import shutil
import subprocess

import pytest

from marigraph_host.errors import MisuseError
from marigraph_host.launching import environment
from marigraph_host.layout import Layout
from marigraph_host.services import RECEIVER
from marigraph_host.site import Site, caddyfile, drop_in, site_of

SITE = Site("tide.example", "", "", 4000)


def shipped(repository):
    return (repository / "deploy" / "proxy" / "Caddyfile").read_text()


def test_without_a_domain_there_is_no_site():
    assert site_of({"RECEIVER_HOST": "0.0.0.0", "EC2_DOMAIN_MAIL": "me@tide.example"}) is None


def test_a_site_is_made_of_the_settings():
    settings = {"EC2_DOMAIN": "Tide.Example", "EC2_DOMAIN_MAIL": "me@tide.example", "RECEIVER_PORT": "4001"}
    assert site_of(settings) == Site("tide.example", "me@tide.example", "", 4001)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"EC2_DOMAIN": "https://tide.example"}, "EC2_DOMAIN is"),
        ({"EC2_DOMAIN": "203.0.113.7"}, "EC2_DOMAIN is"),
        ({"EC2_DOMAIN": "tide"}, "EC2_DOMAIN is"),
        ({"EC2_DOMAIN": "tide.example {"}, "EC2_DOMAIN is"),
        ({"EC2_DOMAIN": "*.tide.example"}, "EC2_DOMAIN is"),
        ({"EC2_DOMAIN": "tide.example,sea.example"}, "EC2_DOMAIN is"),
        ({"EC2_DOMAIN_MAIL": "me@tide.example }"}, "EC2_DOMAIN_MAIL is"),
        ({"EC2_DOMAIN_CA": "http://ca.example"}, "EC2_DOMAIN_CA is"),
        ({"RECEIVER_HOST": "0.0.0.0"}, "believe what anyone says"),
        ({"RECEIVER_TLS_CERT": "/cert.pem"}, "RECEIVER_TLS_CERT"),
        ({"RECEIVER_PORT": "443"}, "RECEIVER_PORT"),
        ({"RECEIVER_PROXIES": "0"}, "RECEIVER_PROXIES"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(more, words):
    with pytest.raises(MisuseError, match=words):
        site_of({"EC2_DOMAIN": "tide.example", **more})


def test_the_receiver_believes_the_proxy_only_when_there_is_one():
    assert "RECEIVER_PROXIES" not in environment(RECEIVER, {})
    given = environment(RECEIVER, {"EC2_DOMAIN": "tide.example"})
    assert (given["RECEIVER_PROXIES"], given["RECEIVER_HOST"]) == ("1", "127.0.0.1")
    assert environment(RECEIVER, {"EC2_DOMAIN": "a.b", "RECEIVER_PROXIES": "2"})["RECEIVER_PROXIES"] == "2"


def test_the_shipped_configuration_is_made_out_to_the_site(repository):
    text = caddyfile(shipped(repository), SITE._replace(mail="me@tide.example", port=4001))
    assert "\ntide.example {" in text
    assert "reverse_proxy 127.0.0.1:4001 {" in text
    assert "\temail me@tide.example\n" in text
    assert "marigraph.example" not in text
    assert "local_certs" not in text
    assert "acme_ca" not in text


def test_another_authority_is_named(repository):
    assert "\tlocal_certs\n" in caddyfile(shipped(repository), SITE._replace(authority="internal"))
    text = caddyfile(shipped(repository), SITE._replace(authority="https://ca.example/acme/directory"))
    assert "\tacme_ca https://ca.example/acme/directory\n" in text


def test_a_shipped_configuration_that_is_another_is_refused():
    with pytest.raises(MisuseError, match="proxy/Caddyfile"):
        caddyfile("sea.example {\n}\n", SITE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_addition_is_one_that_systemd_understands(tmp_path):
    unit = tmp_path / "caddy.service"
    unit.write_text("[Service]\nType=notify\nExecStart=/bin/true\n")
    folder = tmp_path / "caddy.service.d"
    folder.mkdir()
    (folder / "marigraph.conf").write_text(drop_in(Layout(), "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
