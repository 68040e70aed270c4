"""Many made-up lives held against their truth: `python -m tests.bench.tidal FIRST LIVES`."""

import sys

from tests.insight.tidal import faults


def run(first: int, lives: int) -> None:
    """Print what is wrong, and how much was looked at."""
    turns = wrong = 0
    for seed in range(first, first + lives):
        told, found = faults(seed)
        turns, wrong = turns + told, wrong + len(found)
        for fault in found:
            print(seed, fault)
        if seed % 50 == 0:
            print(seed, turns, wrong, flush=True)
    print(f"{lives} lives, {turns} turns told, {wrong} faults")


if __name__ == "__main__":
    run(*(int(word) for word in sys.argv[1:]))
