"""One kept connection to a receiver; what a network can do to a request is an answer, never an exception."""

import asyncio
import errno
import time
from typing import Literal, Self
from urllib.parse import urlsplit

import aiohttp
import structlog

from services.scraper.outgoing.verdict import Reply

__all__ = ["Client"]

TIMEOUT_SECONDS = 10.0
"""For one item, as the origin's client had it."""

LONGEST_ANSWER = 1024 * 1024
"""Bytes; what a batch of a thousand is answered takes a fifth of it."""

SEE = "see CLAUDE_SYNC_URL"

log = structlog.get_logger()


class Client:
    """A connection to one receiver; use it as an asynchronous context."""

    def __init__(self, *, verbose: bool = False) -> None:
        """Make it; nothing is opened yet. `verbose` tells of every request in the log."""
        self._verbose = verbose
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "marigraph-scraper"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def ask(
        self,
        method: Literal["GET", "POST"],
        url: str,
        key: str,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> Reply:
        """Send a request and return what came back within `seconds` (10 if None).

        Redirects are not followed: the key is for this address and no other.
        """
        began = time.monotonic()
        reply = await self._reply(method, url, key, body, seconds or TIMEOUT_SECONDS)
        if self._verbose:
            log.info(
                "request",
                method=method,
                path=urlsplit(url).path,
                bytes=len(body or b""),
                status=reply.status,
                trouble=reply.trouble,
                seconds=round(time.monotonic() - began, 3),
            )
        return reply

    async def _reply(self, method: str, url: str, key: str, body: bytes | None, seconds: float) -> Reply:
        if self._session is None:
            raise RuntimeError("the client is not open")
        headers = {"X-API-Key": key} | ({} if body is None else {"Content-Type": "application/json"})
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.request(
                    method, url, data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                content = await _content(response)
                found = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status, content, found)
        except TimeoutError:
            return Reply(trouble=f"no answer within {seconds:g} s: is the receiver well? Else {SEE}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Reply(trouble=_in_words(error))


async def _content(response: aiohttp.ClientResponse) -> bytes:
    """Read a body to its end, or as much of it as anybody looks at."""
    content = bytearray()
    async for part in response.content.iter_any():
        content += part
        if len(content) > LONGEST_ANSWER:
            break
    return bytes(content)


def _in_words(error: Exception) -> str:
    """Say what happened to a request, and what to do."""
    match error:
        case aiohttp.InvalidURL():
            return f"the address is none: {SEE}"
        case aiohttp.ClientConnectorDNSError():
            return f"no address is known for {error.host}: is this machine on the net? Else {SEE}"
        case aiohttp.ClientConnectorCertificateError():
            return (
                f"the certificate of {_place(error)} is not trusted ({error.certificate_error}): "
                "name the file of its authority in SSL_CERT_FILE"
            )
        case aiohttp.ClientSSLError():
            return f"{_place(error)} does not speak TLS as we do ({error.strerror or error}): {SEE}"
        case aiohttp.ClientConnectorError() if error.os_error.errno == errno.ECONNREFUSED:
            return f"nothing listens at {_place(error)}: start the receiver, or {SEE}"
        case aiohttp.ClientConnectorError():
            reason = error.os_error.strerror or str(error.os_error)
            return f"{_place(error)} cannot be reached ({reason}): is this machine on the net? Else {SEE}"
        case aiohttp.ClientPayloadError():
            return "the answer broke off in its middle"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return "the connection broke before there was an answer"
        case aiohttp.ClientResponseError():
            return f"what came back is not HTTP: {SEE}"
        case _:
            return str(error) or type(error).__name__


def _place(error: aiohttp.ClientConnectorError | aiohttp.ClientSSLError) -> str:
    return f"{error.host}:{error.port}"
