"""Drains the outbox: sends, and decides by each answer whether to go on, to wait or to pause."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec
import structlog

from services.scraper.client import Verdict
from services.scraper.outbox import Item, Outbox
from services.scraper.schedule import send_delay, slow_send_delay

__all__ = ["Post", "Sender", "Sending"]

SendState = Literal["idle", "sending", "waiting", "no_key", "refused"]

IDLE_LOOK = 5.0
"""Seconds after which an empty outbox is looked at again: another process may have put something in."""

KEY_LOOK = 30.0
"""Seconds after which the key is looked at again while it is missing or refused."""

LONGEST_DETAIL = 200

GOOD: frozenset[SendState] = frozenset({"idle", "sending"})

log = structlog.get_logger()


class Sending(msgspec.Struct, frozen=True):
    """How sending stands: `no_key` and `refused` need the user, the rest goes by itself."""

    state: SendState = "idle"
    detail: str = ""


class Post(Protocol):
    """Whatever can carry a snapshot to a receiver."""

    async def send(self, body: bytes, key: str) -> Verdict:
        """Send it and say what became of it."""
        ...


class Sender:
    """Sends what the outbox holds, oldest first, one at a time."""

    def __init__(
        self, outbox: Outbox, post: Post, read_key: Callable[[], str | None], tell: Callable[[Sending], None]
    ) -> None:
        """Take the outbox, the way out, where the key is read anew, and who is told of every change."""
        self._outbox = outbox
        self._post = post
        self._read_key = read_key
        self._tell = tell
        self._attempt = 0
        self._retry_after: float | None = None
        self._refused_key = ""
        self.sending = Sending()
        self.more = asyncio.Event()

    async def run(self, keep_going: Callable[[], bool]) -> None:
        """Drain again and again, with the pauses that the answers call for."""
        while keep_going():
            try:
                await self.drain()
            except OSError as error:
                self._attempt += 1
                self._change("waiting", f"the outbox cannot be used: {error}")
            await self._pause()

    async def drain(self) -> int:
        """Send until nothing waits or something does not go; returns how many were taken."""
        taken = 0
        while item := self._outbox.oldest():
            key = self._read_key()
            if key is None:
                self._change("no_key", "CLAUDE_SYNC_API_KEY is not set: snapshots wait in the outbox")
                return taken
            verdict = await self._post.send(item.body, key)
            self._settle(item, verdict, key)
            if verdict.meaning in {"refused", "retry"}:
                return taken
            taken += verdict.meaning == "accepted"
        self._change("idle")
        return taken

    def _settle(self, item: Item, verdict: Verdict, key: str) -> None:
        answer = " ".join(verdict.answer.split())[:LONGEST_DETAIL]
        self._attempt = self._attempt + 1 if verdict.meaning == "retry" else 0
        self._retry_after = verdict.retry_after
        if verdict.meaning == "accepted":
            self._outbox.remove(item)
            self._change("sending")
        elif verdict.meaning == "rejected":
            self._outbox.reject(item, verdict.status, verdict.answer)
            log.error("the receiver rejected a snapshot, it lies in rejected/", item=item.name, answer=answer)
        elif verdict.meaning == "refused":
            self._refused_key = key
            self._change("refused", f"the receiver refuses CLAUDE_SYNC_API_KEY (HTTP {verdict.status})")
        else:
            self._change("waiting", f"HTTP {verdict.status}: {answer}" if verdict.status else answer)

    async def _pause(self) -> None:
        dice = random.random()  # noqa: S311 - spreads retries, guards nothing
        if self.sending.state == "waiting":
            await asyncio.sleep(send_delay(self._attempt, dice, self._retry_after))
        elif self.sending.state == "no_key":
            await asyncio.sleep(KEY_LOOK)
        elif self.sending.state == "refused":
            await self._await_other_key(slow_send_delay(dice))
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.more.wait(), IDLE_LOOK)
            self.more.clear()

    async def _await_other_key(self, longest: float) -> None:
        waited = 0.0
        while waited < longest and self._read_key() == self._refused_key:
            await asyncio.sleep(KEY_LOOK)
            waited += KEY_LOOK

    def _change(self, state: SendState, detail: str = "") -> None:
        """Note how sending stands; only a change from good to bad or back is worth a line in the log."""
        before, self.sending = self.sending, Sending(state, detail)
        if (before.state in GOOD) != (state in GOOD) or (state not in GOOD and before.state != state):
            write = log.info if state in GOOD else log.warning
            write("sending: " + state.replace("_", " "), detail=detail)
        if before != self.sending:
            self._tell(self.sending)
