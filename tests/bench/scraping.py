"""`python -m tests.bench.scraping`: many scrapes in one process; what grows, and how long one takes.

`SCRAPES` sets how many (20). Prints a table and writes build/scraping.json. The page is the practice console's,
which shows its figures 150 ms after they came.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from services.scraper.browsing.leftovers import processes_in
from services.scraper.house import House, furnish
from services.scraper.settings import ScraperSettings
from services.scraper.visiting.scrape import scrape
from shared import logs
from shared.settings import load
from tests.bench.servers import REPOSITORY
from tests.scraper.practice import running_console

SCRAPES = int(os.environ.get("SCRAPES", "20"))
TAIL = max(1, SCRAPES // 10)


def main() -> int:
    """Measure, show and write; 1 when a scrape failed or something was left behind."""
    logs.configure(service="bench", log_format="text", level="error")
    with tempfile.TemporaryDirectory() as folder, running_console(Path(folder)) as console:
        settings = load(
            ScraperSettings,
            {
                "SCRAPER_STATE_DIR": f"{folder}/state",
                "SCRAPER_USAGE_URL": console.usage_url,
                "SCRAPER_OUTBOX_MAX_ITEMS": "100",
                "SCRAPER_CAPTURES_MAX_ITEMS": "50",
            },
        )
        rows = asyncio.run(_loop(furnish(settings)))
    return _show(rows)


async def _loop(house: House) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before = _children()
    for _ in range(SCRAPES):
        started = house.clock.monotonic()
        outcome = await scrape(house.settings, house.clock)
        house.recorder.record(outcome)
        rows.append(
            {
                "state": outcome.state,
                "toSnapshot": outcome.seconds,
                "whole": house.clock.monotonic() - started,
                "megabytes": _resident(),
                "descriptors": len(list(Path("/proc/self/fd").iterdir())),
                "children": _children() - before,
                "browsers": len(processes_in(house.settings.state_dir / "profile")),
                "profileMegabytes": _size(house.settings.state_dir / "profile"),
            }
        )
        if len(rows) % 25 == 0:
            print(f"{len(rows)}: {rows[-1]}", file=sys.stderr, flush=True)
    return rows


def _resident() -> float:
    """Return this process's resident memory, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _children() -> int:
    return len(Path("/proc/self/task", str(os.getpid()), "children").read_text().split())


def _size(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def _show(rows: list[dict[str, Any]]) -> int:
    failed = [row["state"] for row in rows if row["state"] not in {"ok", "partial"}]
    first, last = rows[:TAIL], rows[-TAIL:]
    print(f"{len(rows)} scrapes, {len(failed)} failed; medians of the first and the last {TAIL}\n")
    for name in (
        "toSnapshot",
        "whole",
        "megabytes",
        "descriptors",
        "children",
        "browsers",
        "profileMegabytes",
    ):
        before, after = (statistics.median(row[name] for row in part) for part in (first, last))
        print(f"{name:<18}{before:>10.2f}{after:>10.2f}   most {max(row[name] for row in rows):.2f}")
    target = REPOSITORY / "build" / "scraping.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows) + "\n")
    left = rows[-1]["children"] + rows[-1]["browsers"]
    return 1 if failed or left else 0


if __name__ == "__main__":
    sys.exit(main())
