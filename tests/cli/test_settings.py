"""Settings of the command: flags, then the environment, then a file; each problem named as its source calls it."""

from pathlib import Path

import pytest

from services.cli.exits import USAGE, CommandError
from services.cli.settings import read_settings
from services.cli.zones import zone_of

NOWHERE = {"MARIGRAPH_LOCAL_DIR": "/no/such"}


def file_with(folder: Path, text: str, mode: int = 0o600) -> dict[str, str]:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return {"MARIGRAPH_CONFIG": str(path), **NOWHERE}


def problem(flags: dict[str, str], environ: dict[str, str]) -> str:
    with pytest.raises(CommandError) as caught:
        read_settings(flags, environ)
    assert caught.value.code == USAGE
    return str(caught.value)


def test_flags_go_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    filed = file_with(tmp_path, 'account = "filed"\nurl = "http://filed"\nzone = "Asia/Tokyo"')
    environ = {**filed, "MARIGRAPH_ACCOUNT": "given", "MARIGRAPH_URL": "http://given"}
    settings = read_settings({"account": "told"}, environ)
    assert (settings.account, settings.url, settings.zone) == ("told", "http://given", "Asia/Tokyo")


def test_the_file_is_looked_for_where_people_expect_it(tmp_path: Path) -> None:
    place = tmp_path / "config" / "marigraph" / "config.toml"
    place.parent.mkdir(parents=True)
    place.write_text('account = "mine"')
    local = tmp_path / "local"
    local.mkdir()
    (local / "command.toml").write_text('account = "local"')
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "MARIGRAPH_LOCAL_DIR": str(local)}
    assert read_settings({}, environ).account == "mine"
    place.unlink()
    assert read_settings({}, environ).account == "local"


def test_a_key_from_the_nearer_source_counts_whatever_its_form(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("filed\n")
    (tmp_path / "key").chmod(0o600)
    filed = file_with(tmp_path, 'key_file = "key"')
    assert read_settings({}, filed).key == "filed"
    assert read_settings({}, {**filed, "MARIGRAPH_KEY": "given"}).key == "given"
    assert (
        read_settings({"key_file": str(tmp_path / "key")}, {**filed, "MARIGRAPH_KEY": "given"}).key == "filed"
    )


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    assert "chmod 600" in problem({}, file_with(tmp_path, 'key = "secret"', 0o644))
    key = tmp_path / "key"
    key.write_text("secret")
    key.chmod(0o640)
    told = problem({"key_file": str(key)}, NOWHERE)
    assert told.startswith("--key-file: others may read")
    assert "secret" not in told
    key.chmod(0o600)
    assert read_settings({"key_file": str(key)}, NOWHERE).key == "secret"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("urll = 'http://x'", "Did you mean url?"),
        ("url = [", "is not TOML"),
        ("url = 'ftp://x'", "url in "),
        ("timeout_seconds = 'soon'", "timeout_seconds in "),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    assert words in problem({}, file_with(tmp_path, text))


def test_every_problem_is_named_as_its_source_calls_it() -> None:
    told = problem({"url": "nowhere"}, {"MARIGRAPH_TIMEOUT_SECONDS": "0", **NOWHERE})
    assert "--url:" in told
    assert "MARIGRAPH_TIMEOUT_SECONDS:" in told
    assert "a password does not belong" in problem({"url": "http://a:b@c"}, NOWHERE)
    assert "cannot be read" in problem({"config": "/no/such/file"}, NOWHERE)


def test_zones() -> None:
    assert zone_of("Europe/Berlin", {}).name == "Europe/Berlin"
    assert zone_of(None, {"TZ": "Asia/Tokyo"}).name == "Asia/Tokyo"
    assert zone_of("UTC", {}).name == "UTC"
    with pytest.raises(CommandError):
        zone_of("../../etc/passwd", {})
    assert zone_of(None, {"TZ": "nonsense"}).name
