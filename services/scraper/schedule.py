"""When to scrape and when to send next (pure). Durations are seconds on a monotonic clock.

`dice` is a number from 0 up to 1, drawn by the caller: the decisions here are plain functions.
"""

from typing import Literal

import msgspec

from services.scraper.judging.outcome import GOOD, State

__all__ = [
    "SHORTEST",
    "Breaker",
    "Pace",
    "Waits",
    "first_delay",
    "next_turn",
    "retry_delay",
    "send_delay",
    "slow_delay",
]

SHORTEST = 60.0
"""No two scrapes start closer together than this."""

RETRY_FIRST, RETRY_MOST, RETRY_JITTER, RETRY_ATTEMPTS = 30.0, 300.0, 10.0, 5
FAILURES_TO_OPEN, OPEN_SECONDS, SUCCESSES_TO_CLOSE = 3, 60.0, 2
"""The origin's figures for retries and for its circuit breaker."""

BLOCKED_FIRST, BLOCKED_MOST = 3600.0, 6 * 3600.0
"""A bot check or a region's block: ask rarely, and ever more rarely."""

LOGIN_LOOK, PROFILE_LOOK = 900.0, 60.0
"""How often to see whether the user has logged in, or closed the other browser."""

JITTER_SHARE, JITTER_MOST = 0.1, 30.0

RETRIED: frozenset[State] = frozenset({"network", "browser_failed"})
BLOCKED: frozenset[State] = frozenset({"challenge", "region_blocked"})


class Breaker(msgspec.Struct, frozen=True):
    """Keeps off something that fails.

    Three failures in a row open it, a minute later one try is let through, and two successes close it.
    """

    state: Literal["closed", "open", "half_open"] = "closed"
    failures: int = 0
    successes: int = 0
    opened_at: float = 0

    def after(self, *, success: bool, now: float) -> "Breaker":
        """Return the breaker as it stands after a try."""
        if success:
            successes = self.successes + 1
            closed = self.state == "closed" or successes >= SUCCESSES_TO_CLOSE
            return Breaker() if closed else Breaker("half_open", successes=successes)
        failures = self.failures + 1
        if self.state != "closed" or failures >= FAILURES_TO_OPEN:
            return Breaker("open", failures=failures, opened_at=now)
        return Breaker(failures=failures)

    def wait(self, now: float) -> float:
        """Return for how long nothing may be tried."""
        return max(0.0, self.opened_at + OPEN_SECONDS - now) if self.state == "open" else 0.0


class Pace(msgspec.Struct, frozen=True):
    """What the past scrapes mean for the next: failures and blocks in a row, and the breaker."""

    failures: int = 0
    blocks: int = 0
    breaker: Breaker = Breaker()

    def takes_requests(self, now: float) -> bool:
        """Tell whether somebody may ask for the next scrape: not around a block, nor while all fails."""
        return not self.blocks and not self.breaker.wait(now)


def next_turn(pace: Pace, state: State, *, interval: float, now: float, dice: float) -> tuple[Pace, float]:
    """Return the pace after a scrape that ended in `state`, and the seconds until the next."""
    usual = interval + dice * min(interval * JITTER_SHARE, JITTER_MOST)
    if state in RETRIED:
        failures, breaker = pace.failures + 1, pace.breaker.after(success=False, now=now)
        delay = retry_delay(failures, dice) if failures <= RETRY_ATTEMPTS else usual
        return Pace(failures, pace.blocks, breaker), max(delay, breaker.wait(now))
    if state in BLOCKED:
        blocks = pace.blocks + 1
        delay = min(BLOCKED_FIRST * 2 ** min(blocks - 1, 10), BLOCKED_MOST)
        return Pace(blocks=blocks, breaker=pace.breaker), max(delay * (1 + dice * JITTER_SHARE), usual)
    calm = Pace(breaker=pace.breaker.after(success=True, now=now) if state in GOOD else pace.breaker)
    if state == "login_required":
        return calm, max(LOGIN_LOOK, usual)
    return calm, PROFILE_LOOK if state == "profile_locked" else usual


def retry_delay(attempt: int, dice: float) -> float:
    """Return the wait after the n-th failure in a row: 30 s doubling to 5 min, and up to 10 s more."""
    return float(min(RETRY_FIRST * 2 ** min(attempt - 1, 10), RETRY_MOST)) + dice * RETRY_JITTER


def first_delay(state: State | None, since_last: float | None, until_next: float | None) -> float:
    """Return the wait at a start: a restart is no way round a block, nor to two readings in a minute."""
    if state in BLOCKED and until_next is not None:
        return min(max(0.0, until_next), BLOCKED_MOST)
    return 0.0 if since_last is None or since_last < 0 else max(0.0, SHORTEST - since_last)


class Waits(msgspec.Struct, frozen=True):
    """Seconds between tries to send.

    After a failure any, at random, up to a bound that begins with `first` and doubles to `most`; as long as
    the server asks, up to `asked`. A refused key is tried again unchanged after `refused`, and what a server
    has no place for is offered again after `no_place`. An empty queue, and a key that is missing or refused,
    are looked at every `look`.
    """

    first: float = 1.0
    most: float = 300.0
    asked: float = 3600.0
    refused: float = 900.0
    no_place: float = 600.0
    look: float = 5.0


USUAL_WAITS = Waits()


def send_delay(
    attempt: int, dice: float, retry_after: float | None = None, waits: Waits = USUAL_WAITS
) -> float:
    """Return the wait after the n-th failed send in a row, with full jitter; more if the server asks."""
    own = dice * min(waits.first * float(2 ** min(attempt - 1, 20)), waits.most)
    return max(own, min(retry_after or 0.0, waits.asked))


def slow_delay(seconds: float, dice: float) -> float:
    """Return the wait before something is tried again of which nobody knows that it has changed."""
    return seconds * (1 + dice * JITTER_SHARE)
