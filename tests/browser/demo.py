"""A receiver over made-up weeks of two accounts, whose present is worth looking at."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import msgspec

from services.practice import demo_data
from services.practice.history import ACCOUNTS, Recorded
from services.practice.model import Person, figures_at
from tests.browser.stage import ReceiverProcess

LIVELY = {"session": (25, 75), "weekly": (35, 85)}
"""Between what percentages the first account's limits stand now."""


@contextmanager
def demo_receiver(folder: Path, *, days: int = 60) -> Iterator[ReceiverProcess]:
    """Start a receiver over the demo's accounts, both recorded to this minute."""
    until = datetime.now(UTC)
    with patch.object(demo_data, "ACCOUNTS", _lively(until)):
        filling = demo_data.fill((folder / "store").as_uri(), days=days, until=until, tell=lambda *_: None)
        asyncio.run(filling)
    keys = folder / "keys.json"
    receiver = ReceiverProcess(folder / "store", keys_file=keys)
    receiver.allow("demo", accounts=["*"])
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


def _lively(until: datetime) -> tuple[Recorded, ...]:
    first, second = ACCOUNTS
    return (
        msgspec.structs.replace(first, person=_somebody(until), goes_on=False, naps=0.05),
        msgspec.structs.replace(second, naps=0.15),
    )


def _somebody(until: datetime) -> Person:
    """Find a person who is in the middle of things."""
    for seed in range(1, 500):
        figures = figures_at(Person(seed=seed), until - timedelta(minutes=6))
        levels = {limit: figures[limit].percentage or 0 for limit in LIVELY}
        if all(least <= levels[limit] <= most for limit, (least, most) in LIVELY.items()):
            return Person(seed=seed)
    return Person(seed=1)
