"""Services without containers under a real systemd: installed, killed, stopped, rebooted, and nothing is lost."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tests.seaweedfs import SeaweedFS
from tests.systemd.native import HERE, PATH, SERVICES, TAKES_WEBHOOKS, Native, snapshot

pytestmark = [pytest.mark.docker, pytest.mark.host, pytest.mark.timeout(300)]

BEGAN = datetime.now(UTC) - timedelta(days=20)
moments = (f"{BEGAN + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}" for second in count())
"""Each version has a moment of its own; all are old enough for the janitor to prune them."""

acknowledged: list[str] = []
"""Every version that the receiver took, in all of these tests."""


def post(native: Native, percentage: float = 12, moment: str = "") -> str:
    status, answer = native.host.ask(
        PATH, key=KEY[native], body=snapshot(percentage, moment or next(moments))
    )
    assert status == 200, answer
    version: str = answer["versionId"]
    acknowledged.append(version)
    return version


KEY: dict[Native, str] = {}


@pytest.fixture(autouse=True)
def key(native: Native) -> None:
    if native not in KEY:
        KEY[native] = native.key()


@contextmanager
def posting(native: Native) -> Iterator[list[str]]:
    """Post all the while; what was not taken is listed with the reason."""
    refused: list[str] = []
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.05):
            try:
                post(native)
            except (OSError, AssertionError) as error:
                refused.append(repr(error))

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield refused
    finally:
        over.set()
        thread.join()


def kept(native: Native) -> set[str]:
    """Every version that the store has, in the history or the archive."""
    said = native.host.ssh(
        'cd /var/lib/marigraph/data && ls console-usage-history; zcat archive/*.gz 2>/dev/null | grep -o \'"version":"[^"]*\''
        " || true"
    ).stdout
    return set(re.findall(r"\d{4}-\d\d-\d\dT[\d-]+-[0-9a-f]{8,}", said))


def test_the_receiver_serves_by_its_socket_and_all_run(native: Native) -> None:
    assert post(native)
    assert native.host.ask(PATH, key=KEY[native])[0] == 200
    assert set(native.running()) == set(SERVICES)
    sockets = native.host.ssh("ss -Hltnp 'sport = :4000'").stdout
    assert '"systemd"' in sockets


def test_no_running_service_has_a_right_that_its_unit_takes_away(native: Native) -> None:
    processes = [str(process) for process, _ in native.running().values()]
    status = native.host.ssh(f"cat /proc/{{{','.join(processes)}}}/status").stdout
    rights: dict[str, set[str]] = {}
    for name, value in re.findall(r"^(Uid|Cap\w+|NoNewPrivs|Seccomp):\s+(\w+)", status, re.MULTILINE):
        rights.setdefault(name, set()).add(value)
    assert rights.pop("Uid") == {native.host.ssh("id -u marigraph").stdout.strip()}
    assert rights.pop("NoNewPrivs") == {"1"}
    assert rights.pop("Seccomp") == {"2"}
    assert set.union(*rights.values()) == {"0" * 16}
    assert len(processes) == len(SERVICES)


def test_installing_again_changes_nothing_and_starts_nothing_anew(native: Native) -> None:
    before = native.running()
    assert "making the virtual environment" not in native.install().stdout
    assert native.running() == before


def test_a_restart_refuses_nobody(native: Native) -> None:
    before = native.running()["receiver"]
    with posting(native) as refused:
        native.host.ssh("systemctl restart marigraph-receiver")  # returns when the new one is ready
    assert native.running()["receiver"] != before
    assert refused == []


def test_a_line_in_the_journal_has_one_time_the_journals(native: Native) -> None:
    def said() -> str:
        return native.host.ssh("journalctl --no-pager -o cat --unit marigraph-receiver").stdout

    native.eventually(lambda: " request " in said(), "the requests so far are in the journal")
    ours = [line for line in said().splitlines() if "service=" in line]
    assert {line[0] for line in ours} == {"["}


def test_an_alert_reaches_its_destination_and_its_address_is_seen_nowhere(native: Native) -> None:
    address = "http://127.0.0.1:9000/secret-7c1f0a"
    native.host.ssh("cat >/srv/hook.py && systemd-run --unit hook python3 /srv/hook.py", give=TAKES_WEBHOOKS)
    for name, secret in (("webhooks", f"here={address}"), ("webhook_secret", f"whsec_{'c2lnbmVk' * 5}")):
        native.host.ssh(f"umask 077 && cat >/etc/marigraph/secrets/alerter/{name}", give=secret)
    native.host.ssh("systemctl restart marigraph-alerter")
    post(native, 96, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    native.eventually(lambda: native.host.ssh("ls /srv/told", check=False).stdout, "the alert is delivered")
    told = json.loads(native.host.ssh("head -1 /srv/told").stdout)
    assert told["data"]["alerts"][0]["percentage"] == 96
    seen = native.host.ssh(
        "systemctl show 'marigraph*'; journalctl --no-pager --unit 'marigraph*';"
        " cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; true"
    ).stdout
    assert "marigraph-alerter.service" in seen
    assert address not in seen
    assert KEY[native] not in seen


@pytest.mark.seaweedfs
def test_with_a_bucket_the_network_opens_for_who_needs_it_and_shuts_again(
    native: Native, seaweedfs: SeaweedFS
) -> None:
    settings, secret = "/etc/marigraph/marigraph.env", "/etc/marigraph/secrets/aws/credentials"
    given = seaweedfs.environment()
    bucket = {"STORE_URL": seaweedfs.url()} | {
        name: given[name] for name in ("AWS_ENDPOINT_URL", "AWS_REGION")
    }
    credentials = (
        f"[default]\naws_access_key_id={given['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key={given['AWS_SECRET_ACCESS_KEY']}\n"
    )
    kept = native.host.ssh(f"cat {settings}").stdout
    with native.host.reaching(seaweedfs.port):
        native.host.ssh(f"cat >>{settings}", give="".join(f"{name}={bucket[name]}\n" for name in bucket))
        native.host.ssh(f"umask 077 && cat >{secret}", give=credentials)
        try:
            native.install()
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            native.eventually(lambda: native.host.ask("/readyz")[0] == 200, "the bucket is open")
            assert native.host.ask(PATH, key=KEY[native], body=snapshot(33, now))[0] == 200
            assert native.host.ask(PATH, key=KEY[native])[1]["currentSession"]["percentageUsed"] == 33
            assert native.show("receiver", "PrivateNetwork") == "no"
            native.eventually(
                lambda: set(native.running()) == set(SERVICES), "janitor and alerter open it, too"
            )
            seen = native.host.ssh(
                "systemctl show 'marigraph*'; journalctl --no-pager --unit 'marigraph*';"
                " cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; true"
            ).stdout
            assert bucket["STORE_URL"] in seen
            assert given["AWS_SECRET_ACCESS_KEY"] not in seen
        finally:
            native.host.ssh(f"cat >{settings}", give=kept)
            native.install()
    assert native.show("receiver", "PrivateNetwork") == "yes"
    native.eventually(lambda: native.host.ask("/readyz")[0] == 200, "the folder is open")
    assert native.host.ask(PATH, key=KEY[native])[1]["currentSession"]["percentageUsed"] != 33


@pytest.mark.parametrize("signal", ["KILL", "STOP"])
def test_services_that_are_killed_or_hang_are_back_by_themselves(native: Native, signal: str) -> None:
    before = native.running()
    assert set(before) == set(SERVICES)

    def back() -> bool:
        now = native.running()
        return set(now) == set(SERVICES) and all(now[name][0] != before[name][0] for name in SERVICES)

    with posting(native):
        native.host.ssh(f"kill -{signal} {' '.join(str(process) for process, _ in before.values())}")
        began = time.monotonic()
        native.eventually(back, "all are back")
        print(f"all are back after {time.monotonic() - began:.1f} s")  # noqa: T201 - the note says it
    after = native.running()
    assert {name: after[name][1] - before[name][1] for name in SERVICES} == dict.fromkeys(SERVICES, 1)
    assert post(native)


def test_the_janitors_timer_fires_and_prunes_once(native: Native) -> None:
    native.host.ssh("echo RETENTION_MAX_VERSIONS=5 >>/etc/marigraph/marigraph.env")
    native.install(JANITOR="timer")
    assert native.show("janitor.service", "LoadState") == "not-found"
    soon = "[Timer]\nOnCalendar=\nOnActiveSec=1\nRandomizedDelaySec=0\nAccuracySec=10ms\n"
    folder = "/run/systemd/system/marigraph-janitor-once.timer.d"
    native.host.ssh(f"mkdir -p {folder} && cat >{folder}/soon.conf", give=soon)
    native.host.ssh("systemctl daemon-reload && systemctl restart marigraph-janitor-once.timer")
    native.eventually(
        lambda: native.show("janitor-once.service", "ExecMainExitTimestampMonotonic") not in {"", "0"},
        "the janitor has run",
    )
    assert native.show("janitor-once.service", "Result") == "success"
    assert native.host.ssh("ls /var/lib/marigraph/data/archive/*.ndjson.gz").stdout
    starts = native.host.ssh("journalctl --no-pager --unit marigraph-janitor-once -o cat | grep -c Starting")
    assert int(starts.stdout) == 1


def test_a_restart_of_the_host_loses_nothing(native: Native) -> None:
    native.host.reboot()
    native.eventually(lambda: native.host.ask("/readyz")[0] == 200, "the receiver serves")
    for unit in ("receiver.service", "alerter.service", "janitor-once.timer"):
        assert native.show(unit, "ActiveState") == "active"
    assert len(acknowledged) > 10
    assert set(acknowledged) <= kept(native)


def test_uninstalling_stops_all_and_leaves_record_and_keys(native: Native) -> None:
    done = native.make("uninstall-systemd")
    assert done.returncode == 0, done.stdout
    assert native.host.ssh("systemctl list-units --plain --no-legend 'marigraph*'").stdout == ""
    assert set(acknowledged) <= kept(native)
    assert native.key() == KEY[native]
    assert native.host.ssh(f"ls {HERE}").stdout
