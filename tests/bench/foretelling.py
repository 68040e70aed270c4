"""How good forecasts are on many made-up lives: `python -m tests.bench.foretelling FIRST LIVES WEEKS`."""

import sys
from collections.abc import Sequence

from shared.insight.forecast.outlook import HOLDS
from shared.insight.forecast.scores import Scores
from tests.insight.judged import KINDS, judged, mean


def table(first: int, lives: int, weeks: int) -> None:
    """Print a row for each kind of person and limit, and one for all."""
    everything: dict[str, list[Scores]] = {"session": [], "weekly": []}
    for kind in KINDS:
        of_kind: dict[str, list[Scores]] = {"session": [], "weekly": []}
        for seed in range(first, first + lives):
            for limit, scores in judged(kind, seed, weeks).items():
                of_kind[limit].append(scores)
                everything[limit].append(scores)
        for limit, found in of_kind.items():
            print(f"{kind:17} {limit:8}", summed(found), flush=True)
    for limit, found in everything.items():
        print(f"{'all':17} {limit:8}", summed(found))


def summed(scores: Sequence[Scores]) -> str:
    """Tell what some lives come to: errors against a straight line's, bands that held, chances and hits."""
    levels, times = [one.at_reset for one in scores], [one.full_at for one in scores]
    made, bands = sum(one.count for one in levels), sum(one.bands for one in times)
    hits = sum((one.hit or 0) * one.at_reset.count for one in scores)
    chances = sum((one.chance or 0) * one.at_reset.count for one in scores)
    untimed = sum((one.untimed_chance or 0) * (one.full_at.count - one.full_at.bands) for one in scores)
    untimed_hits = sum(one.untimed_hits for one in scores)
    held = mean(times, "held", "bands")
    said = (HOLDS * bands + made - bands - untimed) / max(1, made)
    so = (held * bands + made - bands - untimed_hits) / max(1, made)
    return (
        f"made {made:6} windows {sum(one.windows for one in scores):5} "
        f"| at reset: error {mean(levels, 'error'):5.2f} line {mean(levels, 'line_error'):5.2f} "
        f"held {mean(levels, 'held', 'bands'):.3f} "
        f"| time: error {mean(times, 'error') / 60:6.1f} min line {mean(times, 'line_error') / 60:6.1f} min "
        f"bands {bands:5} held {held:.3f} all said {said:.3f} held {so:.3f} untold hits {untimed_hits:4} "
        f"| chance {chances / max(1, made):.3f} hit {hits / max(1, made):.3f}"
    )


if __name__ == "__main__":
    table(*(int(word) for word in sys.argv[1:]))
