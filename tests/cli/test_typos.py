"""Whatever is mistyped in an argument, the environment or a file ends with one sentence and code 2."""

from pathlib import Path

import pytest

from services.cli.__main__ import main
from services.cli.address import Address, address_of
from services.cli.exits import USAGE

URLS = [
    ("http://x:99999", "'99999' is no port"),
    ("http://x:0", "'0' is no port"),
    ("http://x:abc", "'abc' is no port"),
    ("http://x:-1", "'-1' is no port"),
    ("http://x:٤٠٠٠", "is no port"),
    ("http://[::1", "no host"),
    ("http://[::1]x:4000", "no host"),
    ("http://[zz]:4000", "no host"),
    ("http://[1.2.3]", "no host"),
    ("http://::1:4000", "in brackets"),
    ("http://", "no host"),
    ("http://a..b", "no host"),
    (f"http://{'a' * 70}.de", "no host"),
    ("http://℀.com", "no host"),
    ("localhost:4000", "does not begin with http:// or https://"),
    ("127.0.0.1", "does not begin with"),
    ("//x", "does not begin with"),
    ("ftp://x", "does not begin with"),
    ("http:/x", "does not begin with"),
    ("http://a b", "holds a blank"),
    ("http://x/a b", "holds a blank"),
    ("http://x\ny", "holds a blank"),
    ("http://x\x00", "a character that no address has"),
    ("http://x\udcff", "a character that no address has"),
    ("http://x?a", "more behind its path"),
    ("http://x/ü", "more behind its path"),
    ("http://x/api/claude/console-usage", "leave out what begins with /api: http://x."),
    ("http://name:secret@x:99999", "a password does not belong"),
    ("", "--url is empty"),
]
FILES = ["~nobody-of-that-name/key", "nul\x00byte", "x" * 5000, "no/such", ".", "", " "]
ZONES = ["Europe", "/etc/localtime", "../x", "nul\x00byte", "x" * 5000, "\udcff", "+02:00", "CEST?", ""]
SECONDS = ["nan", "inf", "0", "-1", "30s", "0x10", "1e-320", ""]
ACCOUNTS = ["Work", "a/b", "..", "\udcff", "nul\x00byte", "x" * 33, ""]
RANGES = [
    ("--to", "0001-01-01", "--days", "5"),
    ("--from", "yesterday"),
    ("--from", "22.11.2026"),
    ("--from", "2026-13-01"),
    ("--days", "5d"),
    ("--days", "0"),
    ("--days", "٣"),
    ("--days", ""),
]
TABLES = [
    "url = ['x']",
    "[url]\nhost = 'x'",
    "timeout_seconds = true",
    "timeout_seconds = nan",
    'key_file = "nul\\u0000byte"',
    'key_file = "~nobody-of-that-name/key"',
    'key = "two words"',
    'zone = "nul\\u0000byte"',
    'account = "nul\\u0000byte"',
    "x = " + "[" * 5000,
    "url = http://x",
]


class Ending:
    """What becomes of a call in this process, with a home and a key."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        key = folder / "key"
        key.write_text("mg_key\n")
        key.chmod(0o600)
        self.folder = folder
        self._capsys = capsys
        self._environ = {
            "HOME": str(folder),
            "MARIGRAPH_LOCAL_DIR": str(folder / "no-such"),
            "MARIGRAPH_URL": "http://127.0.0.1:9",
            "MARIGRAPH_KEY_FILE": str(key),
        }

    def __call__(self, *arguments: str, **environ: str) -> str:
        try:
            code = main(arguments, {**self._environ, **environ})
        except SystemExit as left:  # argparse's way
            code = int(left.code or 0)
        out, err = self._capsys.readouterr()
        last = str(err.splitlines()[-1])
        assert (code, out) == (USAGE, ""), last
        assert last.startswith("marigraph")
        assert "Traceback" not in err
        return last


@pytest.fixture
def ending(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ending:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return Ending(tmp_path, capsys)


@pytest.mark.parametrize(("url", "words"), URLS)
def test_an_address_that_can_be_none_is_told_in_one_sentence(ending: Ending, url: str, words: str) -> None:
    told = ending("status", "--url", url)
    assert words in told
    assert "secret" not in told
    if url and "\x00" not in url:
        assert "MARIGRAPH_URL: " in ending("status", MARIGRAPH_URL=url)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("option", ["--key-file", "--ca-file", "--config"])
def test_a_file_that_cannot_be_is_told_in_one_sentence(ending: Ending, option: str, name: str) -> None:
    ending("status", option, name, "--url", "https://127.0.0.1:9")


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_that_nobody_knows_is_told_in_one_sentence(ending: Ending, zone: str) -> None:
    ending("status", "--zone", zone)


@pytest.mark.parametrize("seconds", SECONDS)
def test_a_time_out_that_is_no_number_of_seconds_is_told(ending: Ending, seconds: str) -> None:
    assert "--timeout-seconds" in ending("status", "--timeout-seconds", seconds)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_an_account_that_cannot_be_is_not_asked_for(ending: Ending, name: str) -> None:
    assert "--account" in ending("status", "--account", name)


@pytest.mark.parametrize("arguments", RANGES)
def test_a_range_that_cannot_be_is_told(ending: Ending, arguments: tuple[str, ...]) -> None:
    ending("hits", *arguments)


@pytest.mark.parametrize("name", ["fable", "Weekly", "", "weekly:\udcff"])
def test_a_limit_that_cannot_be_is_told_with_those_there_are(ending: Ending, name: str) -> None:
    assert "there are session, weekly, weekly:MODEL" in ending("forecast", "--limit", name)


@pytest.mark.parametrize("text", TABLES)
def test_a_file_of_settings_that_is_not_fit_is_told(ending: Ending, text: str) -> None:
    path = ending.folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    told = ending("status", "--config", str(path), MARIGRAPH_URL="", MARIGRAPH_KEY_FILE="")
    assert "two words" not in told


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a\x00b", b"mg_one\nmg_two\n", "mg_ü".encode()])
def test_a_keys_file_without_one_key_is_told_and_not_shown(ending: Ending, content: bytes) -> None:
    path = ending.folder / "key"
    path.write_bytes(content)
    assert "mg_" not in ending("status")


@pytest.mark.parametrize("home", ["~nobody-of-that-name", "x" * 5000])
def test_a_folder_of_settings_that_cannot_be_is_as_none(ending: Ending, home: str) -> None:
    told = ending("status", XDG_CONFIG_HOME=home, HOME=home, MARIGRAPH_LOCAL_DIR=home, MARIGRAPH_URL="x")
    assert "MARIGRAPH_URL: 'x'" in told


def test_an_address_that_is_one_is_taken_apart() -> None:
    long = Address("::1", 4000, True, "/limits", "https://[::1]:4000/limits")
    assert address_of("HTTPS://[::1]:4000/limits/") == long
    assert address_of("http://Host.example") == Address(
        "host.example", None, False, "", "http://Host.example"
    )


def test_a_width_that_is_no_number_is_as_none(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in ("0", "-5", "abc", "9" * 30):
        with monkeypatch.context() as patch:  # pytest itself writes by it, too
            patch.setenv("COLUMNS", width)
            told = ending("status", "--zone", "nowhere")
        assert "no time zone" in told
