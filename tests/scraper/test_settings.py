"""The scraper's settings: defaults that work, and problems that are all named."""

from pathlib import Path

import pytest

from services.scraper.settings import ScraperSettings, _linked_zone
from shared.errors import SettingsError
from shared.settings import load


def read(**environ):
    return load(ScraperSettings, environ)


def test_nothing_needs_to_be_set():
    settings = read()
    assert settings.usage_url == "https://claude.ai/settings/usage"
    assert settings.sync_url == "http://localhost:4000/api/claude/console-usage"
    assert settings.sync_api_key is None
    assert settings.state_dir == Path.home() / ".local/state/marigraph"
    assert settings.collector_name


def test_the_state_folder_follows_the_setting_then_the_desktop_s_convention(tmp_path):
    assert read(XDG_STATE_HOME=str(tmp_path)).state_dir == tmp_path / "marigraph"
    assert read(XDG_STATE_HOME="/x", SCRAPER_STATE_DIR=str(tmp_path)).state_dir == tmp_path


def test_every_problem_is_named_at_once():
    with pytest.raises(SettingsError) as caught:
        read(
            SCRAPER_USAGE_URL="claude.ai",
            SCRAPER_INTERVAL_SECONDS="59",
            SCRAPER_BROWSER_MODE="invisible",
            SCRAPER_COLLECTOR="two words",
            CLAUDE_SYNC_URL="ftp://x",
        )
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [("SCRAPER_TIME_ZONE", "Mars/Olympus"), ("SCRAPER_TIME_ZONE", "../etc"), ("CLAUDE_SYNC_API_KEY", "a\nb")],
)
def test_a_value_that_cannot_be_used_is_a_problem_that_does_not_show_secrets(name, value):
    with pytest.raises(SettingsError) as caught:
        read(**{name: value})
    assert name in caught.value.problems[0]
    assert "a\nb" not in str(caught.value)


def test_the_key_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("secret\n")
    assert read(CLAUDE_SYNC_API_KEY_FILE=str(tmp_path / "key")).sync_api_key == "secret"


def test_the_zone_is_the_one_set_else_the_machine_s():
    assert read(SCRAPER_TIME_ZONE="Europe/Berlin", TZ="Asia/Tokyo").zone_name == "Europe/Berlin"
    assert read(TZ=":Asia/Tokyo").zone_name == "Asia/Tokyo"
    assert read(TZ="CET-1CEST,M3").zone_name


def test_the_machine_s_zone_is_read_from_where_its_link_points(tmp_path):
    zones = tmp_path / "zoneinfo" / "Europe"
    zones.mkdir(parents=True)
    (zones / "Berlin").touch()
    (tmp_path / "localtime").symlink_to(zones / "Berlin")
    assert _linked_zone(tmp_path / "localtime") == "Europe/Berlin"
    assert _linked_zone(tmp_path / "nothing") is None


def test_an_address_that_is_none_is_told_what_it_should_be():
    with pytest.raises(SettingsError) as caught:
        load(ScraperSettings, {"SCRAPER_USAGE_URL": "claude.ai", "CLAUDE_SYNC_URL": "ftp://x"})
    assert all("begins with http:// or https://" in problem for problem in caught.value.problems)


def test_the_account_is_the_one_set_else_the_address_s_else_the_origin_s():
    there = "http://x/api/v1/accounts/work/snapshots"
    assert read().account_name == "default"
    assert read(SCRAPER_ACCOUNT="home").account_name == "home"
    assert read(CLAUDE_SYNC_URL=there).account_name == "work"
    assert read(CLAUDE_SYNC_URL=there, SCRAPER_ACCOUNT="work").account_name == "work"
    with pytest.raises(SettingsError, match="names the account 'work'"):
        read(CLAUDE_SYNC_URL=there, SCRAPER_ACCOUNT="home")


@pytest.mark.parametrize("name", ["Work", "-x", "a" * 33, "a b", "../x"])
def test_an_account_s_name_is_small_and_plain(name):
    with pytest.raises(SettingsError, match="SCRAPER_ACCOUNT"):
        read(SCRAPER_ACCOUNT=name)


@pytest.mark.parametrize(
    "address", ["http://[::1/api/claude/console-usage", "http://x:99999/", "http://x:0/"]
)
@pytest.mark.parametrize("name", ["SCRAPER_USAGE_URL", "SCRAPER_ATTACH_URL", "CLAUDE_SYNC_URL"])
def test_an_address_that_cannot_be_one_is_a_bad_setting(name, address):
    with pytest.raises(SettingsError) as caught:
        read(**{name: address, "SCRAPER_ACCOUNT": "work"})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{name}: {address!r} is not an address")
