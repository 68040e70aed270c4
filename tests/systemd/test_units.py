"""The systemd units: what systemd says of them, and how well they are shut, line by line."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from string import Template

import pytest

from services.alerter.settings import AlerterSettings
from shared.settings import options

SYSTEMD = Path(__file__).parents[2] / "deploy" / "systemd"
WORST = {
    "receiver on tcp": 1.2,
    "receiver on a socket": 0.8,
    "janitor": 0.5,
    "janitor once": 0.5,
    "alerter": 1.3,
    "scraper": 2.3,
    "receiver of a bucket on tcp": 1.2,
    "receiver of a bucket on a socket": 1.2,
    "janitor of a bucket": 1.3,
    "janitor of a bucket once": 1.3,
    "alerter of a bucket": 1.3,
}
"""The exposure that each unit must not go beyond, of 10."""


@contextmanager
def scripts() -> Iterator[None]:
    sys.path.insert(0, str(SYSTEMD))
    try:
        yield
    finally:
        sys.path.remove(str(SYSTEMD))


with scripts():
    from layout import SERVICES, UNITS, Choice, files  # a script of another folder


def written(folder: Path, choice: Choice) -> Path:
    """Put the units of a choice in a folder, their program being one that this machine has; return the folder."""
    for path, text in files(choice).items():
        if path.is_relative_to(UNITS):
            place = folder / path.relative_to(UNITS)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.replace("/opt/marigraph/venv/bin/python", sys.executable))
    return folder


def container_units(folder: Path) -> Path:
    """Put the units of the container form in a folder, filled in as a deploy does; return the folder."""
    template = Template((SYSTEMD / "container" / "marigraph-container.service").read_text())
    for service in SERVICES:
        text = template.substitute(
            service=service,
            container=f"marigraph-{service}",
            docker="/bin/true",
            python=sys.executable,
            program="/opt/marigraph/current/host",
            folder="/opt/marigraph/current",
        )
        (folder / f"marigraph-{service}.service").write_text(text)
    (folder / "marigraph.target").write_text((SYSTEMD / "marigraph.target").read_text())
    (folder / "docker.service").write_text("[Service]\nExecStart=/bin/true\n")
    return folder


def verify(folder: Path) -> str:
    """What systemd-analyze finds wrong with the units of a folder."""
    units = [str(path) for path in sorted(folder.iterdir()) if path.is_file()]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return said if done.returncode or said.strip() else ""


@pytest.mark.systemd
@pytest.mark.parametrize("activation", ["socket", "tcp"])
@pytest.mark.parametrize("janitor", ["service", "timer"])
@pytest.mark.parametrize("bucket", [False, True])
def test_systemd_has_nothing_to_say_against_the_native_units(
    tmp_path: Path, activation: str, janitor: str, bucket: bool
) -> None:
    choice = Choice(services=SERVICES, activation=activation, janitor=janitor, bucket=bucket)
    assert verify(written(tmp_path, choice)) == ""


@pytest.mark.systemd
def test_systemd_has_nothing_to_say_against_the_container_units(tmp_path: Path) -> None:
    assert verify(container_units(tmp_path)) == ""


@pytest.mark.systemd
def test_a_slip_of_the_pen_in_a_unit_would_be_found(tmp_path: Path) -> None:
    unit = written(tmp_path, Choice()) / "marigraph-receiver.service"
    unit.write_text(unit.read_text().replace("ProtectHome=yes", "ProtectHouse=yes"))
    assert "ProtectHouse" in verify(tmp_path)


@pytest.mark.systemd
@pytest.mark.parametrize("which", WORST)
def test_a_unit_is_no_more_exposed_than_it_may_be(tmp_path: Path, which: str) -> None:
    choice = Choice(
        services=SERVICES,
        activation="tcp" if which.endswith("tcp") else "socket",
        janitor="timer" if which.endswith("once") else "service",
        bucket="bucket" in which,
    )
    name = which.split(" on ", maxsplit=1)[0].replace(" of a bucket", "")
    unit = f"marigraph-{name.replace(' ', '-')}.service"
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(written(tmp_path, choice) / unit)],
        capture_output=True,
        text=True,
        check=True,
    )
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= WORST[which], done.stdout


def directives(text: str) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    hard = next((place for place, line in enumerate(lines) if line.startswith("# ----")), len(lines))
    for place, line in enumerate(lines[hard:], hard):
        if re.match(r"[A-Z]\w+=", line):
            yield place, line


@pytest.mark.parametrize("unit", sorted(path.name for path in (SYSTEMD / "native").glob("*.service")))
def test_every_line_that_shuts_something_stands_under_words_that_say_why(unit: str) -> None:
    text = (SYSTEMD / "native" / unit).read_text()
    lines = text.splitlines()
    for place, line in directives(text):
        above = [lines[before] for before in range(place - 1, max(-1, place - 7), -1)]
        assert any(before.startswith("#") for before in above), f"{unit}: {line}"


def test_no_unit_holds_a_secret_or_passes_one_in_the_environment() -> None:
    for text in files(Choice(services=SERVICES)).values():
        assert not re.search(r"CLAUDE_SYNC_API_KEY=", text)
        assert "mg_" not in text


def test_the_alerter_writes_its_own_folder_alone_and_gets_every_file_that_names_a_destination() -> None:
    unit = files(Choice(services=SERVICES))[UNITS / "marigraph-alerter.service"].splitlines()
    assert {line for line in unit if re.match(r"(State|ReadWrite|Bind)\w+=", line)} == {
        "StateDirectory=marigraph/alerter",
        "StateDirectoryMode=0700",
    }
    assert "ProtectSystem=strict" in unit
    assert [line for line in unit if "Credential" in line] == [
        "LoadCredential=alerter:/etc/marigraph/secrets/alerter"
    ]
    secret = [option.env.lower() for option in options(AlerterSettings) if option.secret]
    assert all(name.startswith("alerter_") for name in secret)  # systemd puts folder and file together so


def test_the_socket_and_the_receiver_have_the_address_that_was_asked_for() -> None:
    found = files(Choice(services=SERVICES, host="::1", port=4001))
    assert "ListenStream=[::1]:4001\n" in found[UNITS / "marigraph-receiver.socket"]
    assert "RECEIVER_HOST=::1 RECEIVER_PORT=4001\n" in found[UNITS / "marigraph-receiver.service"]
    assert "http://[::1]:4001/" in found[UNITS / "marigraph-scraper.service"]


@pytest.mark.parametrize(
    ("host", "reach"), [("127.0.0.1", "localhost"), ("0.0.0.0", "any"), ("10.1.2.3", "any")]
)
def test_only_a_receiver_that_is_asked_to_is_reached_from_elsewhere(host: str, reach: str) -> None:
    unit = files(Choice(host=host, activation="tcp"))[UNITS / "marigraph-receiver.service"]
    assert f"IPAddressDeny=any\nIPAddressAllow={reach}\n" in unit


def install(destination: Path, *, verb: str = "install", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SYSTEMD / "install.py"), verb],
        env={"PATH": os.environ["PATH"], "DESTDIR": str(destination), **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"SERVICES": "receiver scrapper"}, "'scrapper'"),
        ({"RECEIVER_PORT": "http"}, "RECEIVER_PORT"),
        ({"RECEIVER_PORT": "70000"}, "RECEIVER_PORT"),
        ({"ACTIVATION": "xinetd"}, "ACTIVATION"),
        ({"JANITOR": "cron"}, "JANITOR"),
    ],
)
def test_what_cannot_be_installed_is_named_and_nothing_is_written(tmp_path: Path, more, named) -> None:
    done = install(tmp_path / "root", **more)
    assert done.returncode == 2
    assert named in done.stderr
    assert not (tmp_path / "root").exists()


def test_a_host_that_runs_it_in_containers_is_left_alone(tmp_path: Path) -> None:
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    (units / "marigraph-receiver.service").write_text("[Service]\n")
    done = install(tmp_path)
    assert done.returncode == 2
    assert "marigraph-receiver.service" in done.stderr
    assert "make deploy-ec2" in done.stderr
    assert not (tmp_path / "opt").exists()


def put_in_place(root: Path) -> list[PurePosixPath]:
    """An installation without its virtual environment, which takes minutes to make."""
    made = []
    for path, text in files(Choice(services=SERVICES)).items():
        place = root / path.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        made.append(path)
    return made


def test_uninstalling_leaves_settings_keys_and_the_record(tmp_path: Path) -> None:
    put_in_place(tmp_path)
    kept = [
        tmp_path / name
        for name in ("etc/marigraph/secrets/api-key", "var/lib/marigraph/data/console-usage-synced.json")
    ]
    for file in kept:
        file.parent.mkdir(parents=True)
        file.write_text("kept")
    assert install(tmp_path, verb="uninstall").returncode == 0
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)


def test_the_form_that_was_not_chosen_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripts():
        import install as installing  # noqa: PLC0415 - a script of another folder
    monkeypatch.setattr(installing.environment, "renew", lambda *_: True)
    monkeypatch.setattr(installing, "_unfit", lambda _: [])
    monkeypatch.setattr(installing, "_settle", lambda _: None)
    monkeypatch.setenv("JANITOR", "service")
    assert installing.install(tmp_path) == 0
    monkeypatch.setenv("JANITOR", "timer")
    monkeypatch.setenv("ACTIVATION", "tcp")
    assert installing.install(tmp_path) == 0
    expected = files(Choice(janitor="timer", activation="tcp"))
    units = tmp_path / UNITS.relative_to("/")
    assert {path.relative_to(units).as_posix() for path in units.rglob("*") if path.is_file()} == {
        path.relative_to(UNITS).as_posix() for path in expected if path.is_relative_to(UNITS)
    }


def test_a_bucket_in_the_settings_opens_the_network_and_without_it_it_is_shut_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripts():
        import install as installing  # noqa: PLC0415 - a script of another folder
    monkeypatch.setattr(installing.environment, "renew", lambda *_: True)
    monkeypatch.setattr(installing, "_unfit", lambda _: [])
    monkeypatch.setattr(installing, "_settle", lambda _: None)
    settings = tmp_path / "etc/marigraph/marigraph.env"
    settings.parent.mkdir(parents=True)
    units = tmp_path / UNITS.relative_to("/")
    for text, opened in (
        ("# STORE_URL=s3://tide\n", []),
        ("LOG_LEVEL=info\nSTORE_URL=s3://tide/record\n", ["janitor", "receiver"]),
        ("STORE_URL=file:///srv/data\n", []),
    ):
        settings.write_text(text)
        assert installing.install(tmp_path) == 0
        found = sorted(path.parent.name for path in units.glob("*.d/store.conf"))
        assert found == [f"marigraph-{name}.service.d" for name in opened]
        both = [path.name for path in units.glob("marigraph-receiver.service.d/*.conf")]
        assert max(both) == "store.conf" if opened else both == ["socket.conf"]  # the last one counts
