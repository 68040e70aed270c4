"""A login moves to another machine as one encrypted file, and nothing of it can be read on the way."""

import asyncio
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import Scraper, running_console

from services.scraper.browsing.browser import open_page
from services.scraper.browsing.profile import hold_profile
from services.scraper.logins.login_file import Login, new_key, open_login, read_key, seal_login
from services.scraper.settings import ScraperSettings
from shared.errors import PermanentError
from shared.settings import load
from shared.timestamps import parse_moment

SECRET = "canary-session-key-value"
LOGIN = Login(
    site="https://claude.ai",
    exported_at=parse_moment("2026-11-22T10:00:00Z"),
    cookies=[{"name": "sessionKey", "value": SECRET, "domain": ".claude.ai", "path": "/"}],
    local_storage={"theme": "dark"},
)
PASSPHRASE = "a long enough phrase"


def refused(data, **opening):
    with pytest.raises(PermanentError) as caught:
        open_login(data, **opening)
    return str(caught.value)


def test_what_was_sealed_opens_with_its_passphrase_only():
    sealed = seal_login(LOGIN, passphrase=PASSPHRASE)
    assert open_login(sealed, passphrase=PASSPHRASE) == LOGIN
    assert SECRET.encode() not in sealed
    assert "not the passphrase" in refused(sealed, passphrase=PASSPHRASE + "x")
    assert "passphrase" in refused(sealed, key=read_key(new_key()))


def test_what_was_sealed_with_a_key_file_opens_with_it_only():
    key = read_key(new_key())
    sealed = seal_login(LOGIN, key=key)
    assert open_login(sealed, key=key) == LOGIN
    assert "not the passphrase or key" in refused(sealed, key=read_key(new_key()))
    assert "--key-file" in refused(sealed, passphrase=PASSPHRASE)


KEY = read_key(new_key())
SEALED = seal_login(LOGIN, key=KEY)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_file_changed_anywhere_is_refused_or_means_the_same(place, change):
    data = bytearray(SEALED)
    data[place] ^= change
    with contextlib.suppress(PermanentError):
        assert open_login(bytes(data), key=KEY) == LOGIN  # a blank between two fields


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("version", 2, "version 2"),
        ("name", "other", "no file that"),
        ("nonce", "AAAAAAAAAAAAAAAA", "damaged"),
    ],
)
def test_another_version_a_strange_file_and_a_changed_head_are_named(field, value, said):
    document = json.loads(SEALED)
    document["head"][field] = value
    assert said in refused(json.dumps(document).encode(), key=KEY)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"head": 3}', b"[" * 100_000])
def test_what_is_no_file_of_ours_is_refused(data):
    assert "no file that" in refused(data, key=KEY)


def test_a_file_that_asks_for_endless_memory_is_refused():
    document = json.loads(seal_login(LOGIN, passphrase=PASSPHRASE))
    document["head"]["key"]["n"] = 2**40
    assert "damaged" in refused(json.dumps(document).encode(), passphrase=PASSPHRASE)


@pytest.mark.parametrize("text", ["", "short", "x" * 44, "é", pytest.param(new_key()[:-5], id="cut off")])
def test_a_key_file_that_holds_no_key_is_refused(text):
    with pytest.raises(PermanentError, match="does not hold a key"):
        read_key(text)


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with running_console(tmp_path_factory.mktemp("practice")) as running:
        yield running


@pytest.fixture
def console(practice):
    practice.reset()
    return practice


async def logged_in(console, folder):
    """A scraper whose profile was logged in, as by its window."""
    console.set(access="login")
    scraper = Scraper(folder, console)
    folder.mkdir(mode=0o700)
    async with open_page(load(ScraperSettings, scraper.environment)) as page:
        await page.goto(console.usage_url)
        await page.get_by_role("button", name="Continue with email").click()
        await page.wait_for_url("**/*usage*")
        await page.evaluate("localStorage.setItem('kept', 'yes')")
    return scraper


@pytest.mark.browser
async def test_a_login_moves_to_another_machine(console, tmp_path):
    old = await logged_in(console, tmp_path / "old")
    new = Scraper(tmp_path / "new", console)
    assert (await asyncio.to_thread(new.run, "once"))[0] == 3
    file, phrase = tmp_path / "login.json", tmp_path / "phrase"
    phrase.write_text(PASSPHRASE)
    for scraper in (old, new):
        scraper.environment["SCRAPER_SESSION_PASSPHRASE_FILE"] = str(phrase)
    code, said = await asyncio.to_thread(old.run, "session", "export", str(file))
    assert code == 0, said
    assert "0 hours old, ends in 2" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"practice-" not in file.read_bytes()
    code, said = await asyncio.to_thread(old.run, "session", "export", str(file))
    assert (code, "already" in said) == (7, True)
    async with hold_profile(new.folder, "login"):
        code, said = await asyncio.to_thread(new.run, "session", "import", str(file))
        assert (code, "has it open" in said) == (7, True)
    code, said = await asyncio.to_thread(new.run, "session", "import", str(file))
    assert code == 0, said
    code, said = await asyncio.to_thread(new.run, "once")
    assert code == 0, said
    assert "Login      0 hours old, ends in 2" in (await asyncio.to_thread(new.run, "status"))[1]
    phrase.write_text("another long phrase")
    code, said = await asyncio.to_thread(new.run, "session", "import", str(file))
    assert (code, "not the passphrase" in said) == (7, True)


@pytest.mark.browser
async def test_a_key_file_is_made_and_a_login_is_for_its_site_only(console, tmp_path):
    old = await logged_in(console, tmp_path / "old")
    file, key = tmp_path / "login.json", tmp_path / "key"
    code, said = await asyncio.to_thread(old.run, "session", "export", str(file), "--key-file", str(key))
    assert (code, "new key" in said) == (0, True), said
    assert key.stat().st_mode & 0o777 == 0o600
    other = Scraper(tmp_path / "new", console, SCRAPER_USAGE_URL="http://127.0.0.1:9/usage")
    code, said = await asyncio.to_thread(other.run, "session", "import", str(file), "--key-file", str(key))
    assert (code, "SCRAPER_USAGE_URL is on http://127.0.0.1:9" in said) == (7, True)


@pytest.mark.browser
def test_where_nobody_is_logged_in_or_nobody_can_be_asked_it_says_so(console, tmp_path):
    scraper = Scraper(tmp_path / "state", console)
    code, said = scraper.run("session", "export", str(tmp_path / "login.json"))
    assert (code, "SCRAPER_SESSION_PASSPHRASE_FILE" in said) == (7, True)
    scraper.environment["SCRAPER_SESSION_PASSPHRASE"] = PASSPHRASE
    code, said = scraper.run("session", "export", str(tmp_path / "login.json"))
    assert (code, "nobody is logged in" in said) == (7, True), said
    assert not (tmp_path / "login.json").exists()


@pytest.mark.browser
def test_a_file_in_no_folder_and_a_browser_that_is_not_there_are_named(console, tmp_path):
    missing = Scraper(tmp_path / "state", console, SCRAPER_BROWSER_PATH="/no/browser")
    missing.environment["SCRAPER_SESSION_PASSPHRASE"] = PASSPHRASE
    code, said = missing.run("session", "export", str(tmp_path / "nowhere" / "login.json"))
    assert (code, "there is no folder" in said, "SCRAPER_STATE_DIR" in said) == (7, True, False), said
    code, said = missing.run("session", "export", str(tmp_path / "login.json"))
    assert (code, "which cannot be run" in said, "Install Google Chrome" in said) == (7, True, True), said
