"""One connection's requests and answers: Sanic's, with what it reads checked first, and an end to bodies."""

from asyncio import CancelledError, sleep
from collections.abc import Coroutine, Iterable
from functools import cache
from typing import Any

from sanic.headers import format_http1_response
from sanic.helpers import STATUS_CODES, has_message_body
from sanic.http import Http, Stage
from sanic.http.http1 import HTTP_CONTINUE

from shared.wire.head import CHUNK_LINE, CHUNK_LINE_BYTES, Fault, fault_in, fault_so_far, is_known, rest_of
from shared.wire.limits import HEAD_BYTES
from shared.wire.refusals import ClientLeft, RequestRefused

__all__ = ["Exchange"]

_END = b"\r\n\r\n"
_KEPT = b"connection: keep-alive\r\n\r\n"
_CLOSED = b"connection: close\r\n\r\n"
_SANIC_TAKES = 384
"""Bytes by which Sanic's own limit must lie above ours."""


class Exchange(Http):
    """Overrides the four steps at which bytes of the client are first looked at, or no longer wanted."""

    HEADER_MAX_SIZE = HEAD_BYTES + _SANIC_TAKES
    protocol: Any  # the Connection, which imports this
    request_body: Any  # "chunked", True or None
    request_bytes_left: Any  # how many, while there is a body
    __slots__ = ("_known",)

    def __init__(self, protocol: Any) -> None:  # noqa: ANN401 - Sanic's protocol has no types
        """Serve one connection."""
        super().__init__(protocol)  # type: ignore[no-untyped-call] # Sanic's
        self._known = b""

    async def http1_request_header(self) -> None:
        """Check a head, then let Sanic read it; the same headers again on this connection are known."""
        self.protocol.begun += 1
        if not self.protocol.fresh:  # this one came together with the last
            await sleep(0)
        self.protocol.fresh = False
        if not (self._known and is_known(self.recv_buffer, self._known)):
            await self._check_head()
        await super().http1_request_header()  # type: ignore[no-untyped-call] # Sanic's
        if self.expecting_continue and self._speaks_old:
            self.expecting_continue = False  # it is not told to go on: RFC 9110, 10.1.1

    @property
    def _speaks_old(self) -> bool:
        return bool(self.request.version == "1.0")

    async def _check_head(self) -> None:
        buffer = self.recv_buffer
        looked_at = 0
        if buffer.startswith(b"\r\n"):  # RFC 9112, 2.2: one empty line before a request is passed over
            del buffer[:2]
        while (end := buffer.find(_END, max(0, looked_at - 3))) < 0:
            if buffer:
                _refuse(fault_so_far(buffer, looked_at))
            looked_at = len(buffer)
            await self._receive_more()
        _refuse(fault_in(buffer, end))
        self._known = rest_of(bytes(buffer[: end + len(_END)]))

    async def read(self) -> bytes | None:
        """Read some of the body, after a look at the line that a chunk begins with."""
        if self.request_body == "chunked" and not self.request_bytes_left:
            await self._check_chunk()
        data: bytes | None = await super().read()
        return data

    async def _check_chunk(self) -> None:
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(HTTP_CONTINUE)
        buffer = self.recv_buffer
        while buffer.find(b"\r\n", 2) < 0 and len(buffer) <= CHUNK_LINE_BYTES:
            await self._receive_more()
        line = CHUNK_LINE.match(buffer)
        if line is None or line.end() > CHUNK_LINE_BYTES:
            self._stop_reading()
            raise RequestRefused(400, "The body is not well-formed in its chunks")

    def http1_response_header(
        self,
        data: bytes,
        end_stream: bool,  # noqa: FBT001 - Sanic's signature
    ) -> Coroutine[Any, Any, None]:
        """Answer; what the handler left of the body is dropped if it has come, else the connection ends.

        A response whose headers are encoded already (`lines`) and complete goes out as it is: Sanic would
        make a dictionary of headers and take it apart again.
        """
        if self.request_body:
            self._leave_body()
        if self.protocol.stopping:  # said in the answer: the next request goes to whoever serves then
            self.keep_alive = False
        if not end_stream and self._speaks_old and self._has_no_length():
            return self._until_closed(data)
        response: Any = self.response
        if end_stream and not data and not self.expecting_continue and not response.headers:
            lines = getattr(response, "lines", None)
            if lines is not None:
                return self._send_whole(response.status, lines, response.body or b"")
        answered: Coroutine[Any, Any, None] = super().http1_response_header(data, end_stream)
        return answered

    async def _send_whole(self, status: int, lines: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
        parts = [_status_line(status), *(b"%b: %b\r\n" % line for line in lines)]
        if has_message_body(status):  # type: ignore[no-untyped-call] # Sanic's
            parts.append(b"content-length: %d\r\n" % len(body))
        parts.append(_KEPT if self.keep_alive else _CLOSED)
        if not self.head_only:
            parts.append(body)
        self.response_func = self.head_response_ignored if self.head_only else None  # type: ignore[assignment] # Sanic's
        self.response_size = len(body)
        await self._send(b"".join(parts))
        self.stage = Stage.IDLE

    def _has_no_length(self) -> bool:
        response: Any = self.response
        return not (response.body or self.head_only or "content-length" in response.headers)

    async def _until_closed(self, data: bytes) -> None:
        """Begin an answer that ends with its connection: HTTP/1.0 knows no chunks (RFC 9112, 6.1)."""
        response: Any = self.response
        self.keep_alive = False
        response.headers["connection"] = "close"
        self.response_func = self._go_on
        await self._send(format_http1_response(response.status, response.processed_headers) + data)
        self.stage = Stage.RESPONSE

    async def _go_on(self, data: bytes, end_stream: bool) -> None:  # noqa: FBT001 - Sanic's signature
        if data:
            await self._send(data)
        if end_stream:
            self.response_func = None  # type: ignore[assignment] # as Sanic does
            self.stage = Stage.IDLE

    def _leave_body(self) -> None:
        self.expecting_continue = False  # a final answer says more than "100 Continue"
        if self.request_body is True and self.request_bytes_left <= len(self.recv_buffer):
            del self.recv_buffer[: self.request_bytes_left]
            self.request_body = None
        else:
            self._stop_reading()

    def _stop_reading(self) -> None:
        self.request_body = None
        self.keep_alive = False
        self.protocol.lingers = True

    async def error_response(self, exception: BaseException) -> None:
        """Answer what went wrong; a request given up before it was complete is noted all the same."""
        if self.stage is Stage.REQUEST:
            self.protocol.lingers = True
            if isinstance(exception, CancelledError):
                exception = ClientLeft("The client left before the request was complete")
        elif self.stage is Stage.RESPONSE or isinstance(exception, CancelledError):
            self._stop_reading()
            return
        await super().error_response(exception)  # type: ignore[arg-type] # Sanic hands over cancellations, too


@cache
def _status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %b\r\n" % (status, STATUS_CODES.get(status, b"UNKNOWN"))


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise RequestRefused(*fault)
