"""A scraper whose page is made up, as a process: everything but the browser is the real thing.

`python -m tests.faults.collector COUNT PAUSE`: the account's next reading every PAUSE seconds, up to COUNT;
after that nobody is logged in, and what is left is sent. Readings lie five minutes apart. It goes on where a
killed one has stopped. Its waits are shortened, so that hours pass in seconds.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.scraper import loop
from services.scraper.house import House, furnish, sender_of
from services.scraper.judging.outcome import Outcome
from services.scraper.loop import Scraping, run_until_stopped, stop_asked
from services.scraper.outgoing import client, delivery
from services.scraper.outgoing.client import Client
from services.scraper.recorder import read_last
from services.scraper.requested import Requested
from services.scraper.schedule import Waits
from services.scraper.settings import ScraperSettings
from shared.schemas.codec import Document, decode_snapshot
from shared.startup import begin

BEGIN = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=40)
STEP = timedelta(minutes=5)
QUICK = Waits(first=0.05, most=0.4, asked=1.5, refused=1, no_place=1, look=0.1)
LOOK_AGAIN = 2.0


def reading(account: str, number: int) -> Document:
    """The number-th snapshot of an account; what is in it tells which it is."""
    return {
        "schemaVersion": 2,
        "account": account,
        "collector": "fault-test",
        "lastUpdated": (BEGIN + number * STEP).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "currentSession": {"percentageUsed": float(number % 101), "resetsIn": f"{number} min"},
    }


def next_number(house: House) -> int:
    """Which reading comes next: the one after the last that was kept."""
    last = read_last(house.settings.state_dir)
    if last is None:
        return 0
    return round((decode_snapshot(last).last_updated - BEGIN) / STEP) + 1


async def collect(settings: ScraperSettings, count: int, pause: float) -> None:
    """Record and send as `run` does."""
    stop, house = stop_asked(), furnish(settings)

    async def look() -> Outcome:
        number = next_number(house)
        if number >= count:
            return Outcome(state="login_required")
        return Outcome(
            state="ok", snapshot=decode_snapshot(reading(settings.account_name, number)), seconds=pause
        )

    async with Client() as connection:
        sender = sender_of(house, connection, QUICK)
        scraping = Scraping(
            look,
            house.recorder,
            house.board,
            house.clock,
            wake=settings.state_dir / "wake",
            interval=60,
            recorded=sender.more.set,
        )
        scraping._first_delay = lambda: 0.0  # type: ignore[method-assign] # no minute between two starts
        nobody_asks = Requested(
            msgspec.structs.replace(settings, sync_url="http://127.0.0.1:1/none"),
            connection,
            lambda: None,
            scraping,
        )
        await run_until_stopped(scraping, sender, nobody_asks, stop)


def hurry(pause: float) -> None:
    """Make the scraper's waits short and its batches small, so that there are many."""

    def next_turn(pace: Any, state: str, **_: Any) -> tuple[Any, float]:
        return pace, pause if state == "ok" else LOOK_AGAIN

    loop.next_turn = next_turn  # type: ignore[assignment] # the pace of a day in seconds
    client.TIMEOUT_SECONDS = delivery.BATCH_SECONDS = 1.0
    delivery.FIRST_ITEMS, delivery.MOST_ITEMS = 10, 40


if __name__ == "__main__":
    hurry(float(sys.argv[2]))
    asyncio.run(
        collect(
            begin("scraper", ScraperSettings, ("SCRAPER_", "CLAUDE_SYNC_")),
            int(sys.argv[1]),
            float(sys.argv[2]),
        )
    )
