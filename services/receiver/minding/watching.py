"""Watching for silence: every account is looked at again and again, and told of when that begins or ends."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

import structlog
from msgspec.structs import replace

from services.receiver.context import Context
from services.receiver.live.events import EventType, event
from services.receiver.live.hub import Hub
from services.receiver.live.silence import Silence, changes, described, read_last, reason_in, silence_of
from shared.errors import MarigraphError

__all__ = ["Watch", "silence_in", "standing"]

LOOK_SECONDS = 2.0

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def silence_in(context: Context, account: str) -> Silence:
    """Return how an account stands just now. Raises the store's errors."""
    now, options = context.clock.now(), context.options
    limit = timedelta(minutes=0 if account in options.silence_except else options.silence_minutes)
    found = await context.store.as_of(account, now)
    silence = silence_of(account, found.version.time if found else None, now, limit)
    if not silence.silent:
        return silence
    reports = await context.store.reports(account, most=1)
    if found is None and not reports:  # there is no such account yet
        return replace(silence, silent=None)
    newest = (reports[0].time, reports[0].document) if reports else None
    return replace(silence, reason=reason_in(silence, newest))


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
        """Look at every account once. Raises the store's errors."""
        context = self._context
        now = {account: await silence_in(context, account) for account in await context.store.accounts()}
        for silence in changes(self._known, now):
            self._tell(silence)
        self._known, self._looked = now, True
        context.metrics.accounts_watched.set(sum(silence.silent is not None for silence in now.values()))
        context.metrics.accounts_silent.set(self.silent_accounts)

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


def _event(context: Context, silence: Silence) -> bytes:
    kind: EventType = "silence" if silence.silent else "reading-resumed"
    return event(kind, {"account": silence.account, **described(silence, context.clock.now())})
