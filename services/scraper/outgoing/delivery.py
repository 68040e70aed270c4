"""Carries items to the receiver in the way that it takes them: many at once where it can, else one by one.

Marigraph's own receiver takes batches under /api/v1; the origin's server, and others like it, take one
snapshot at a time at CLAUDE_SYNC_URL. One snapshot alone goes there in any case, as the origin's client
did it. Before more than one is sent, the server is asked once whether it has the newer calls.
"""

from collections.abc import Sequence
from typing import Literal

import structlog

from services.scraper.outgoing.address import Addresses
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.outbox import Item
from services.scraper.outgoing.verdict import (
    PAGE,
    UNKNOWN_CALL,
    Reply,
    Verdict,
    has_v1,
    is_page,
    is_success,
    judge_batch,
    judge_single,
    tells,
)
from shared.clock import Clock
from shared.schemas.usage import DEFAULT_ACCOUNT

__all__ = ["BATCH_BYTES", "Delivery", "Kind", "Server"]

Kind = Literal["snapshots", "reports"]

MOST_ITEMS, FIRST_ITEMS = 500, 125
"""Items of a batch; half the receiver's own bound."""

BATCH_BYTES = 900 * 1024
"""Bytes of a batch, below the receiver's 1 MiB; one longer item goes alone."""

BATCH_SECONDS = 25.0

ASK_AGAIN, ASK_SOON = 600.0, 10.0
"""Seconds after which a server that had no calls under /api/v1 is asked again: it may have been updated; or,
soon, its answer told nothing."""

BUSY = frozenset({0, 408, 425, 429, 503})
"""No answer, or one that asks for patience: nothing else is tried then."""

TOO_MUCH = frozenset({400, 413, 422})
"""Refusals of a whole batch: of fewer items there may be none."""

TOO_SLOW = frozenset({0, 408, 504})
"""No answer, or one that says that it took too long."""

FIRST_FAULT = 500

MOST_PAGES = 3
"""Refusals by web pages, one after the other, that are believed: beyond that it is a proxy that speaks, about
what is sent to the wrong place, and nothing more is given up for it."""

NO_ACCOUNTS = (
    "this server has no place for the account {!r} (it answers HTTP {} where ours tell of accounts): "
    "update it, or unset SCRAPER_ACCOUNT"
)
NO_BASE = (
    "CLAUDE_SYNC_URL is no address of a Marigraph receiver, and other servers have no place for the "
    "account {!r}: correct it, or unset SCRAPER_ACCOUNT"
)

log = structlog.get_logger()


class Server:
    """A receiver at the other end, and what is known of it."""

    def __init__(self, client: Client, addresses: Addresses, clock: Clock) -> None:
        """Take the connection and the addresses; whether it has the newer calls is found out when needed."""
        self.client = client
        self.addresses = addresses
        self.clock = clock
        self._has_v1: bool | None = None
        self._ask_again = 0.0
        self.said = 0

    @property
    def one_by_one(self) -> bool:
        """Tell whether it is known to take single snapshots only."""
        if self._has_v1 is False and self.clock.monotonic() >= self._ask_again:
            self._has_v1 = None
        return self.addresses.base is None or self._has_v1 is False

    async def has_v1(self, key: str) -> bool | Reply:
        """Tell whether it has the calls under /api/v1; the failed answer when it could not be asked."""
        if self.addresses.single is None:
            return True
        if self.one_by_one or self._has_v1:
            return not self.one_by_one
        reply = await self.client.ask("GET", self.addresses.accounts, key)
        if reply.status in BUSY:
            return reply
        self._has_v1, self.said = has_v1(reply), reply.status
        self._ask_again = self.clock.monotonic() + (ASK_AGAIN if tells(reply) else ASK_SOON)
        return self._has_v1

    def lacks_v1(self, status: int) -> None:
        """Remember for a while that it answered a newer call as if there were none."""
        self._has_v1, self.said = False, status
        self._ask_again = self.clock.monotonic() + ASK_AGAIN

    def forget(self) -> None:
        """Know nothing of it any longer: after a failure it may come back as another version."""
        self._has_v1 = None


class Delivery:
    """Sends items of one kind to one server."""

    def __init__(self, server: Server, kind: Kind) -> None:
        """Take where to send what."""
        self._server = server
        self._kind = kind
        self._most = FIRST_ITEMS
        self._pages = 0

    @property
    def most(self) -> int:
        """Return how many items may be sent at once just now."""
        return 1 if self._server.one_by_one else self._most

    async def send(self, items: Sequence[Item], key: str) -> list[Verdict]:
        """Send items of one account; the verdicts are about the first of them, at least one.

        Never raises for what a network or a server can do.
        """
        if self._is_for_origin(items):
            return [await self._singly(items[0], key)]
        v1 = await self._server.has_v1(key)
        if isinstance(v1, Reply):
            return [judge_single(v1, self._server.clock.now())]
        return await (self._by_v1(items, key) if v1 else self._without_v1(items[0], key))

    async def _without_v1(self, item: Item, key: str) -> list[Verdict]:
        if self._kind == "reports":
            return [Verdict("no_place")]
        if item.account != DEFAULT_ACCOUNT:
            why = NO_ACCOUNTS if self._server.addresses.base else NO_BASE
            return [Verdict("retry", answer=why.format(item.account, self._server.said))]
        return [await self._singly(item, key)]

    def _is_for_origin(self, items: Sequence[Item]) -> bool:
        """Tell whether there is nothing to be won by the newer calls."""
        alone = len(items) == 1 and items[0].account == DEFAULT_ACCOUNT and self._kind == "snapshots"
        addresses = self._server.addresses
        return alone and addresses.single is not None and not addresses.bare

    async def _singly(self, item: Item, key: str, url: str | None = None) -> Verdict:
        server = self._server
        reply = await server.client.ask("POST", url or server.addresses.single or "", key, item.body)
        verdict = self._believed(reply, judge_single(reply, server.clock.now()))
        if verdict.meaning == "accepted":
            self._most = min(2 * self._most, MOST_ITEMS)
        elif verdict.meaning == "retry":
            server.forget()
        return verdict

    def _believed(self, reply: Reply, verdict: Verdict) -> Verdict:
        """Return the verdict, unless web pages refuse one item after the other."""
        self._pages = self._pages + 1 if verdict.meaning == "rejected" and is_page(reply) else 0
        return Verdict("retry", reply.status, PAGE) if self._pages > MOST_PAGES else verdict

    async def _by_v1(self, items: Sequence[Item], key: str) -> list[Verdict]:
        server = self._server
        url = server.addresses.of(items[0].account, self._kind)
        if len(items) == 1:
            verdicts = [await self._singly(items[0], key, url)]
        else:
            reply = await self._together(items, key, url)
            if reply.status in TOO_MUCH:
                return await self._by_v1(items[: self._most], key)
            verdicts = judge_batch(reply, len(items), server.clock.now())
        if verdicts[0].status in UNKNOWN_CALL and server.addresses.single is not None:
            server.lacks_v1(verdicts[0].status)
            return await self._without_v1(items[0], key)
        return verdicts

    async def _together(self, items: Sequence[Item], key: str, url: str) -> Reply:
        """Post a batch, and note how large the next may be."""
        body = b"[" + b",".join(item.body for item in items) + b"]"
        reply = await self._server.client.ask("POST", url, key, body, BATCH_SECONDS)
        if reply.status in TOO_MUCH | TOO_SLOW:
            self._most = max(1, len(items) // 2)
            log.info("a batch did not pass, the next is smaller", items=len(items), status=reply.status)
        elif is_success(reply.status) and len(items) >= self._most:
            self._most = min(2 * self._most, MOST_ITEMS)
        if reply.status == 0 or reply.status >= FIRST_FAULT:
            self._server.forget()
        return reply
