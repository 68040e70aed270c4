"""Receivers on a bucket: `python -m tests.bench.buckets` (three minutes; `make bench` ends with it).

First a bucket beside a volume, one receiver each, with a bare Sanic server as the ceiling. Then one, two and
three receivers with the same connections in all: on the whole machine, and each held to a share of a processor,
as on machines of their own. Beside each rate stands where the processors' time went: when receivers, SeaweedFS
and clients together take all there is, more receivers cannot show more. Writes build/buckets.json.
"""

import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.pressing import Measured, Question, in_turn, ratio, wrk
from tests.bench.servers import REPOSITORY, USAGE, Server, keys_file, serving
from tests.bench.shares import held_to
from tests.seaweedfs import SeaweedFS, why_no_seaweedfs

ROUNDS, SECONDS = 5, 2
CONNECTIONS = 48
MOST = 3
SHARE = 0.15
"""Of one processor, for each receiver that is held to it."""
ACCOUNTS = 4
"""Accounts of each receiver, where each has its own."""
SPREAD = {"one account": USAGE, "accounts of their own": "/api/v1/accounts/of{}-N/snapshots"}
BARE = {"POST": "POST", "GET latest": "GET"}


class Grown(NamedTuple):
    """What so many receivers took: a second, milliseconds, and processors' seconds a second by who spent them."""

    rate: float
    p99: float
    refused: float
    receivers: float
    store: float
    clients: float
    others: float


def main() -> int:
    """Measure, show and write; 1 when something is missing."""
    if missing := why_no_seaweedfs() or (
        "" if shutil.which("wrk") else "wrk is not here (Debian: apt install wrk)"
    ):
        print(f"bench: {missing}", file=sys.stderr)
        return 1
    began, load = time.perf_counter(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as scratch, _store() as store:
        record = _measured(Path(scratch), store)
    record |= {
        "loadBefore": load,
        "processors": os.cpu_count(),
        "seconds": round(time.perf_counter() - began),
    }
    (REPOSITORY / "build").mkdir(exist_ok=True)
    (REPOSITORY / "build" / "buckets.json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"\nbuild/buckets.json; load before {load:.1f}, {record['seconds']} seconds")
    return 0


@contextlib.contextmanager
def _store() -> Iterator[SeaweedFS]:
    store = SeaweedFS()
    store.start()
    try:
        yield store
    finally:
        store.stop()


def _measured(scratch: Path, store: SeaweedFS) -> dict[str, Any]:
    keys = {"RECEIVER_KEYS_FILE": str(keys_file(scratch / "keys.json")), "LOG_LEVEL": "warning"}
    bucket = {"STORE_URL": store.url(), **store.environment(), **keys}
    log = scratch / "log"
    with contextlib.ExitStack() as opened:
        volume = {"STORE_URL": f"file://{scratch / 'volume'}", **keys}
        sides = {
            "bare": opened.enter_context(serving("tests.bench.bare", "/", log)),
            "volume": opened.enter_context(serving("services.receiver", "/livez", log, **volume)),
            "bucket": opened.enter_context(serving("services.receiver", "/livez", log, **bucket)),
        }
        beside = _side_by_side(sides)
    with contextlib.ExitStack() as opened:
        receivers = [
            opened.enter_context(serving("services.receiver", "/livez", log, **bucket)) for _ in range(MOST)
        ]
        whole = _growth("the whole machine", receivers, store)
        with held_to(SHARE, [one.process_id for one in receivers]) as held:
            shared = _growth(f"each held to {SHARE} of a processor", receivers, store) if held else {}
    if not held:
        print("\nreceivers cannot be held to a share here: that takes root and the kernel's groups")
    return {"sideBySide": beside, "wholeMachine": whole, "share": SHARE, "held": shared}


def _side_by_side(sides: dict[str, Server]) -> dict[str, Any]:
    asked = {
        (side, what): Question(server, "/" if side == "bare" else USAGE, what.split()[0].lower())
        for what in ("POST", "GET latest")
        for side, server in sides.items()
    }
    rows = in_turn(asked, ROUNDS, 1)
    print(f"\n{'64 connections':<22}{'a second':>10}{'of bare':>9}{'p50 ms':>9}{'p99 ms':>9}{'refused':>9}")
    record = {}
    for (side, what), row in rows.items():
        share = ratio(row, rows["bare", what])
        record[f"{side} {what}"] = {**row._asdict(), "ofBare": share}
        print(f"{side + ' ' + what:<22}{_told(row, share)}")
    return record


def _told(row: Measured, share: float) -> str:
    return f"{row.rate:>10,.0f}{share:>9.2f}{row.p50:>9.1f}{row.p99:>9.1f}{row.refused:>9}"


def _growth(where: str, receivers: Sequence[Server], store: SeaweedFS) -> dict[str, Any]:
    """Press one, two and three receivers in turn, several times over, and show the medians."""
    found: dict[tuple[str, int], list[Grown]] = {}
    for _ in range(ROUNDS):
        for spread, path in SPREAD.items():
            for count in range(1, MOST + 1):
                found.setdefault((spread, count), []).append(_pressed(receivers[:count], path, store))
    columns = ("a second", "of one", "p99 ms", "refused", "receivers", "SeaweedFS", "clients", "others")
    print(f"\n{CONNECTIONS} connections, {where}; on the right seconds of processor a second")
    print(f"{'receivers, accounts':<28}" + "".join(f"{one:>10}" for one in columns))
    record = {}
    for (spread, count), rows in found.items():
        row = Grown(*(statistics.median(column) for column in zip(*rows, strict=True)))
        of_one = statistics.median(
            many.rate / max(one.rate, 0.5) for many, one in zip(rows, found[spread, 1], strict=True)
        )
        record[f"{count}, {spread}"] = {**row._asdict(), "ofOne": of_one}
        shown = f"{row.rate:>10,.0f}{of_one:>10.2f}{row.p99:>10.0f}{row.refused:>10.0f}"
        spent = "".join(f"{spent:>10.2f}" for spent in row[3:])
        print(f"{f'{count}, {spread}':<28}{shown}{spent}", flush=True)
    return record


def _pressed(receivers: Sequence[Server], path: str, store: SeaweedFS) -> Grown:
    """Press all of them at once with the same connections in all."""
    watched = [one.process_id for one in receivers], [store.process_id]
    before, began = _spent(*watched), time.perf_counter()
    questions = [
        Question(
            one,
            path.format(place),
            "post",
            ACCOUNTS if "-N/" in path else 0,
            "",
            CONNECTIONS // len(receivers),
        )
        for place, one in enumerate(receivers)
    ]
    running = [
        subprocess.Popen(wrk(question, SECONDS), stdout=subprocess.PIPE, text=True) for question in questions
    ]
    lines = [process.communicate()[0].splitlines() for process in running]
    seconds = time.perf_counter() - began
    of_receivers, of_store, of_clients, busy = (
        (then - now) / seconds for now, then in zip(before, _spent(*watched), strict=True)
    )
    results = [next(line for line in some if line.startswith("RESULT")).split()[1:] for some in lines]
    rates, _, p99s, refused, _ = ([float(value) for value in column] for column in zip(*results, strict=True))
    others = max(0.0, busy - of_receivers - of_store - of_clients)
    return Grown(sum(rates), max(p99s), sum(refused), of_receivers, of_store, of_clients, others)


def _spent(*groups: Sequence[int]) -> tuple[float, ...]:
    """Return the processor's seconds of groups of processes, of clients that have ended, and of the machine."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, nice, system, *_ = (int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    machine = (user + nice + system) / os.sysconf("SC_CLK_TCK")
    by_group = (sum(Server("", one, 0).processor_seconds for one in group) for group in groups)
    return (*by_group, ended.ru_utime + ended.ru_stime, machine)


if __name__ == "__main__":
    sys.exit(main())
