"""Stores to sweep, and clocks that stand still, jump or belong to a machine that slept."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.janitor.timekeeping import Sighting
from shared.clock import Clock
from shared.store import Store

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


class Machine:
    """A clock and a machine that a test turns as it likes."""

    def __init__(self, at: datetime = NOW, boot: str = "one", up_seconds: float = 1000) -> None:
        self.at = at
        self.boot = boot
        self.up_seconds = up_seconds

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.up_seconds

    def look(self, clock: Clock) -> Sighting:
        return Sighting(at=clock.now(), boot=self.boot, up_seconds=self.up_seconds)

    def passes(self, time: timedelta) -> "Machine":
        """Time goes by, awake or asleep: the machine counts both."""
        self.at += time
        self.up_seconds += time.total_seconds()
        return self

    def is_set(self, jump: timedelta) -> "Machine":
        """Somebody sets the clock."""
        self.at += jump
        return self

    def is_off_for(self, time: timedelta) -> "Machine":
        """Switched off and on again: another boot, up for a minute."""
        self.at += time
        self.boot += "+"
        self.up_seconds = 60
        return self


def document(moment: datetime, percentage: float = 1) -> dict[str, Any]:
    return {
        "lastUpdated": moment.isoformat(),
        "currentSession": {"percentageUsed": percentage, "resetsIn": "1 hr"},
    }


def origin_files(root: Path, count: int, *, first: datetime = datetime(2020, 1, 1, tzinfo=UTC)) -> list[str]:
    """A history as the origin system left it, an hour between two versions; their names, oldest first."""
    folder = root / "console-usage-history"
    folder.mkdir(parents=True, exist_ok=True)
    moments = [first + timedelta(hours=number) for number in range(count)]
    names = [f"{at:%Y-%m-%dT%H-%M-%S}-{number:08x}" for number, at in enumerate(moments)]
    for name, at in zip(names, moments, strict=True):
        (folder / f"{name}.json").write_text(json.dumps(document(at)))
    return names


async def fill(store: Store, count: int, account: str = "default", *, until: datetime = NOW) -> list[str]:
    """Versions a day apart, the last a day before `until`; their ids, oldest first."""
    moments = [until - timedelta(days=count - place) for place in range(count)]
    return [(await store.append(account, document(at), at)).version.id for at in moments]
