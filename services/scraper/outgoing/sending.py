"""How sending stands, for the status file and for people (pure)."""

from datetime import datetime
from typing import Literal

import msgspec

__all__ = ["GOOD", "NEED_USER", "LastAnswer", "SendState", "Sending", "sent_words"]

SendState = Literal["idle", "sending", "waiting", "no_key", "refused"]

GOOD: frozenset[SendState] = frozenset({"idle", "sending"})
NEED_USER: frozenset[SendState] = frozenset({"no_key", "refused"})


class LastAnswer(msgspec.Struct, frozen=True):
    """The last time that the receiver answered anything: when (UTC), the HTTP status, and what went wrong."""

    at: datetime
    status: int
    trouble: str = ""


class Sending(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How sending stands: `no_key` and `refused` need the user, the rest goes by itself.

    `since` is when it came to stand so, `next_try_at` when a failed send is tried again (both UTC).
    """

    state: SendState = "idle"
    detail: str = ""
    since: datetime | None = None
    next_try_at: datetime | None = None
    last_answer: LastAnswer | None = None


def sent_words(sent: int, waiting: int, sending: Sending) -> str:
    """Say in one line what became of what waited; "" when nothing did."""
    if not sent and not waiting:
        return ""
    why = f": {sending.detail}" if waiting and sending.detail else ""
    return f"sent: {sent}, waiting in the outbox: {waiting}{why}"
