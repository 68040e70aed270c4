"""One client's connection: Sanic's protocol with absolute deadlines, a ceiling, and a close that is a close.

Nothing is timed per request but the arrival of its bytes: every connection is looked at four times a second
(`watch.py`), and what it does then has its own time since when it was first seen doing it.
"""

from enum import Enum, auto
from time import monotonic
from typing import Any

from sanic.exceptions import RequestCancelled, SanicException
from sanic.http import Stage
from sanic.models.server_types import ConnInfo
from sanic.server import HttpProtocol

from shared.wire.exchange import Exchange
from shared.wire.limits import CLOSING_SECONDS, UNREAD_BYTES
from shared.wire.refusals import NotAnswered, cut_short, too_slow
from shared.wire.watch import Watch

__all__ = ["Connection"]

_TURNED_AWAY_AT_ONCE = 64
"""Connections over the ceiling that may still be reading why; those beyond are cut without a word."""

_TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 35\r\n\r\nToo many connections; try it again.\n"
)


class Phase(Enum):
    """What a connection is seen doing."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    HANDLER = auto()
    ANSWER = auto()
    EVENTS = auto()
    UNSENT = auto()
    CLOSING = auto()


class Connection(HttpProtocol):
    """One connection of a server whose application has a Watch as `ctx.wire`."""

    HTTP_CLASS = Exchange
    transport: Any  # asyncio's or uvloop's, with or without TLS
    _task: Any
    __slots__ = (
        "_closing",
        "_drained",
        "_ended_at",
        "_given_up",
        "_made_at",
        "_received_before",
        "_seen",
        "_since",
        "_watch",
        "begun",
        "fresh",
        "lingers",
        "received",
        "received_at",
        "written",
    )

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - Sanic says what it hands over
        """Take what Sanic hands over."""
        super().__init__(**more)
        self._watch: Watch = self.app.ctx.wire
        self._made_at = self._since = self.loop.time()
        self._seen: tuple[Phase, int, int] | None = None
        self._drained: tuple[float, int] | None = None
        self._ended_at: float | None = None
        self._given_up: SanicException | None = None
        self._closing = False
        self._received_before = 0
        self.begun = 0
        """Requests whose first byte has come."""
        self.received = 0
        self.received_at = 0.0
        """When the last bytes came, in the seconds of `time.monotonic`."""
        self.written = 0
        self.fresh = True
        """Whether the other connections had their turn since the last request."""
        self.lingers = False
        """Whether the client may still be sending when this connection is closed."""

    # What asyncio calls

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's or uvloop's
        """Serve the connection, or turn it away when there are too many."""
        transport.set_write_buffer_limits(low=16 * 1024, high=64 * 1024)
        if transport.get_extra_info("sslcontext") is not None:
            transport.set_read_buffer_limits(high=UNREAD_BYTES)
        self.transport = transport
        self.recv_buffer = bytearray()
        self.conn_info = ConnInfo(transport, unix=self._unix)
        self.connections.add(self)
        if self._watch.admits(self):
            self._task = self.loop.create_task(self.connection_task())  # type: ignore[no-untyped-call] # Sanic's
        elif len(self.connections) > self._watch.limits.connections + _TURNED_AWAY_AT_ONCE:
            transport.abort()
        else:
            transport.write(_TURNED_AWAY)
            self.lingers = True
            self.close()

    def data_received(self, data: bytes) -> None:
        """Take bytes, no more at a time than may wait."""
        self.received += len(data)
        self.received_at = monotonic()
        if not self._closing:
            self.recv_buffer += data
            self._data_received.set()
            if len(self.recv_buffer) >= UNREAD_BYTES:
                self.transport.pause_reading()
        elif self.received - self._received_before >= UNREAD_BYTES:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """Answer what has come even if its sender will send no more; that it left looks the same."""
        stage = self._stage
        if (
            self._closing
            or stage is Stage.RESPONSE
            or (stage is Stage.IDLE and not self.recv_buffer)
            or self.transport.get_extra_info("sslcontext") is not None  # TLS cannot be half closed
        ):
            return False
        self._ended_at = self.loop.time()
        self._data_received.set()
        return True

    # What Sanic calls

    async def send(self, data: bytes) -> None:
        """Write when the client reads."""
        await self._can_write.wait()
        if self.transport.is_closing():
            raise RequestCancelled
        self.transport.write(data)
        self.written += len(data)

    async def receive_more(self) -> None:
        """Wait for bytes; raises RequestRefused when none will come, or when they took too long."""
        if self._given_up is not None:
            raise self._given_up
        if self._ended_at is not None:
            if self.http.stage is Stage.IDLE:
                raise RequestCancelled
            raise cut_short()
        self.fresh = True
        self.transport.resume_reading()
        self._data_received.clear()
        await self._data_received.wait()

    def check_timeouts(self) -> None:
        """Leave the time to the watch: Sanic's own begins anew with every byte."""

    def close(self, timeout: float | None = None) -> None:  # noqa: ARG002 - Sanic's signature
        """Close; where the client may still be sending, first let it read its answer.

        A socket that is closed with bytes unread is reset, and its client may never see what was written.
        """
        if self.transport is None or self.transport.is_closing() or self._closing:
            return
        if not self.lingers or self._ended_at is not None:
            self.transport.close()
            return
        self._closing = True
        self._received_before = self.received - len(self.recv_buffer)
        self.recv_buffer.clear()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        if self.received - self._received_before < UNREAD_BYTES:
            self.transport.resume_reading()

    def close_if_idle(self) -> bool:
        """Close when no request is complete; called while the server stops."""
        if self._stage not in {Stage.IDLE, Stage.REQUEST}:
            return False
        self.lingers = False
        self._closing = False
        self.close()
        return True

    def abort(self) -> None:
        """Cut the connection, whatever is under way."""
        if self.transport is not None:
            self.transport.abort()

    @property
    def stopping(self) -> bool:
        """Whether the next answer on this connection is its last."""
        return self._watch.stopping

    # What the watch calls

    @property
    def idle_since(self) -> float | None:
        """Since when no request is under way; None when one is."""
        return self._since if self._phase() is Phase.IDLE else None

    def look(self, now: float) -> None:
        """End what took its whole time."""
        phase = self._phase()
        streamed = self.written if phase is Phase.ANSWER else 0
        seen = (phase, self.begun, streamed)
        if self._stalls(now):
            self._watch.ended["unread"] += 1
            self.abort()
        elif self._ended_at is not None and now - self._ended_at > CLOSING_SECONDS:
            self.abort()
        elif seen != self._seen:
            first = (phase is Phase.IDLE and not self.begun) or (phase is Phase.HEAD and self.begun <= 1)
            self._since = self._made_at if first else now
            self._received_before = self.received if phase is Phase.BODY else self._received_before
            self._seen = seen
        elif now - self._since > self._seconds(phase):
            self._since = now
            self._end(phase)

    @property
    def _stage(self) -> Stage:
        """How far Sanic is with a request; its `http` itself is false before one is complete."""
        return Stage.IDLE if self.http is None else self.http.stage

    def _phase(self) -> Phase:
        unsent = self.transport.get_write_buffer_size()
        if self._closing or self.transport.is_closing():
            return Phase.UNSENT if unsent else Phase.CLOSING
        http, stage = self.http, self._stage
        if stage is Stage.REQUEST:
            return Phase.HEAD
        if stage is Stage.HANDLER:
            waits = http.request_body and (
                http.request_body == "chunked" or http.request_bytes_left > len(self.recv_buffer)
            )
            return Phase.BODY if waits else Phase.HANDLER
        if unsent:
            return Phase.UNSENT
        if stage is Stage.RESPONSE:
            kind = http.response.content_type if http.response else None
            return Phase.EVENTS if (kind or "").startswith("text/event-stream") else Phase.ANSWER
        return Phase.IDLE

    def _seconds(self, phase: Phase) -> float:
        limits = self._watch.limits
        match phase:
            case Phase.IDLE:
                return limits.idle_seconds if self.begun else limits.head_seconds
            case Phase.HEAD:
                return limits.head_seconds
            case Phase.BODY:
                return limits.body_seconds + (self.received - self._received_before) / limits.bytes_a_second
            case Phase.HANDLER | Phase.ANSWER:
                return limits.answer_seconds
            case Phase.CLOSING:
                return CLOSING_SECONDS
            case _:  # a reader that stalls is seen elsewhere
                return float("inf")

    def _stalls(self, now: float) -> bool:
        """Tell whether the client took next to nothing, for a while, of what is there for it."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self._drained = None
            return False
        taken = self.written - unsent
        if self._drained is None:
            self._drained = now, taken
        since, before = self._drained
        limits = self._watch.limits
        if now - since < limits.stall_seconds:
            return False
        self._drained = now, taken
        return bool(taken - before < limits.stall_seconds * limits.bytes_a_second)

    def _end(self, phase: Phase) -> None:
        """End what took too long: by an answer when there can be one, and for good the second time."""
        again = self._given_up is not None
        if phase is not Phase.CLOSING and not again:
            self._watch.ended[phase.name.lower()] += 1
        if phase is Phase.IDLE and self._task is not None:
            self.close()
        elif phase in {Phase.HEAD, Phase.BODY} and not again:
            self._given_up = too_slow(phase.name.lower())
            self._data_received.set()
        elif phase is Phase.HANDLER and not again:
            self._given_up = self.http.exception = NotAnswered()
            self.http.keep_alive = False
            self._task.cancel()
        else:
            self.abort()
