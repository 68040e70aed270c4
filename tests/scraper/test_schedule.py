"""When to scrape and when to send: the origin's figures, and patience where it is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scraper.judging.outcome import EXIT_CODES
from services.scraper.schedule import Breaker, Pace, first_delay, next_turn, retry_delay, send_delay

MINUTE, HOUR = 60.0, 3600.0


def delays(*states, interval=300, dice=0.0):
    pace, now, found = Pace(), 0.0, []
    for state in states:
        pace, delay = next_turn(pace, state, interval=interval, now=now, dice=dice)
        found.append(delay)
        now += delay
    return found


def test_good_readings_come_once_an_interval_with_jitter_that_only_adds():
    assert delays("ok", "partial", "stale_page", "layout_changed") == [300] * 4
    assert delays("ok", dice=0.999)[0] == pytest.approx(330, abs=0.1)


def test_failures_are_retried_after_30_seconds_doubling_to_5_minutes():
    assert delays(*["network"] * 6) == [30, 60, 120, 240, 300, 300]
    assert delays("network", "ok", "browser_failed") == [30, 300, 30]


def test_retries_are_spread_by_up_to_ten_seconds():
    assert retry_delay(1, 0.5) == 35


def test_a_bot_check_slows_down_to_an_hour_and_more():
    assert delays("challenge", "challenge", "challenge", "challenge", "challenge") == [
        HOUR,
        2 * HOUR,
        4 * HOUR,
        6 * HOUR,
        6 * HOUR,
    ]
    assert delays("challenge", "ok", "challenge")[2] == HOUR


def test_a_missing_login_and_a_locked_profile_are_looked_at_slowly():
    assert delays("login_required", "profile_locked") == [15 * MINUTE, MINUTE]


@given(
    states=st.lists(st.sampled_from(sorted(EXIT_CODES)), min_size=1, max_size=30),
    interval=st.integers(60, 86_400),
    dice=st.floats(0, 1, exclude_max=True),
)
def test_no_two_readings_are_closer_than_a_minute_whatever_happens(states, interval, dice):
    found = zip(states, delays(*states, interval=interval, dice=dice), strict=True)
    assert all(delay >= (30 if state in {"network", "browser_failed"} else 60) for state, delay in found)


def test_three_failures_open_the_breaker_and_two_successes_close_it():
    breaker = Breaker()
    for second in (1, 2, 3):
        assert breaker.state == "closed"
        breaker = breaker.after(success=False, now=second)
    assert (breaker.state, breaker.wait(3), breaker.wait(62), breaker.wait(63)) == ("open", 60, 1, 0)
    breaker = breaker.after(success=True, now=63)
    assert breaker.state == "half_open"
    assert breaker.after(success=False, now=64).state == "open"
    assert breaker.after(success=True, now=64) == Breaker()


def test_a_success_in_between_keeps_the_breaker_closed():
    breaker = Breaker()
    for success in (False, False, True, False, False):
        breaker = breaker.after(success=success, now=0)
    assert breaker.state == "closed"


def test_sending_backs_off_with_full_jitter_up_to_five_minutes():
    assert [send_delay(attempt, 1.0) for attempt in (1, 2, 3, 9, 10, 99)] == [1, 2, 4, 256, 300, 300]
    assert send_delay(5, 0.0) == 0
    assert send_delay(5, 0.5) == 8


def test_a_server_s_patience_is_obeyed_up_to_an_hour():
    assert send_delay(1, 0.5, 90) == 90
    assert send_delay(1, 0.5, 1e6) == HOUR
    assert send_delay(3, 1.0, 0) == 4


def test_a_restart_is_no_way_round_a_block_or_the_pace():
    assert first_delay(None, None, None) == 0
    assert first_delay("ok", 10, 290) == 50
    assert first_delay("ok", 400, -100) == 0
    assert first_delay("challenge", 400, 3000) == 3000
    assert first_delay("challenge", 4000, -400) == 0
    assert first_delay("ok", -50, None) == 0
