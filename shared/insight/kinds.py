"""The words by which turns, hits and what is unknown are told (pure): who reads answers needs no fold."""

from typing import Literal

__all__ = ["PASSED", "STOOD_STILL", "Ending", "Kind"]

Kind = Literal["opened", "on_time", "early", "late", "unseen", "moved", "counter_fell", "unannounced"]
"""What happened. `unseen`: the window ended while nobody looked, nothing speaks against the announced time.
`unannounced`: the percentage fell while no reset was announced, so that a reset cannot be told from another
fall. The others are what they are called."""

Ending = Literal["reset", "early_reset", "counter_fell", "unknown"]
"""How a hit ended."""

PASSED = "its reset has passed since the last reading"
STOOD_STILL = "the page still showed a window whose reset had passed"
"""Why a percentage is unknown."""
