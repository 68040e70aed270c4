"""Gaps told once (pure): those of a limit that only repeat what is said of the whole account are left out."""

from collections.abc import Sequence

from shared.insight.told.rows import GapTold

__all__ = ["without_copies"]


def without_copies(gaps: Sequence[GapTold]) -> list[GapTold]:
    """Leave out gaps of a limit that only tell again that the whole account was not read."""
    whole = {(gap.start, gap.end) for gap in gaps if gap.limit is None}
    return [gap for gap in gaps if gap.limit is None or (gap.start, gap.end) not in whole]
