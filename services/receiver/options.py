"""What an operator may choose about serving (pure), as the rooms of the receiver take it."""

from msgspec import Struct

__all__ = ["Options"]


class Options(Struct, frozen=True, kw_only=True):
    """Chosen once, at the start."""

    event_listeners: int = 200
    """Streams of events open at a time."""
