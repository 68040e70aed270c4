"""Waits at the receiver for somebody to ask for a reading now, and passes that on to the loop.

The scraper calls, never the receiver: nothing listens where the browser runs. What fails here costs nothing
but the wait for the usual turn, so it is tried again ever more rarely, and not told in the log.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal, Protocol
from urllib.parse import urlencode

import msgspec
import structlog

from services.scraper.outgoing.address import addresses_of
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.verdict import Reply, retry_after_of
from services.scraper.request_pace import WAIT_FOR_REQUEST, request_delay
from services.scraper.settings import ScraperSettings

__all__ = ["Requested", "Willing"]

_SPARE_SECONDS = 10.0
"""What the network may add to the receiver's wait."""

log = structlog.get_logger()


class Willing(Protocol):
    """The loop, as it is asked from here."""

    @property
    def takes_requests(self) -> bool:
        """Whether it would follow a request now."""
        ...

    def ask(self) -> None:
        """Ask for a reading as soon as that may be."""
        ...


class _Request(msgspec.Struct, frozen=True):
    id: str
    by: Annotated[str, msgspec.Meta(max_length=100)]


class _Fetched(msgspec.Struct, frozen=True):
    state: Literal["fetched"]
    request: _Request


_decoder = msgspec.json.Decoder(_Fetched)


class Requested:
    """Asks the receiver again and again whether somebody asked for a reading."""

    def __init__(
        self, settings: ScraperSettings, client: Client, read_key: Callable[[], str | None], loop: Willing
    ) -> None:
        """Take a connection of its own, where the key is read anew, and the loop."""
        addresses = addresses_of(settings.sync_url)
        asked = urlencode({"collector": settings.collector_name, "wait": int(WAIT_FOR_REQUEST)})
        self._url = addresses.base and f"{addresses.of(settings.account_name, 'scrape')}?{asked}"
        self._client = client
        self._read_key = read_key
        self._loop = loop
        self._failures = 0

    async def run(self, keep_going: Callable[[], bool]) -> None:
        """Go on until told to stop."""
        while keep_going():  # noqa: ASYNC110 - each turn says how long to wait
            await asyncio.sleep(await self.turn())

    async def turn(self) -> float:
        """Ask once; return how long to wait before the next time."""
        key = self._read_key()
        dice = random.random()  # noqa: S311 - spreads questions, guards nothing
        if self._url is None or key is None or not self._loop.takes_requests:
            return request_delay(None, failures=0, seconds=0, dice=dice)
        clock = asyncio.get_running_loop().time
        began = clock()
        reply = await self._client.ask("GET", self._url, key, seconds=WAIT_FOR_REQUEST + _SPARE_SECONDS)
        status = self._heard(reply)
        self._failures = 0 if status in {200, 204} else self._failures + 1
        return request_delay(
            status,
            failures=self._failures,
            seconds=clock() - began,
            dice=dice,
            retry_after=retry_after_of(reply, datetime.now(UTC)),
        )

    def _heard(self, reply: Reply) -> int:
        """Pass a request on; return the status, 0 for a 200 of something that is no receiver."""
        if reply.status != 200:  # noqa: PLR2004 - there is no request
            return reply.status
        try:
            by = _decoder.decode(reply.body).request.by
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return 0
        log.info("a reading is asked for", by="".join(letter for letter in by if letter.isprintable()))
        self._loop.ask()
        return reply.status
