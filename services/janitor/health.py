"""Whether the janitor is well, from what it noted last (pure)."""

from datetime import datetime, timedelta

from services.janitor.records import Note
from shared.timestamps import to_iso

__all__ = ["longest_run", "why_unwell"]

_SLACK = timedelta(minutes=5)
"""For the run itself, beyond two intervals."""


def longest_run(interval_seconds: float) -> timedelta:
    """Say how long the janitor may be without the end of a run."""
    return timedelta(seconds=2 * interval_seconds) + _SLACK


def why_unwell(note: Note, now: datetime, interval_seconds: int) -> str | None:
    """Say what is wrong with the janitor that runs, None when it is well.

    It is well when its last run did all of its work and is no older than two intervals and some minutes.
    """
    if note.sign_of_life is None:
        return "no janitor has run here yet"
    if now - note.sign_of_life > longest_run(interval_seconds):
        return f"the janitor was last seen at {to_iso(note.sign_of_life)}"
    return note.problems[0] if note.problems else None
