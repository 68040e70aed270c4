"""The service's tasks, scraping, draining the outbox, hearing requests: none waits for another."""

import asyncio
import contextlib
import random
import signal
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.scraper.judging.outcome import GOOD, Outcome, sentence
from services.scraper.outgoing.sender import Sender
from services.scraper.recorder import Recorder
from services.scraper.requested import Requested
from services.scraper.schedule import SHORTEST, Pace, first_delay, next_turn
from services.scraper.status import Board
from shared.clock import Clock

__all__ = ["Scraping", "run_until_stopped", "stop_asked"]

WAKE_LOOK = 2.0
MOST_UNKEPT = 1000

log = structlog.get_logger()

Scrape = Callable[[], Awaitable[Outcome]]


class Scraping:
    """Scrapes at the pace that the outcomes call for."""

    def __init__(
        self,
        scrape: Scrape,
        recorder: Recorder,
        board: Board,
        clock: Clock,
        *,
        wake: Path,
        interval: float,
        recorded: Callable[[], None],
    ) -> None:
        """Take what scrapes, what keeps the outcome, the seconds between scrapes, and who is told of each."""
        self._scrape = scrape
        self._recorder = recorder
        self._board = board
        self._clock = clock
        self._wake = wake
        self._interval = interval
        self._recorded = recorded
        self._pace = Pace()
        self._began: float | None = None
        self._requested = asyncio.Event()
        self._unkept: deque[tuple[Outcome, datetime]] = deque(maxlen=MOST_UNKEPT)

    async def run(self, keep_going: Callable[[], bool]) -> None:
        """Scrape again and again while told to go on."""
        await self._wait(self._first_delay())
        while keep_going():
            self._began = self._clock.monotonic()
            outcome = await self._scrape()
            dice = random.random()  # noqa: S311 - spreads scrapes, guards nothing
            self._pace, delay = next_turn(
                self._pace, outcome.state, interval=self._interval, now=self._clock.monotonic(), dice=dice
            )
            self._keep(outcome, self._clock.now() + timedelta(seconds=delay))
            await self._wait(delay)

    @property
    def takes_requests(self) -> bool:
        """Whether `ask` would be followed: not before the first scrape, nor around a block."""
        return self._began is not None and self._pace.takes_requests(self._clock.monotonic())

    def ask(self) -> None:
        """Ask for a scrape as soon as that may be; one under way is as good."""
        self._requested.set()

    def _keep(self, outcome: Outcome, next_at: datetime) -> None:
        """Record an outcome; a reading that a full disk refuses is tried again before the next."""
        if len(self._unkept) == MOST_UNKEPT:
            self._recorder.give_up(self._unkept[0][0])
        self._unkept.append((outcome, next_at))
        while self._unkept:
            try:
                news = self._recorder.record(*self._unkept[0])
            except OSError as error:
                log.warning("a reading could not be kept, it will be tried again", reason=str(error))
                return
            kept, _ = self._unkept.popleft()
            if news:
                write = log.info if kept.state in GOOD else log.warning
                write("scraping: " + kept.state.replace("_", " "), detail=sentence(kept))
        self._recorded()

    def _first_delay(self) -> float:
        status, now = self._board.status, self._clock.now()
        return first_delay(
            status.state, _seconds(status.last_attempt_at, now), _seconds(now, status.next_scrape_at)
        )

    async def _wait(self, delay: float) -> None:
        """Wait for the next turn, or until somebody asks for it; the circuit breaker is not asked away."""
        self._board.next_at(self._clock.now() + timedelta(seconds=delay))
        self._requested.clear()
        end, asked = self._clock.monotonic() + delay, self._asked_at()
        while (left := end - self._clock.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._requested.wait(), min(left, WAKE_LOOK))
            if self._asked_at() != asked and not self._pace.breaker.wait(self._clock.monotonic()):
                return
            if self._requested.is_set():
                end = self._sooner(end)
                self._requested.clear()

    def _sooner(self, end: float) -> float:
        """Return when to scrape after somebody asked for it: never within a minute of the scrape before."""
        if self._began is None or not self.takes_requests:
            return end
        now = self._clock.monotonic()
        sooner = min(end, max(now, self._began + SHORTEST))
        self._board.next_at(self._clock.now() + timedelta(seconds=sooner - now))
        return sooner

    def _asked_at(self) -> float:
        try:
            return self._wake.stat().st_mtime
        except OSError:
            return 0.0


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return (until - since).total_seconds() if since and until else None


def stop_asked() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set from now on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def run_until_stopped(
    scraping: Scraping, sender: Sender, requested: Requested, stop: asyncio.Event
) -> None:
    """Run all tasks until told to stop, or until one of them fails, which ends all."""
    if stop.is_set():
        return
    tasks = [
        asyncio.create_task(scraping.run(lambda: not stop.is_set())),
        asyncio.create_task(sender.run(lambda: not stop.is_set())),
        asyncio.create_task(requested.run(lambda: not stop.is_set())),
    ]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stopping):
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
