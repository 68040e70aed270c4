"""Bytes sent to a receiver as they are, and what comes back."""

import asyncio
import re

from tests.receiver.conftest import Receiver

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


async def exchange(receiver: Receiver, sent: bytes, *, ends: bool = False, wait: float = 3.0) -> bytes:
    """Return everything that comes until the receiver closes; `ends` says that there is no more to send.

    A connection that is kept open for `wait` seconds gives what came until then, and `(open)`.
    """
    host, port = receiver.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    came = b""
    try:
        writer.write(sent)
        if ends:
            writer.write_eof()
        async with asyncio.timeout(wait):
            while part := await reader.read(65536):
                came += part
    except TimeoutError:
        came += b"(open)"
    except ConnectionError:
        came += b"(reset)"
    finally:
        writer.close()
    return came


def statuses(came: bytes) -> list[int]:
    """Return the status of every answer."""
    return [int(status) for status in _STATUS.findall(came)]
