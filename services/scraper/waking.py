"""Asking a running scraper for a reading now: a file in its state folder is touched."""

from pathlib import Path

__all__ = ["WAKE", "wake"]

WAKE = "wake"
"""The file's name; a running scraper looks at when it was last touched."""


def wake(state_dir: Path) -> None:
    """Ask for a reading now. Raises OSError."""
    (state_dir / WAKE).touch(mode=0o600)
