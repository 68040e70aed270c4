"""Settings: read once, every problem named."""

from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta

from shared.errors import SettingsError
from shared.settings import LogSettings, describe_type, env, load, options, unknown_names


class Sample(LogSettings, frozen=True, kw_only=True):
    folder: Annotated[Path, env("SAMPLE_DIR", "A folder.")]
    key: Annotated[str | None, env("SAMPLE_KEY", "A key.", secret=True)] = None
    port: Annotated[int, Meta(ge=0, le=65535), env("SAMPLE_PORT", "A port.")] = 4000
    on: Annotated[bool, env("SAMPLE_ON", "A switch.")] = False

    def problems(self) -> list[str]:
        return ["SAMPLE_KEY must not be the folder's name"] if self.key == str(self.folder) else []


def problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(Sample, environ)
    return caught.value.problems


def test_what_is_not_set_has_its_default() -> None:
    loaded = load(Sample, {"SAMPLE_DIR": "/x", "SAMPLE_PORT": "", "OTHER": "1"})
    assert loaded == Sample(folder=Path("/x"))


def test_values_are_converted() -> None:
    loaded = load(Sample, {"SAMPLE_DIR": "~/x", "SAMPLE_PORT": " 0 ", "SAMPLE_ON": "1", "LOG_FORMAT": "json"})
    assert loaded == Sample(folder=Path.home() / "x", port=0, on=True, log_format="json")


def test_every_problem_is_named_at_once_with_what_would_be_right() -> None:
    found = problems(SAMPLE_PORT="abc", SAMPLE_ON="perhaps", LOG_LEVEL="loud")
    assert [problem.split()[0].rstrip(":") for problem in found] == [
        "LOG_LEVEL",
        "SAMPLE_DIR",
        "SAMPLE_PORT",
        "SAMPLE_ON",
    ]
    assert "one of debug, info, warning, error" in found[0]
    assert "missing" in found[1]
    assert "'abc' is not a whole number from 0 to 65535" in found[2]
    assert "1 or 0" in found[3]


def test_what_is_wrong_together_is_named_beside_what_is_wrong_alone() -> None:
    found = problems(SAMPLE_DIR="/x", SAMPLE_KEY="/x", SAMPLE_PORT="-1")
    assert len(found) == 2
    assert "SAMPLE_KEY must not" in found[1]


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hidden\n")
    loaded = load(Sample, {"SAMPLE_DIR": "/x", "SAMPLE_KEY_FILE": str(tmp_path / "key")})
    assert loaded.key == "hidden"


def test_a_secret_is_never_shown_in_a_problem(tmp_path: Path) -> None:
    both = problems(SAMPLE_DIR="/x", SAMPLE_KEY="hidden", SAMPLE_KEY_FILE="/f")
    assert both == ["SAMPLE_KEY and SAMPLE_KEY_FILE are both set: keep one of them"]


def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    assert "No such file" in problems(SAMPLE_DIR="/x", SAMPLE_KEY_FILE=f"{tmp_path}/none")[0]
    assert "is empty" in problems(SAMPLE_DIR="/x", SAMPLE_KEY_FILE=f"{tmp_path}/empty")[0]


def test_a_secret_may_be_a_credential_of_systemd_under_its_name_in_small_letters(tmp_path: Path) -> None:
    given = {"SAMPLE_DIR": "/x", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    (tmp_path / "sample_port").write_text("1\n")
    assert load(Sample, given) == Sample(folder=Path("/x"))
    (tmp_path / "sample_key").write_text("hidden\n")
    assert load(Sample, given).key == "hidden"
    assert load(Sample, given | {"SAMPLE_KEY": "other"}).key == "other"
    (tmp_path / "sample_key").write_text("")
    assert "its credential is" in problems(**given)[0]


def test_a_name_like_ours_that_nothing_reads_is_found_with_the_nearest() -> None:
    found = unknown_names(Sample, {"SAMPLE_PROT": "1", "SAMPLE_KEY_FILE": "x", "HOME": "/"}, ("SAMPLE_",))
    assert found == {"SAMPLE_PROT": "SAMPLE_PORT"}


def test_types_are_described_in_words() -> None:
    described = {option.env: describe_type(option) for option in options(Sample)}
    assert described == {
        "LOG_FORMAT": "one of text, json",
        "LOG_LEVEL": "one of debug, info, warning, error",
        "SAMPLE_DIR": "a path",
        "SAMPLE_KEY": "text",
        "SAMPLE_PORT": "a whole number from 0 to 65535",
        "SAMPLE_ON": "1 or 0",
    }
