"""What `make up` makes of an engine's answers; none is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.scripts import load


@pytest.fixture
def up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for folder in ("deploy/local", "deploy/containers"):
        monkeypatch.syspath_prepend(str(repository / folder))
    return load(repository / "deploy" / "containers" / "up.py")


KNOWN = {
    "Name": "/project_receiver_1",
    "Config": {"Labels": {"com.docker.compose.service": "receiver"}},
    "State": {"Status": "running"},
    "NetworkSettings": {"Ports": None},
    "RestartCount": 0,
}


@pytest.fixture
def engine(up: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An engine that lists two containers; of what `inspect` says the test decides."""

    def answering(found: list[Any], words: str, code: int) -> Any:
        command = tmp_path / "docker"
        command.write_text(
            '#!/bin/sh\n[ "$1" = ps ] && { echo one; echo two; exit; }\n'
            f"echo '{json.dumps(found)}'; echo '{words}' >&2; exit {code}\n"
        )
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        return up.Stack("project", {}, ("docker", "compose"), practising=True)

    return answering


def test_a_container_that_goes_between_two_questions_is_none(engine: Any) -> None:
    """The one that takes the key is removed when it has ended."""
    for words in ("Error: No such object: two", "Error response from daemon: No such container: two"):
        assert [one.service for one in engine([KNOWN], words, 1).containers()] == ["receiver"]


def test_an_engine_that_does_not_answer_is_told(up: Any, engine: Any) -> None:
    with pytest.raises(up.CannotRunError, match="no Docker engine answers: Cannot connect"):
        engine([], "Cannot connect to the Docker daemon", 1).containers()
