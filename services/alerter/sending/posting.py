"""One POST over HTTP/1.1, of whose answer the status is read and no more.

That is all a webhook needs. A client library would bring 15 MB of memory along; this can be cut off at any
moment, and follows nothing.
"""

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, unquote, urlsplit

__all__ = ["NoAnswerError", "posted"]

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_FINAL, _MOST_EARLY = 200, 20
_KEPT = "/%:@!$&'()*+,;=~?"


class NoAnswerError(Exception):
    """What came back is no answer of HTTP."""


async def posted(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post a body; return the answer's status. Raises OSError, ssl.SSLError, NoAnswerError, ValueError."""
    parts = urlsplit(url)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        writer.write(_head(parts, headers, len(body)) + body)
        await writer.drain()
        return await _status(reader)
    finally:
        writer.transport.abort()  # nothing that is still to come matters
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _head(parts: SplitResult, headers: Mapping[str, str], length: int) -> bytes:
    target = quote(parts.path or "/", safe=_KEPT)
    if parts.query:
        target += f"?{quote(parts.query, safe=_KEPT)}"
    given = {"Host": _host(parts), **headers, "Content-Length": str(length), "Connection": "close"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        given["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _host(parts: SplitResult) -> str:
    """Write the host as a header has it: without a password, with a port that is not the usual one."""
    name = parts.hostname or ""
    shown = f"[{name}]" if ":" in name else name.encode("idna").decode()
    return shown if parts.port is None else f"{shown}:{parts.port}"


async def _status(reader: asyncio.StreamReader) -> int:
    """Read the status that is final: those of early answers (1xx) go before it."""
    for _ in range(_MOST_EARLY):
        match = _STATUS.match(await reader.readline())
        if match is None:
            break
        if (status := int(match[1])) >= _FINAL:
            return status
        while (await reader.readline()).strip():
            """The headers of an early answer, up to the empty line."""
    raise NoAnswerError
