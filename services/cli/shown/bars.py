"""Bars and sparklines (pure): a gap is empty, zero is a thin line, unknown is a question mark."""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["GAP", "UNREAD", "Cell", "bar", "spark"]

_STEPS = "▁▂▃▄▅▆▇█"
FULL = 100.0
GAP, UNREAD = "·", "?"


class Cell(NamedTuple):
    """A step of time: its highest percentage, None without one; `unread` when readings could not tell."""

    most: float | None
    unread: bool = False


def bar(percentage: float | None, width: int) -> str:
    """Draw how full something is; unknown is neither full nor empty. Less than full never looks full."""
    if percentage is None:
        return (UNREAD + " ").ljust(2)[: max(1, width)].ljust(width, "·")
    filled = min(width, int(percentage / FULL * width))
    if percentage > 0 and not filled:
        return ("▏" + "░" * (width - 1))[:width]
    return "█" * filled + "░" * (width - filled)


def spark(cells: Sequence[Cell]) -> str:
    """Draw one character a step: eight heights, the highest only for 100 % and more."""
    return "".join(_mark(cell) for cell in cells)


def _mark(cell: Cell) -> str:
    if cell.most is None:
        return UNREAD if cell.unread else GAP
    top = len(_STEPS) - 1
    return _STEPS[top] if cell.most >= FULL else _STEPS[min(top - 1, int(cell.most / FULL * top))]
