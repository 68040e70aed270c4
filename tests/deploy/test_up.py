"""How `make up` takes secrets out of what it was told; no engine is asked."""

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.scripts import load


@pytest.fixture
def up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for folder in ("deploy/local", "deploy/containers"):
        monkeypatch.syspath_prepend(str(repository / folder))
    return load(repository / "deploy" / "containers" / "up.py")


def test_a_secret_is_taken_out_of_the_environment_directly_or_from_its_file(up: Any, tmp_path: Path) -> None:
    file = tmp_path / "webhooks"
    file.write_text("home=https://ha.example/hook\n")
    environment = {"ONE": "direct", "TWO_FILE": str(file)}
    assert up.take_secret(environment, "ONE") == "direct"
    assert up.take_secret(environment, "TWO") == "home=https://ha.example/hook\n"
    assert up.take_secret(environment, "THREE") == ""
    assert environment == {}


@pytest.mark.parametrize(
    ("environment", "words"),
    [({"ONE": "1", "ONE_FILE": "/2"}, "both set"), ({"ONE_FILE": "/nowhere"}, "cannot be read")],
)
def test_a_secret_that_cannot_be_had_is_named(up: Any, environment: dict[str, str], words: str) -> None:
    with pytest.raises(up.CannotRunError, match=words):
        up.take_secret(environment, "ONE")
