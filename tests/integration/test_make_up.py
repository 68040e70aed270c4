"""`make up` and `make down`, as a person runs them."""

import os
import re
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest

from tests.ports import free_port

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project() -> Iterator[str]:
    """A name of its own; what `make up` leaves under it is removed."""
    name = f"marigraph-test-{uuid.uuid4().hex[:8]}"
    yield name
    ours = {"label": f"com.docker.compose.project={name}"}
    with closing(docker.from_env()) as engine:
        for container in engine.containers.list(all=True, filters=ours):
            container.remove(force=True)
        for network in engine.networks.list(filters=ours):
            network.remove()
        for volume in engine.volumes.list(filters=ours):
            volume.remove(force=True)


@pytest.fixture
def make(repository: Path, project: str, tmp_path: Path, images: None, compose: None) -> Make:
    environment = {
        **os.environ,
        "COMPOSE_PROJECT_NAME": project,
        "MARIGRAPH_LOCAL_DIR": str(tmp_path),
        "RECEIVER_PORT": str(free_port()),
        "PRACTICE_PORT": str(free_port()),
    }

    def run(target: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "--no-print-directory", target],
            cwd=repository,
            env=environment | changes,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_up_serves_and_down_keeps_what_was_recorded(make: Make, project: str, tmp_path: Path) -> None:
    up = make("up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert re.search(r"recording: session \d", up.stdout), up.stdout
    key = (tmp_path / "key").read_text().strip()
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert key not in up.stdout + up.stderr

    ours = {"label": f"com.docker.compose.project={project}"}
    with closing(docker.from_env()) as engine:
        running = engine.containers.list(filters=ours)
        assert len(running) == 4
        down = make("down")
        assert down.returncode == 0, down.stdout + down.stderr
        assert engine.containers.list(all=True, filters=ours) == []
        volumes = {volume.name for volume in engine.volumes.list(filters=ours)}
        assert volumes == {
            f"{project}_{kind}" for kind in ("alerter", "bucket", "data", "demo", "keys", "scraper")
        }
        assert f"docker volume rm {' '.join(sorted(volumes))}" in down.stdout


def test_up_names_the_port_that_is_taken_and_the_cure(make: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        up = make("up", RECEIVER_PORT=str(port))
    assert up.returncode != 0
    assert f"port {port}" in up.stderr
    assert f"RECEIVER_PORT={port + 1} make up" in up.stderr


def test_up_says_that_no_engine_answers(make: Make) -> None:
    up = make("up", DOCKER_HOST="unix:///nowhere.sock")
    assert up.returncode != 0
    assert "no Docker engine answers" in up.stderr
    assert "make run-local" in up.stderr
