"""Drains the queues: sends, and decides by each answer whether to go on, to wait or to pause.

Snapshots go first, in their order; reports follow when no snapshot waits, and what fails with them holds up
no snapshot. There is no last try.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec
import structlog

from services.scraper.outgoing.delivery import BATCH_BYTES
from services.scraper.outgoing.outbox import Item, Outbox
from services.scraper.outgoing.sending import GOOD, LastAnswer, Sending, SendState
from services.scraper.outgoing.verdict import Verdict, words_of
from services.scraper.schedule import USUAL_WAITS, Waits, send_delay, slow_delay
from shared.clock import Clock

__all__ = ["Lane", "Post", "Sender"]

LONGEST_DETAIL = 200

REJECTED = {
    "snapshot": "the receiver rejected a snapshot, it lies in rejected/",
    "report": "the receiver rejected a report, it lies in rejected/",
}

NO_KEY = "CLAUDE_SYNC_API_KEY is not set: snapshots wait in the outbox"

REFUSED = (
    "the receiver refuses CLAUDE_SYNC_API_KEY (HTTP {}): give it a key that may write for this account, "
    "or let this one in there; sending goes on by itself then"
)

log = structlog.get_logger()


class Post(Protocol):
    """Whatever can carry items to a receiver."""

    @property
    def most(self) -> int:
        """Return how many may be sent at once just now."""
        ...

    async def send(self, items: list[Item], key: str) -> list[Verdict]:
        """Send them and say what became of the first of them, at least of one."""
        ...


class Lane:
    """One queue with its way out, and when it is to be tried again (monotonic seconds)."""

    def __init__(self, what: Literal["snapshot", "report"], outbox: Outbox, post: Post) -> None:
        """Take what one item is called, where they wait, and who carries them."""
        self.what = what
        self.outbox = outbox
        self.post = post
        self.attempt = 0
        self.due = 0.0
        self.refused_key: str | None = None


class Sender:
    """Sends what the queues hold, oldest first, one request at a time."""

    def __init__(
        self,
        snapshots: Lane,
        reports: Lane,
        read_key: Callable[[], str | None],
        tell: Callable[[Sending], None],
        clock: Clock,
        *,
        known: Sending | None = None,
        waits: Waits = USUAL_WAITS,
        hold: Callable[[], AbstractContextManager[bool]] = lambda: contextlib.nullcontext(True),  # noqa: FBT003 - what it holds
    ) -> None:
        """Take the queues, where the key is read anew, who is told of changes, and what keeps others out.

        `known` is how sending stood when an earlier process ended. `hold` gives True when nobody else sends
        from these queues meanwhile.
        """
        self._snapshots = snapshots
        self._reports = reports
        self._read_key = read_key
        self._tell = tell
        self._clock = clock
        self._waits = waits
        self._hold = hold
        self._told = self.sending = Sending(last_answer=known.last_answer if known else None)
        self.sent = 0
        self.more = asyncio.Event()

    async def run(self, keep_going: Callable[[], bool]) -> None:
        """Drain again and again, with the pauses that the answers call for."""
        while keep_going():
            await self.turn()
            await self.rest()

    async def turn(self) -> bool:
        """Send what is due; False when somebody else sends just now. A disk's refusal is told, not raised."""
        if not any(self._is_due(lane) for lane in (self._snapshots, self._reports)):
            return True
        try:
            with self._hold() as alone:
                if alone:
                    await self._send_both()
                return alone
        except OSError as error:
            self._stop(self._snapshots, _unusable(error), "")
        return True

    async def rest(self) -> None:
        """Wait until something may be due, or is said to be there."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.more.wait(), self._pause())
        self.more.clear()

    async def _send_both(self) -> None:
        """Send snapshots, then reports, which give way as soon as a snapshot waits."""
        if self._is_due(self._snapshots):
            await self._drain(self._snapshots)
        if not self._snapshots.outbox.head(1) and self._is_due(self._reports):
            await self._drain(self._reports)

    async def _drain(self, lane: Lane) -> None:
        """Send from one queue until nothing waits or something does not go."""
        try:
            while items := lane.outbox.head(lane.post.most, BATCH_BYTES):
                key = self._read_key()
                if key is None:
                    self._stop(lane, None, "")
                    return
                verdicts = await lane.post.send(items, key)
                if stopped := self._settle(lane, items, verdicts):
                    self._stop(lane, stopped, key)
                    return
                if lane is self._reports and self.more.is_set():
                    return
            if lane is self._snapshots:
                self._change("idle")
        except OSError as error:
            self._stop(lane, _unusable(error), "")

    def _settle(self, lane: Lane, items: list[Item], verdicts: list[Verdict]) -> Verdict | None:
        """Do with each item what its verdict says; returns the one for which sending stops."""
        stopped = None
        for item, verdict in zip(items, verdicts, strict=False):
            if verdict.meaning == "accepted":
                lane.outbox.remove(item)
                self.sent += lane is self._snapshots
            elif verdict.meaning == "rejected":
                lane.outbox.reject(item, verdict.status, verdict.answer)
                answer = _short(verdict.answer)
                log.error(REJECTED[lane.what], item=item.name, answer=answer)
            elif stopped is None or verdict.meaning == "refused":
                stopped = verdict
                continue
            lane.attempt = 0
        self._answered(verdicts[-1], stopped)
        if stopped is None and lane is self._snapshots:
            self._change("sending")
        return stopped

    def _stop(self, lane: Lane, verdict: Verdict | None, key: str) -> None:
        """Put off a queue for as long as a verdict calls for; None when there is no key."""
        dice, waits = random.random(), self._waits  # noqa: S311 - spreads retries, guards nothing
        lane.refused_key = None
        state: SendState = "waiting"
        if verdict is None:
            state, detail, delay = "no_key", NO_KEY, waits.look
        elif verdict.meaning == "refused":
            state, detail = "refused", REFUSED.format(verdict.status)
            delay, lane.refused_key = slow_delay(waits.refused, dice), key
        elif verdict.meaning == "no_place":
            detail, delay = "", slow_delay(waits.no_place, dice)
        else:
            lane.attempt += 1
            detail = _in_words(verdict)
            delay = send_delay(lane.attempt, dice, verdict.retry_after, waits)
        lane.due = self._clock.monotonic() + delay
        if lane is self._snapshots:
            next_try_at = self._clock.now() + timedelta(seconds=delay) if verdict else None
            self._change(state, detail, next_try_at)
        elif detail:
            log.debug("reports wait", state=state, detail=detail)

    def _is_due(self, lane: Lane) -> bool:
        """Tell whether a queue's time has come; a changed key makes it come at once."""
        if lane.refused_key is not None and self._read_key() != lane.refused_key:
            return True
        return self._clock.monotonic() >= lane.due

    def _pause(self) -> float:
        """Return the seconds until something may be due, or may have been put in by somebody else."""
        now = self._clock.monotonic()
        waiting = [lane.due - now for lane in (self._snapshots, self._reports) if lane.due > now]
        return min([self._waits.look, *waiting])

    def _answered(self, verdict: Verdict, stopped: Verdict | None) -> None:
        if status := (stopped or verdict).status:
            trouble = _short(stopped.answer) if stopped else ""
            self.sending = msgspec.structs.replace(
                self.sending, last_answer=LastAnswer(self._clock.now(), status, trouble)
            )

    def _change(self, state: SendState, detail: str = "", next_try_at: datetime | None = None) -> None:
        """Note how sending stands; only a change from good to bad or back is worth a line in the log."""
        before = self.sending
        since = before.since if before.state == state else self._clock.now()
        self.sending = msgspec.structs.replace(
            before, state=state, detail=detail, since=since, next_try_at=next_try_at
        )
        if (before.state in GOOD) != (state in GOOD) or (state not in GOOD and before.state != state):
            write = log.info if state in GOOD else log.error if state == "refused" else log.warning
            write("sending: " + state.replace("_", " "), detail=detail)
        if self.sending != self._told and (state != "sending" or before.state not in GOOD):
            self._told = self.sending
            self._tell(self.sending)


def _unusable(error: OSError) -> Verdict:
    return Verdict("retry", answer=f"the outbox cannot be used: {error}")


def _in_words(verdict: Verdict) -> str:
    answer = _short(verdict.answer)
    return f"HTTP {verdict.status}: {answer}".rstrip(": ") if verdict.status else answer


def _short(answer: str) -> str:
    return " ".join(words_of(answer).split())[:LONGEST_DETAIL]
