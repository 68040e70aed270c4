"""Watching for silence: every account is looked at again and again, and told of when that begins or ends.

Where a look costs nothing, all are looked at every time. A bucket takes money for each: there an account is
looked at when its silence would begin by what is known of it, when something of it came here, and else now
and then. So the beginning of a silence is told as soon as on a volume, its end, too, if the reading came here
or somebody listens here; if it came to another receiver, up to a minute later.
"""

import asyncio
import contextlib
import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from services.receiver.context import Context
from services.receiver.live.events import EventType, event
from services.receiver.live.hub import Hub
from services.receiver.live.silence import Silence, changes, described, read_last, reason_in, silence_of
from shared.errors import MarigraphError, PermanentError

__all__ = ["Watch", "silence_in", "standing"]

LOOK_SECONDS = 2.0

_SELDOM = 5
"""An account that is not silent is looked at so much more seldom than one that is."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def silence_in(
    context: Context, account: str, *, asked_at: float = math.inf, known: Silence | None = None
) -> Silence:
    """Return how an account stands just now. Raises the store's errors.

    Others' readings after `asked_at` (as the store takes it) may be left out; a silence that is `known`
    already is not explained again.
    """
    found = await context.store.as_of(account, context.clock.now(), asked_at=asked_at)
    silence = _judged(context, account, found.version.time if found else None)
    if not silence.silent:
        return silence
    if known and known.silent and known.since == silence.since:
        return known
    reports = await context.store.reports(account, most=1)
    if found is None and not reports:  # there is no such account yet
        return replace(silence, silent=None)
    newest = (reports[0].time, reports[0].document) if reports else None
    return replace(silence, reason=reason_in(silence, newest))


def _judged(context: Context, account: str, read: datetime | None) -> Silence:
    options = context.options
    limit = timedelta(minutes=0 if account in options.silence_except else options.silence_minutes)
    return silence_of(account, read, context.clock.now(), limit)


async def standing(context: Context, account: str) -> Sequence[bytes]:
    """Write what a listener has to know first: that the account is silent, if it is."""
    silence = await silence_in(context, account)
    return [_event(context, silence)] if silence.silent else []


class Watch:
    """Tells of every silence when it begins and when it ends."""

    def __init__(self, context: Context, hub: Hub) -> None:
        """Know nothing yet."""
        self._context = context
        self._hub = hub
        self._known: dict[str, Silence] = {}
        self._again: dict[str, float] = {}
        """When each is looked at whatever is known of it (monotonic seconds)."""
        self._names_again = -math.inf
        self._damaged: set[str] = set()
        self._looked = False
        self._task: asyncio.Task[None] | None = None

    @property
    def silent_accounts(self) -> int:
        """How many accounts were silent when they were last looked at."""
        return sum(bool(silence.silent) for silence in self._known.values())

    def words(self) -> str:
        """Say in one line when each account was read last, as of the last look."""
        if not self._looked:
            return "serves; nothing is looked up yet"
        return read_last(self._known.values(), self._context.clock.now())

    def begin(self) -> None:
        """Watch from now on."""
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Look at every account whose turn it is. Raises the store's errors, but no damage to one account."""
        context = self._context
        now: dict[str, Silence] = {}
        for account in await self._names():
            if silence := await self._look_at(account):
                now[account] = silence
        for silence in changes(self._known, now):
            self._tell(silence)
        self._known, self._looked = now, True
        context.metrics.accounts_watched.set(sum(silence.silent is not None for silence in now.values()))
        context.metrics.accounts_silent.set(self.silent_accounts)

    async def _names(self) -> Sequence[str]:
        monotonic = self._context.clock.monotonic()
        due = monotonic >= self._names_again
        names = await self._context.store.accounts(asked_at=math.inf if due else -math.inf)
        if due:
            self._names_again = monotonic + self._context.store.pace.idle * _spread()
        return names

    async def _look_at(self, account: str) -> Silence | None:
        """Return how an account stood when it was looked at last, now if it is its turn; None for unknown."""
        context, known = self._context, self._known.get(account)
        monotonic = context.clock.monotonic()
        due = known is None or monotonic >= self._again.get(account, -math.inf)
        if known and known.silent is False:
            due |= bool(_judged(context, account, known.since).silent)
        came = account in context.came
        if not due and not came:
            return known
        context.came.discard(account)  # what comes during the look is looked at again
        try:
            known = await silence_in(context, account, asked_at=math.inf if due else -math.inf, known=known)
            self._damaged.discard(account)
        except PermanentError as error:  # the other accounts are watched all the same
            if account not in self._damaged:
                _log.error("an account cannot be watched", account=account, error=str(error))
            self._damaged.add(account)
        wait = context.store.pace.idle * (1 if known is None or known.silent else _SELDOM)
        self._again[account] = monotonic + wait * _spread()
        return known

    def _tell(self, silence: Silence) -> None:
        read = silence.since.isoformat() if silence.since else "never"
        if silence.silent:
            why = silence.reason.state if silence.reason else "no report tells why"
            _log.warning("no reading for too long", account=silence.account, last_reading=read, why=why)
        else:
            _log.info("readings have resumed", account=silence.account, last_reading=read)
        self._hub.publish(silence.account, _event(self._context, silence))

    async def _run(self) -> None:
        failing = False
        while True:
            try:
                await self.look()
                failing = False
            except Exception as error:  # noqa: BLE001 - a fault of our own must not end this for good
                if not failing:  # told when it begins, not every time
                    known = isinstance(error, MarigraphError)
                    _log.error("nobody watches for silence", error=str(error), exc_info=not known)
                failing = True
            await asyncio.sleep(LOOK_SECONDS)


def _spread() -> float:
    """Return what a wait is shortened by, so that accounts and receivers do not all ask at once."""
    return random.uniform(0.8, 1)  # noqa: S311 - guards nothing


def _event(context: Context, silence: Silence) -> bytes:
    kind: EventType = "silence" if silence.silent else "reading-resumed"
    return event(kind, {"account": silence.account, **described(silence, context.clock.now())})
