"""Log lines: structlog over the standard library, so that a library's lines look like ours."""

import logging
import os
import sys
from typing import Any

import msgspec
import structlog

from shared.gathering import GatheringHandler
from shared.keyform import mask

__all__ = ["configure", "gather", "into_journal"]

_handler: GatheringHandler | None = None

_LONGEST = 2_000
"""Characters of one value."""
_LONGEST_TRACE = 20_000

_encode = msgspec.json.Encoder(enc_hook=str).encode


def configure(*, service: str, log_format: str, level: str) -> None:
    """Send every log line to standard error as text for people or as one JSON object a line.

    In systemd's journal text has no time of its own: the journal shows one beside it.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _name_service(service),
        _without_keys,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="time")
    )
    global _handler  # noqa: PLW0603 - a process has one log
    handler = _handler = GatheringHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *([_without_time] if log_format == "text" and into_journal() else []),
                _on_one_line,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def gather(line: str) -> None:
    """Write a finished line within a quarter of a second; from the thread of an event loop.

    For the one kind of line that there are thousands of a second. Before `configure` it goes nowhere.
    """
    if _handler is not None:
        _handler.gather(line)


def into_journal() -> bool:
    """Tell whether standard error leads to systemd's journal, not to a file or another program."""
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def _without_time(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event.pop("time", None)
    return event


def _name_service(service: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add


def _without_keys(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep every key out of every line, whatever was logged: the last of several fences."""
    for name, value in event.items():
        if isinstance(value, str) and "mg_" in value:
            event[name] = mask(value)
    return event


def _on_one_line(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep what others wrote from looking like a line or a field of ours, or from moving a terminal's cursor.

    Only a trace has lines of its own; they are set in, so that none begins like a line of the log.
    """
    for name, value in event.items():
        if not isinstance(value, str):
            continue
        if name == "exception":
            event[name] = "\n".join(f"    {_printable(line)}" for line in value[:_LONGEST_TRACE].split("\n"))
        else:
            event[name] = _printable(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}...")
    return event


def _printable(text: str) -> str:
    """Escape what is not printable: line ends, control and direction characters, halves of characters."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def _json(event: Any, **_: Any) -> str:  # noqa: ANN401 - structlog's serializer takes whatever was logged
    return _encode(event).decode()
