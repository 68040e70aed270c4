"""How long the fault tests run: short within `make test`, at full length with `make test-faults`."""

import os
import sys

LONG = os.environ.get("FAULT_LENGTH") == "long"


def times(short: int, long: int) -> int:
    """How often to try, at the length of this run."""
    return long if LONG else short


ROUNDS = int(os.environ.get("FAULT_ROUNDS") or times(4, 200))
"""Power cuts of each kind, and kills of the receiver while it takes snapshots."""


def note(figures: str) -> None:
    """Show figures with `pytest -s`, as `make test-faults` does."""
    sys.stdout.write(f"\n{figures}\n")
