"""How often somebody may fail to show a key, and how often a key may ask (pure)."""

from msgspec import Struct

from shared.keyform import prefix_of

__all__ = ["Buckets", "Guard", "Limits"]

_MINUTE = 60.0
_NEVER = float("-inf")
_MOST_SOURCES = 10_000
"""Addresses about which something is kept, in one to two megabytes; beyond that the oldest is forgotten."""


class Limits(Struct, frozen=True, kw_only=True):
    """How much is allowed in a minute (0: any number), and how many trusted proxies stand in front."""

    failures: int = 30
    requests: int = 1_200_000
    proxies: int = 0


class Buckets:
    """A token bucket for each name: a minute's worth may be taken at once, and comes back evenly."""

    def __init__(self, per_minute: int) -> None:
        """Take how many tokens come in a minute; 0 for no limit."""
        self._step = _MINUTE / per_minute if per_minute else 0.0
        self._room = _MINUTE - self._step + 1e-6
        self._full_at: dict[str, float] = {}

    def take(self, name: str, now: float) -> float:
        """Take a token and return 0; or return the seconds until there is one, and take none."""
        full_at = self._full_at.get(name, now)
        full_at = max(full_at, now)
        over = full_at - now - self._room
        if over > 0:
            return over
        self._full_at[name] = full_at + self._step
        return 0.0

    def wait(self, name: str, now: float) -> float:
        """Return the seconds until there is a token: 0 when there is one."""
        return max(0.0, self._full_at.get(name, now) - now - self._room)

    def forget_most(self, most: int) -> None:
        """Keep this many names, those that were added last."""
        while len(self._full_at) > most:
            del self._full_at[next(iter(self._full_at))]


class _Told(Struct):
    """When failures from one source were last told of, and how many have been since."""

    at: float = _NEVER
    since: int = 0


class Guard:
    """Keeps guesses of keys slow, and keys from asking too much."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Take the limits."""
        limits = limits or Limits()
        self.proxies = limits.proxies
        self._failures = Buckets(limits.failures)
        self._requests = Buckets(limits.requests)
        self._told: dict[str, _Told] = {}
        self.wary_until = _NEVER
        """Until this moment, in monotonic seconds, some source may have to wait; later nobody looks."""

    def wait_before(self, source: str, secret: str, now: float) -> float:
        """Return for how many seconds this source may present no key, 0 when it may.

        A key of our own form is let through all the same: no number of guesses finds one, and who holds one
        must not wait for what others do behind the same address.
        """
        return 0.0 if prefix_of(secret) else self._failures.wait(source, now)

    def failed(self, source: str, now: float) -> float:
        """Count a failed attempt; return for how many seconds its source has had to wait already, or 0."""
        over = self._failures.take(source, now)
        self._failures.forget_most(_MOST_SOURCES)
        self.wary_until = max(self.wary_until, now + self._failures.wait(source, now))
        return over

    def to_tell(self, source: str, now: float) -> int:
        """Return how many failures of a source a log line is due for: one a minute, 0 in between."""
        told = self._told.setdefault(source, _Told())
        told.since += 1
        if now - told.at < _MINUTE:
            return 0
        count, told.at, told.since = told.since, now, 0
        while len(self._told) > _MOST_SOURCES:
            del self._told[next(iter(self._told))]
        return count

    def wait_of(self, key: str, now: float) -> float:
        """Count a request of a key; return the seconds it must wait when it has asked too much, else 0."""
        return self._requests.take(key, now)
