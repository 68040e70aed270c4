"""How long the fault tests run: short within `make test`, at full length with `make test-faults`."""

import os
import sys

LONG = os.environ.get("FAULT_LENGTH") == "long"


def times(short: int, long: int) -> int:
    """How often to try, at the length of this run."""
    return long if LONG else short


def rounds(short: int) -> int:
    """How many kills or power cuts: FAULT_ROUNDS sets another number."""
    return int(os.environ.get("FAULT_ROUNDS") or times(short, 200))


def note(figures: str) -> None:
    """Show figures with `pytest -s`, as `make test-faults` does."""
    sys.stdout.write(f"\n{figures}\n")
