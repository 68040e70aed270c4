"""What the record of a year costs a receiver: `python -m tests.bench.telling` (some minutes; most make the year).

The first question folds a year; then each route is asked warm, and again after one more version. Beside
each stands what nothing can be cheaper than in the same run: reading the year's figures, and a GET of the
latest. Last, how long a GET of the latest takes while a year is folded. Processor time is the kernel's.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from shared.store import open_store
from shared.timestamps import to_iso
from tests.bench.servers import KEY, REPOSITORY, USAGE, Server, keys_file, serving
from tests.bench.year import END, VERSIONS, made

ABOUT = "/api/v1/accounts/default/"
ROUTES = ("windows", "hits", "resets", "gaps", "unused", "resets?format=text", f"asof?at={to_iso(END)}")
TIMES = 20


def main() -> int:
    """Measure and print; `BENCH_YEAR` names a folder with a year made before."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as scratch:
        root = Path(os.environ.get("BENCH_YEAR") or made(Path(scratch) / "year"))
        settings = {
            "STORE_URL": f"file://{root}",
            "RECEIVER_KEYS_FILE": str(keys_file(Path(scratch) / "keys.json")),
            "LOG_LEVEL": "warning",
        }
        print(f"{VERSIONS:,} versions of four limits; load {os.getloadavg()[0]:.1f}")
        for _ in range(2):  # the first start writes what is derived
            with serving("services.receiver", USAGE, Path(scratch) / "log", **settings) as server:
                record = measured(server, root)
        (REPOSITORY / "build").mkdir(exist_ok=True)
        (REPOSITORY / "build" / "telling.json").write_text(json.dumps(record, indent=1) + "\n")
    show(record)
    return 0


def measured(server: Server, root: Path) -> dict[str, float]:
    """Ask a receiver that has just begun; milliseconds by row, of processor unless `wall` is said."""
    quiet = list(waited(server, threading.Event(), 300))
    over = threading.Event()
    waits: list[float] = []
    other = threading.Thread(target=lambda: waits.extend(waited(server, over)))
    other.start()
    before, began = server.processor_seconds, time.perf_counter()
    ask(server, f"{ABOUT}windows")
    cold, wall = server.processor_seconds - before, time.perf_counter() - began
    over.set()
    other.join()
    latest = spent(server, USAGE)
    asked_meanwhile = len(waits) * latest / 1000
    return {
        "reading the figures of a year": figures_read(root) * 1000,
        "first question about a year": (cold - asked_meanwhile) * 1000,
        "first question about a year, wall": wall * 1000,
        "GET latest": latest,
        **{f"GET {route.partition('&')[0]}, warm": spent(server, ABOUT + route) for route in ROUTES},
        "GET windows after one more version": after_one_more(server) - latest,
        "GET latest meanwhile, p50 wall": statistics.median(waits) * 1000,
        "GET latest meanwhile, p99 wall": statistics.quantiles(waits, n=100)[98] * 1000,
        "GET latest otherwise, p50 wall": statistics.median(quiet) * 1000,
        "GET latest otherwise, p99 wall": statistics.quantiles(quiet, n=100)[98] * 1000,
    }


def figures_read(root: Path) -> float:
    """Return the seconds of processor that reading all figures takes, the least of three tries."""

    async def read() -> float:
        store = open_store(f"file://{root}")
        least = float("inf")
        for _ in range(3):
            before = time.process_time()
            async for _piece in store.figures("default", None, None):
                pass
            least = min(least, time.process_time() - before)
        await store.close()
        return least

    return asyncio.run(read())


def ask(server: Server, path: str, body: bytes | None = None) -> None:
    """Ask once and read the answer."""
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(server.address + path, body, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()


def spent(server: Server, path: str) -> float:
    """Return the median of milliseconds of processor that a question takes when it was asked before."""
    ask(server, path)
    return statistics.median(one_spent(server, path) for _ in range(TIMES))


def one_spent(server: Server, path: str, body: bytes | None = None) -> float:
    """Return the milliseconds of processor of one question."""
    before = server.processor_seconds
    ask(server, path, body)
    return (server.processor_seconds - before) * 1000


def after_one_more(server: Server) -> float:
    """Return the median of what a question takes after each of some versions more."""
    found = []
    for number in range(TIMES):
        moment = END + (number + 1) * timedelta(minutes=5)
        shown = {"percentageUsed": number, "resetsIn": "", "resetsAt": to_iso(END + timedelta(hours=4))}
        ask(server, USAGE, json.dumps({"lastUpdated": to_iso(moment), "currentSession": shown}).encode())
        found.append(one_spent(server, f"{ABOUT}windows?from={to_iso(END)}"))
    return statistics.median(found)


def waited(server: Server, over: threading.Event, most: int = 1_000_000) -> Iterator[float]:
    """Yield how long each GET of the latest took, asked every few milliseconds until it is over."""
    for _ in range(most):
        if over.is_set():
            return
        began = time.perf_counter()
        ask(server, USAGE)
        yield time.perf_counter() - began
        time.sleep(0.005)


def show(record: dict[str, float]) -> None:
    """Print each row, and what it is against its ceiling."""
    ceilings = {
        "first question about a year": "reading the figures of a year",
        "GET latest meanwhile, p50 wall": "GET latest otherwise, p50 wall",
        "GET latest meanwhile, p99 wall": "GET latest otherwise, p99 wall",
    }
    for row, milliseconds in record.items():
        ceiling = ceilings.get(row) or ("GET latest" if row.startswith("GET") and "wall" not in row else row)
        against = "" if ceiling == row else f"{milliseconds / record[ceiling]:>8.1f} x {ceiling}"
        print(f"{row:<40}{milliseconds:>10.1f} ms{against}")


if __name__ == "__main__":
    sys.exit(main())
