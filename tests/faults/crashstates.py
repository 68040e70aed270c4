"""What a disk may hold when the power goes (pure): all that was flushed, and any part of what was not."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.faults.recording import Event

BLOCK = 4096
"""A disk writes so much whole or not at all; larger writes may be torn between blocks."""


class CrashState(NamedTuple):
    """One of the disk's possible contents, and the remarks that were made before the power went."""

    at: int
    content: bytes
    marks: list[tuple[str, list[str]]]


def crash_states(
    events: Sequence[Event], begin: int, size: int, count: int, chance: random.Random
) -> Iterator[CrashState]:
    """Yield `count` states between event `begin` and the last, each cut between two events."""
    durable, flushed = bytearray(size), 0
    for at in sorted(chance.choices(range(begin, len(events) + 1), k=count)):
        last_flush = max((n for n in range(flushed, at) if events[n].kind == "f"), default=flushed)
        for event in events[flushed:last_flush]:
            _write(durable, event)
        flushed = last_flush
        content = bytearray(durable)
        luck = chance.choice([0.0, 0.5, 0.9, 1.0])
        for event in events[flushed:at]:
            for block in _blocks(event):
                if chance.random() < luck:
                    _write(content, block)
        yield CrashState(at, bytes(content), list(_marks(events[:at])))


def _write(content: bytearray, event: Event) -> None:
    if event.kind == "w":
        content[event.offset : event.offset + len(event.data)] = event.data


def _blocks(event: Event) -> Iterator[Event]:
    for start in range(0, len(event.data), BLOCK):
        yield event._replace(offset=event.offset + start, data=event.data[start : start + BLOCK])


def _marks(events: Sequence[Event]) -> Iterator[tuple[str, list[str]]]:
    for event in events:
        if event.kind == "m":
            yield from json.loads(event.data).items()
