"""What an operator may choose about serving (pure), as the rooms of the receiver take it."""

from msgspec import Struct

from shared.floor import Floor

__all__ = ["Options"]


class Options(Struct, frozen=True, kw_only=True):
    """Chosen once, at the start."""

    event_listeners: int = 200
    """Streams of events open at a time."""
    silence_minutes: int = 30
    """An account that was not read for longer is silent; 0 watches none."""
    silence_except: frozenset[str] = frozenset()
    """Accounts that nobody wants to be watched."""
    disk_floor: Floor = Floor(size=16_000_000)
    """Room on the store's disk below which the receiver is not ready."""
