"""How a service's container is started on a host: shut in, given what it needs, no secret among it."""

from pathlib import Path

import pytest

from marigraph_host.errors import MisuseError
from marigraph_host.launching import command_line, environment, places
from marigraph_host.layout import Layout
from marigraph_host.record import scratch_url
from marigraph_host.services import TABLE, chosen, named
from marigraph_host.settings import parse, port_of

RELEASE = Path("/opt/marigraph/releases/r1")


def flags(name, settings=None):
    service, layout = named(name), Layout()
    return command_line(
        service,
        name=layout.container(name),
        image="sha256:1",
        release=RELEASE,
        given=environment(service, settings or {}),
        seen=places(layout, settings or {}, name),
        how=(),
    )


@pytest.mark.parametrize("service", [service.name for service in TABLE])
def test_every_service_is_shut_in(service):
    words = " ".join(flags(service))
    for flag in (
        "--user 65532:65532",
        "--read-only",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--pids-limit",
        "--memory-swap",
        "--tmpfs /tmp:noexec,nosuid,nodev",
    ):
        assert flag in words
    assert "--privileged" not in words
    assert "--init" not in words  # watched.py is the first process
    assert "-p " not in words


def test_the_receiver_listens_on_loopback_unless_it_is_told_otherwise_and_shares_its_port():
    assert "RECEIVER_HOST=127.0.0.1" in flags("receiver")
    assert "RECEIVER_HOST=0.0.0.0" in flags("receiver", {"RECEIVER_HOST": "0.0.0.0"})
    assert "RECEIVER_REUSE_PORT=1" in flags("receiver", {"RECEIVER_REUSE_PORT": "0"})


def test_the_janitor_has_no_network_and_no_secret():
    words = flags("janitor")
    assert words[words.index("--network") + 1] == "none"
    assert not any("/run/keys" in word for word in words)


def test_secrets_are_mounted_read_only_and_the_store_is_where_the_settings_say():
    words = flags("receiver", {"EC2_DATA_DIR": "/mnt/disk"})
    assert "type=bind,src=/etc/marigraph/secrets,dst=/run/keys,readonly" in words
    assert "type=bind,src=/mnt/disk,dst=/data" in words


def test_the_browser_gets_its_profile_and_its_calls_go_to_the_receiver_of_this_host():
    words = flags("scraper", {"RECEIVER_PORT": "4001"})
    assert "seccomp=/opt/marigraph/releases/r1/seccomp/chromium.json" in words
    assert "CLAUDE_SYNC_URL=http://127.0.0.1:4001/api/claude/console-usage" in words


def test_a_service_gets_its_own_settings_and_no_other():
    settings = {"RETENTION_DAYS": "9", "RECEIVER_PORT": "4001", "LOG_FORMAT": "json", "OTHER": "1"}
    given = environment(named("janitor"), settings)
    assert given["RETENTION_DAYS"] == "9"
    assert given["LOG_FORMAT"] == "json"
    assert not {"RECEIVER_PORT", "OTHER"} & set(given)


def test_the_alerter_reads_the_record_and_writes_its_own_folder():
    words = flags("alerter", {"ALERTER_WEBHOOKS_FILE": "/run/keys/alerter-webhooks"})
    assert "type=bind,src=/var/lib/marigraph/data,dst=/data,readonly" in words
    assert "type=bind,src=/var/lib/marigraph/alerter,dst=/state" in words
    assert "ALERTER_WEBHOOKS_FILE=/run/keys/alerter-webhooks" in words
    assert "type=bind,src=/var/lib/marigraph/data,dst=/data" in flags("receiver", {})


BUCKET = {
    "STORE_URL": "s3://tide/record?stale=5",
    "AWS_REGION": "eu-central-1",
    "AWS_SHARED_CREDENTIALS_FILE": "/run/aws/credentials",
}


@pytest.mark.parametrize("service", ["receiver", "janitor", "alerter"])
def test_who_opens_a_bucket_reaches_it_sees_its_credentials_and_no_folder(service):
    words = flags(service, BUCKET)
    assert words[words.index("--network") + 1] == "host"
    assert "STORE_URL=s3://tide/record?stale=5" in words
    assert "AWS_REGION=eu-central-1" in words
    assert "type=bind,src=/etc/marigraph/secrets/aws,dst=/run/aws,readonly" in words
    assert not any("dst=/data" in word for word in words)


def test_with_a_role_there_are_no_credentials_to_see_and_the_scraper_is_given_nothing_of_it():
    role = {"STORE_URL": "s3://tide", "AWS_REGION": "eu-central-1"}
    assert not any("/run/aws" in word for word in flags("janitor", role))
    assert not any("AWS_" in word or "s3://" in word for word in flags("scraper", BUCKET))


def test_a_store_that_is_neither_bucket_nor_the_hosts_folder_is_refused():
    with pytest.raises(MisuseError, match="folder is named by EC2_DATA_DIR"):
        flags("receiver", {"STORE_URL": "file:///srv/data"})
    with pytest.raises(MisuseError, match="on a host it is /run/aws/credentials"):
        flags("receiver", BUCKET | {"AWS_SHARED_CREDENTIALS_FILE": "/srv/credentials"})


def test_a_scratch_store_stands_below_the_buckets_own():
    assert scratch_url("s3://tide/record/?stale=5", "r1") == "s3://tide/record/trial/r1?stale=5"
    assert scratch_url("s3://tide", "r1") == "s3://tide/trial/r1"


def test_optional_services_run_where_they_are_asked_for():
    images = {"receiver": "sha256:1", "janitor": "sha256:2", "scraper": "sha256:3"}
    assert [one.name for one in chosen({}, images)] == ["receiver", "janitor"]
    assert [one.name for one in chosen({"EC2_SERVICES": "scraper"}, images)][-1] == "scraper"
    told = {"ALERTER_WEBHOOKS_FILE": "/run/keys/alerter-webhooks"}
    assert [one.name for one in chosen(told, images | {"alerter": "sha256:4"})][-1] == "alerter"
    with pytest.raises(MisuseError, match="no image of alerter"):
        chosen(told, images)
    with pytest.raises(MisuseError, match="EC2_SERVICES names scrapper"):
        chosen({"EC2_SERVICES": "scrapper"}, images)
    with pytest.raises(MisuseError, match="no image of scraper"):
        chosen({"EC2_SERVICES": "scraper"}, {**images, "scraper": ""})


def test_a_line_that_is_no_setting_is_named_and_a_secret_among_the_settings_is_refused():
    assert parse("# a remark\n\nLOG_LEVEL = 'debug'\nRECEIVER_PORT=\n", "f") == {"LOG_LEVEL": "debug"}
    with pytest.raises(MisuseError, match="f, line 2"):
        parse("A=1\nno setting\n", "f")
    with pytest.raises(MisuseError, match="is a secret"):
        parse("CLAUDE_SYNC_API_KEY=mg_x", "f")
    with pytest.raises(MisuseError, match="AWS_SECRET_ACCESS_KEY is a secret"):
        parse("AWS_SECRET_ACCESS_KEY=x", "f")
    with pytest.raises(MisuseError, match="RECEIVER_PORT is '70000'"):
        port_of({"RECEIVER_PORT": "70000"})
