"""`make bench`: rates as ratios to a bare Sanic server and to a model of the origin, measured in turn.

Needs wrk (Debian: apt-get install wrk). Prints tables; writes build/bench.json and build/bench.svg. With
BENCH_FULL=1 (`make bench-full`) up to a million versions, which takes 5 GB of disk. BENCH_FOLDER names
another disk than this folder's.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.plot import draw
from tests.bench.pressing import CONNECTIONS, Measured
from tests.bench.servers import REPOSITORY
from tests.bench.sizes import ORIGIN_ROWS, OUR_ROWS, Size, Slices, at_size

FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
SIZES = [100, 1_000, 20_000, 100_000, *([1_000_000] if FULL else [])]
ORIGIN_UP_TO = 20_000
SLICES = Slices(rounds=5 if FULL else 3, seconds=1)


def main() -> int:
    """Measure everything; return the exit code."""
    if not shutil.which("wrk"):
        print("bench: wrk is not here. On Debian: sudo apt-get install wrk", file=sys.stderr)
        return 1
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    began, load = time.perf_counter(), os.getloadavg()[0]
    sizes: list[Size] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER", build)) as scratch:
        for count in SIZES:
            sizes.append(at_size(count, Path(scratch), SLICES, with_origin=count <= ORIGIN_UP_TO))
            show(sizes[-1])
            record = {
                "connections": CONNECTIONS,
                "slices": SLICES._asdict(),
                "processors": os.cpu_count(),
                "loadBefore": load,
                "minutes": round((time.perf_counter() - began) / 60, 1),
                "sizes": [size.record() for size in sizes],
            }
            # After each size: a run that is cut short has said something, too.
            (build / "bench.json").write_text(json.dumps(record, indent=1) + "\n")
            if len(sizes) > 1:
                (build / "bench.svg").write_text(draw(record))
    print(f"\nbuild/bench.json, build/bench.svg; load before them {load:.1f}")
    return 0


def show(size: Size) -> None:
    """Print one table."""
    start = f"first answer {size.start_seconds:.2f} s after the start, {size.start_megabytes:.0f} MB then"
    print(f"\n{size.versions:,} versions; {start}")
    columns = ("a second", "against", "p50 ms", "p99 ms", "CPU us", "refused")
    print(
        f"{'':<22}{columns[0]:>10}{columns[1]:>14}{columns[2]:>9}{columns[3]:>9}{columns[4]:>9}{columns[5]:>9}"
    )
    for name, row in size.bare.items():
        line(f"bare Sanic {name}", row, "1.00")
    for name in OUR_ROWS:
        line(name, size.ours[name], f"{size.of_bare(name):.2f}")
    for name in ORIGIN_ROWS if size.origin else ():
        line(f"origin's {name}", size.origin[name], f"ours {size.of_origin(name):,.1f} x")
    sys.stdout.flush()


def line(name: str, row: Measured, against: str) -> None:
    """Print one row."""
    print(
        f"{name:<22}{row.rate:>10,.0f}{against:>14}{row.p50:>9.1f}{row.p99:>9.1f}{row.processor:>9.0f}"
        f"{row.refused:>9}"
    )


if __name__ == "__main__":
    sys.exit(main())
