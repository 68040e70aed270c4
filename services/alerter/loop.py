"""Look after look until told to stop: what goes wrong is said once, and tried again at the next."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from services.alerter.desk import Desk
from services.alerter.following import Follower
from services.alerter.sending.courier import Courier
from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Message
from shared.clock import Clock
from shared.errors import MarigraphError

if TYPE_CHECKING:
    from services.alerter.metrics import AlerterMetrics

__all__ = ["Loop"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Loop:
    """The alerter's life."""

    def __init__(
        self,
        follower: Follower,
        desk: Desk,
        clock: Clock,
        *,
        metrics: "AlerterMetrics | None" = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what works; `wake` tells the courier that there is something to deliver."""
        self._follower = follower
        self._desk = desk
        self._clock = clock
        self._wake = wake
        self._metrics = metrics
        self._trouble: dict[str, str] = {}

    def words(self) -> str:
        """Say in one line how it stands."""
        if trouble := self._trouble.get("look"):
            return f"cannot look: {trouble}"
        book = self._desk.book
        return (
            f"follows {len(book.accounts)} accounts; {len(book.waiting)} waiting, {len(book.held)} held back"
        )

    def unwell(self) -> str:
        """Say why the record cannot be followed, "" while it can."""
        return self._trouble.get("look", "")

    async def run(self, courier: Courier, stop: asyncio.Event, seconds: float) -> None:
        """Go on until told to stop, with so many seconds between two looks."""
        courier.begin()
        try:
            while not stop.is_set():
                await self.turn()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds)
        finally:
            await courier.end()

    async def turn(self) -> bool:
        """Look once; returns whether that was possible."""
        try:
            messages = self._desk.turn(await self._follower.look(), self._clock.now())
        except (MarigraphError, OSError) as error:
            self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of our own must not end the alerter
            self._failed(repr(error), exc_info=error)
        else:
            self._recovered("look")
            for message in messages:
                self._tell(message)
            if messages:
                self._wake()
            self._write_metrics()
            return True
        self._write_metrics()
        return False

    def tried(self, destination: str, outcome: Outcome, given_up: bool) -> None:  # noqa: FBT001 - a callback's form
        """Count a try."""
        if self._metrics:
            self._metrics.tried(destination, outcome, given_up=given_up)
        self._write_metrics()

    def _tell(self, message: Message) -> None:
        if self._metrics:
            self._metrics.told(message)
        kinds = ",".join(sorted({news.kind for news in message.news}))
        _log.info(
            "alert", id=message.id, kind=kinds, title=message.said.title, text=" ".join(message.said.lines)
        )

    def _failed(self, reason: str, **more: object) -> None:
        if self._metrics:
            self._metrics.failures.inc()
        if self._trouble.get("look") != reason:
            self._trouble["look"] = reason
            _log.error(
                "the record cannot be looked at, or the book not saved; it is tried again",
                what=reason,
                **more,
            )

    def _recovered(self, about: str) -> None:
        if self._trouble.pop(about, None):
            _log.info("no longer so: it works again")

    def _write_metrics(self) -> None:
        if self._metrics is None:
            return
        try:
            self._metrics.write(self._desk.book)
        except OSError as error:
            if self._trouble.get("metrics") != str(error):
                self._trouble["metrics"] = str(error)
                _log.error("metrics cannot be written", what=str(error))
