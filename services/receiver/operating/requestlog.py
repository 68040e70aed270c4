"""The line that every request leaves in the log.

structlog would take longer over it than the receiver over the answer, so this one line is put together here,
in the same form, and waits up to a quarter of a second for others. What a client chose is cut and escaped:
nobody can forge a line, or a field of one. What stands behind the `?` is left out, as people paste secrets
there.
"""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import Struct

from shared import logs

__all__ = ["QUIET_ROUTES", "More", "RequestLine", "RequestLog", "safe", "time_of"]

QUIET_ROUTES = frozenset({"/livez", "/healthz", "/readyz", "/version", "/metrics", "/api/health"})
"""What programs ask again and again; told only when it fails, or at level debug."""

_FAILED = 400
_LONGEST = 200
"""Characters of what a client chose."""

_TO_QUOTE = re.compile(r"""[\s="'\\]|^$""")

_encode = msgspec.json.Encoder().encode

More = Mapping[str, str | int]


class RequestLine(Struct, frozen=True, kw_only=True):
    """What is told of one request; `method` and `path` must be safe."""

    method: str
    path: str
    status: int
    bytes: int | None
    """Of the answer's body before it is cut off for a HEAD; None for one that was streamed."""
    milliseconds: float
    key: str | None
    client: str
    request_id: str
    event: str = "request"
    level: str
    time: str
    service: str


class RequestLog:
    """Writes request lines as the log's settings say."""

    def __init__(self, log_format: Literal["text", "json"] = "text", *, timed: bool = True) -> None:
        """Take how lines look; the level is the one that logging has been set up with by now.

        Not `timed`, a line of text has no time: whoever keeps it has one.
        """
        logger = logging.getLogger(__name__)
        self._tells = logger.isEnabledFor(logging.INFO)
        self._tells_all = logger.isEnabledFor(logging.DEBUG)
        as_text = _as_text if timed else _as_untimed_text
        self._formed = _as_json if log_format == "json" else as_text

    def level_of(self, route: str, status: int) -> str | None:
        """Return the level of a request's line, None when it is to have none."""
        if not self._tells:
            return None
        if route not in QUIET_ROUTES or status >= _FAILED:
            return "info"
        return "debug" if self._tells_all else None

    def tell(self, line: RequestLine, more: More | None = None) -> None:
        """Write a line, with what else a handler has to tell; from the event loop's thread."""
        logs.gather(self._formed(line, more))


def _as_json(line: RequestLine, more: More | None) -> str:
    text = _encode(line).decode()
    return f"{text[:-1]},{_encode(more).decode()[1:]}" if more else text


def _as_text(line: RequestLine, more: More | None) -> str:
    return f"{line.time} {_as_untimed_text(line, more)}"


def _as_untimed_text(line: RequestLine, more: More | None) -> str:
    rest = "".join(f" {name}={_shown(str(value))}" for name, value in more.items()) if more else ""
    return (
        f"[{line.level:<9}] {line.event:<30} bytes={line.bytes} client={line.client}"
        f" key={_shown(line.key)} method={_shown(line.method)} milliseconds={line.milliseconds}"
        f" path={_shown(line.path)} request_id={line.request_id} service={line.service}"
        f" status={line.status}{rest}"
    )


@lru_cache(maxsize=512)
def safe(text: str) -> str:
    """Return a client's text cut, and without anything that could end a line or pass for another letter."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "..."
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]


@lru_cache(maxsize=512)
def _shown(text: str | None) -> str:
    """Quote a value in which a field could seem to end, as the log's other lines do."""
    if text is None:
        return "None"
    return repr(text) if _TO_QUOTE.search(text) else text


def time_of(now: datetime) -> str:
    """Write a moment in UTC as the log's other lines do, to the microsecond."""
    return f"{_second_of(int(now.timestamp()))}.{now.microsecond:06d}Z"


@lru_cache(maxsize=4)
def _second_of(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
