"""What may be changed, and how figures that are set by hand, or stale, come out."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from services.practice.console import Console
from services.practice.control import Control, Status, apply, decode_change
from services.practice.logins import LIFETIME, Logins, safe_return

NOW = datetime(2026, 11, 22, 10, 0, 37, tzinfo=UTC)


class SetClock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def console(clock: SetClock) -> Console:
    return Console(seed=1, era="2026-10", clock=clock)


def change(console: Console, body: bytes) -> None:
    console.change(decode_change(body))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"era": "2026-03"}', "$.era"),
        (b'{"access": "closed"}', "$.access"),
        (b'{"delaySeconds": -1}', "$.delaySeconds"),
        (b'{"stale": "yes"}', "$.stale"),
        (b'{"broken": ["monthly"]}', "$.broken"),
        (b'{"status": 200}', "$.status"),
        (b'{"colour": 1}', "colour"),
        (b'{"figures": {"daily": null}}', "$.figures"),
        (b'{"figures": {"session": {"percentage": -1}}}', "percentage"),
        (b'{"figures": {"session": {}}}', "$.figures['session'].percentage"),
        (b'{"figures": {"session": {"state": "unused"}}}', "$.figures['session'].state"),
        (b'{"figures": {"session": {"state": "idle", "percentage": 3}}}', "$.figures['session'].percentage"),
        (b'{"figures": {"weekly": {"percentage": 3, "used": 4}}}', "$.figures['weekly']"),
        (b'{"figures": {"credits": {"used": 3, "resetsInMinutes": 4}}}', "$.figures['credits']"),
        (b'{"figures": ' + b"[" * 5000, "$.figures"),
        (b'{"era": "\xff"}', "utf-8"),
        (b"era", "JSON"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_by_the_name_of_its_field(console, body, field):
    before = console.control
    with pytest.raises(ValueError, match=re.escape(field)):
        change(console, body)
    assert console.control == before


def test_what_a_change_leaves_out_stays_as_it_was():
    control = apply(Control(era="2026-02", json=False), decode_change(b'{"era": "2026-07"}'), NOW)
    assert control == Control(era="2026-07", json=False)


def test_a_status_may_be_one_number_for_both_or_one_each_or_none():
    control = apply(Control(era="2026-02"), decode_change(b'{"status": 500}'), NOW)
    assert control.status == Status(page=500, api=500)
    assert apply(control, decode_change(b'{"status": {"api": 429}}'), NOW).status == Status(api=429)
    assert apply(control, decode_change(b'{"status": null}'), NOW).status == Status()


def test_a_fixed_figure_resets_the_asked_minutes_after_the_full_minute(console, clock):
    change(console, b'{"figures": {"session": {"percentage": 47, "resetsInMinutes": 162}}}')
    expected = {"percentage": 47, "resetsAt": "2026-11-22T12:42:00Z", "state": "open"}
    assert console.state()["shown"]["session"] == expected
    clock.moment += timedelta(minutes=50)
    assert console.state()["shown"]["session"] == expected


def test_credits_may_be_given_as_money_or_as_a_percentage(console):
    change(console, b'{"figures": {"credits": {"used": 38.31, "limit": 78, "currency": "AUD"}}}')
    assert console.state()["shown"]["credits"] == {
        "percentage": 49,
        "resetsAt": "2026-12-01T00:00:00Z",
        "state": "open",
        "used": 38.31,
        "limit": 78.0,
        "currency": "AUD",
    }
    change(console, b'{"figures": {"credits": {"percentage": 112}}}')
    assert console.state()["shown"]["credits"]["used"] == 56.0


def test_a_limit_set_to_null_is_neither_shown_nor_true(console):
    change(console, b'{"figures": {"weekly": null}}')
    assert "weekly" not in console.state()["shown"]
    assert "weekly" not in console.state()["figures"]


def test_a_broken_section_is_true_but_not_shown(console):
    change(console, b'{"broken": ["weekly"]}')
    assert "weekly" not in console.state()["shown"]
    assert "weekly" in console.state()["figures"]


def test_the_third_shape_shows_whole_per_cents(console):
    change(console, b'{"figures": {"session": {"percentage": 59.5}}}')
    assert console.state()["shown"]["session"]["percentage"] == 60
    change(console, b'{"era": "2026-02"}')
    assert console.state()["shown"]["session"]["percentage"] == 59.5


def test_a_stale_page_shows_what_was_true_then_until_it_is_refreshed(console):
    fresh = console.state()["figures"]
    change(console, b'{"stale": "until_refresh", "staleMinutes": 1320}')
    state = console.state()
    assert state["measuredAt"] == "2026-11-21T12:00:37Z"
    assert state["figures"] == fresh
    assert state["shown"]["weekly"] != fresh["weekly"]
    console.refresh()
    assert console.state()["shown"]["weekly"] == fresh["weekly"]
    change(console, b'{"era": "2026-07"}')
    assert not console.state()["stale"], "another change does not make it stale again"
    change(console, b'{"stale": "until_refresh"}')
    assert console.state()["stale"]
    change(console, b'{"stale": null}')
    assert not console.state()["stale"]


def test_a_stale_fixed_figure_is_lower_and_of_a_window_that_ended_earlier(console):
    change(
        console,
        b'{"figures": {"session": {"percentage": 17, "resetsInMinutes": 60}}, "stale": "until_refresh"}',
    )
    assert console.state()["shown"]["session"]["percentage"] == 10
    assert console.state()["shown"]["session"]["resetsAt"] == "2026-11-21T13:00:00Z"
    assert console.state()["figures"]["session"]["percentage"] == 17


def test_a_login_counts_from_the_moment_it_is_asked_for(console, clock):
    token = console.logins.issue(clock.moment)
    assert console.access(None) == "open", "by default nobody has to log in"
    clock.moment += timedelta(seconds=1)
    change(console, b'{"access": "login"}')
    assert console.access(token) == "login", "an earlier login does not count"
    clock.moment += timedelta(seconds=1)
    token = console.logins.issue(clock.moment)
    assert console.access(token) == "open"
    assert console.access("practice-made-up") == "login"
    change(console, b'{"access": "login"}')
    assert console.access(token) == "login"


def test_a_login_lasts_28_days():
    logins = Logins()
    token = logins.issue(NOW)
    assert logins.valid(token, since=None, now=NOW + LIFETIME - timedelta(seconds=1))
    assert not logins.valid(token, since=None, now=NOW + LIFETIME)


@pytest.mark.parametrize(
    "text", ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:1", "/a\r\nX: 1"]
)
def test_a_login_leads_nowhere_else(text):
    assert safe_return(text) == "/settings/usage"


def test_a_login_leads_back_to_an_address_of_ours():
    assert safe_return("/new#settings/usage") == "/new#settings/usage"
