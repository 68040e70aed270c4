"""How long and how much a server waits for its clients."""

from msgspec import Struct

__all__ = [
    "CLOSING_SECONDS",
    "HEAD_BYTES",
    "LINE_BYTES",
    "RECEIVE_BUFFER",
    "SEND_BUFFER",
    "UNREAD_BYTES",
    "WireLimits",
]

LINE_BYTES = 8_000
"""The longest first line of a request; RFC 9112 asks for no less."""

HEAD_BYTES = 16_000
"""The longest head of a request. Sanic reads heads of up to 16,384 bytes."""

UNREAD_BYTES = 16 * 1024
"""Bytes that may wait before the socket is read no more, and that are dropped of an unwanted body."""

RECEIVE_BUFFER = 32 * 1024
"""SO_RCVBUF. Linux then hands over at most 48 KiB at once, so that with UNREAD_BYTES no more than 64 KiB of a
body are read that nobody has asked for."""

SEND_BUFFER = 128 * 1024
"""SO_SNDBUF. What Linux would take for a client that does not read is megabytes."""

CLOSING_SECONDS = 1.5
"""How long a client that still sends may read its answer, and any connection may take to end once closed."""


class WireLimits(Struct, frozen=True, kw_only=True):
    """Seconds are absolute, not reset by a byte; each is looked at four times a second."""

    head_seconds: float = 5.0
    """From the connection, or the first byte of a later request, to the end of its head."""
    body_seconds: float = 4.0
    """From the head to the end of the body, and a second more for each `bytes_a_second` that have come."""
    answer_seconds: float = 30.0
    """From the body to the first byte of the answer, and between two parts of a streamed one that is no event
    stream."""
    idle_seconds: float = 5.0
    """Between two requests."""
    stall_seconds: float = 4.0
    """A reader that takes less than `bytes_a_second` for so long, while there is more for it, is dropped."""
    bytes_a_second: int = 16 * 1024
    connections: int = 1_000
    """Beyond these the one that has been idle longest goes, or the new one is turned away."""
