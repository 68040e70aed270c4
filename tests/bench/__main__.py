"""`make bench`: rates and latencies as ratios to a bare Sanic server on the same machine in the same run.

Needs wrk (Debian: apt-get install wrk). Prints a table and writes build/bench.json.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).parents[2]
KEY = "a-key-for-measuring"
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
CONNECTIONS = 64
USAGE = "/api/claude/console-usage"


class Measured(NamedTuple):
    """One row: requests a second, latency in milliseconds, answers that were no 2xx or 3xx."""

    rate: float
    p50: float
    p99: float
    refused: int


def main() -> int:
    """Measure everything; return the exit code."""
    if not shutil.which("wrk"):
        print("bench: wrk is not here. On Debian: sudo apt-get install wrk", file=sys.stderr)
        return 1
    rows: dict[str, Measured] = {}
    with serving(["tests.bench.bare"], "/") as (address, _):
        rows["bare Sanic GET"] = load(f"{address}/", "get")
        rows["bare Sanic POST"] = load(f"{address}/", "post")
    with tempfile.TemporaryDirectory(dir=REPOSITORY / "build") as folder:
        environment = {"STORE_URL": f"file://{folder}/store", "CLAUDE_SYNC_API_KEY": KEY}
        with serving(["services.receiver"], "/livez", **environment) as (address, process):
            idle = resident_megabytes(process.pid)
            rows["POST, durable"] = load(address + USAGE, "post")
            tag = post_one(address)
            rows["GET latest"] = load(address + USAGE, "get")
            rows["GET latest, 304"] = load(address + USAGE, "get", f"If-None-Match: {tag}")
            rows["GET by number"] = load(f"{address}{USAGE}?version=100", "get")
            rows["GET by time"] = load(f"{address}{USAGE}?timestamp=2020-09-13T12:30:00Z", "get")
            versions = read_json(address + USAGE)["versionInfo"]["total"]
    show(rows, versions, idle)
    return 0


@contextlib.contextmanager
def serving(module: list[str], path: str, **settings: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a server on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, **settings, "RECEIVER_PORT": port, "LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", *module, port], cwd=REPOSITORY, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}{path}")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(15)


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(100):
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=1).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"bench: {url} does not answer")


_sent = 0


def load(url: str, mode: str, *headers: str) -> Measured:
    """Press a URL for some seconds with all connections, from one other process."""
    global _sent  # noqa: PLW0603 - every POST of a run must be another snapshot
    _sent += 10_000_000
    named = [part for header in (f"X-API-Key: {KEY}", *headers) for part in ("-H", header)]
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "-s",
        str(Path(__file__).with_name("load.lua")),
    ]
    printed = subprocess.run(
        [*command, *named, url, "--", mode, str(_sent)], capture_output=True, text=True, check=True
    ).stdout
    line = next(line for line in printed.splitlines() if line.startswith("RESULT"))
    rate, p50, p99, refused = line.split()[1:]
    return Measured(float(rate), float(p50), float(p99), int(refused))


def post_one(address: str) -> str:
    """Post the newest snapshot, and return the tag of the answer that it makes."""
    document = {
        "lastUpdated": "2030-01-01T00:00:00Z",
        "currentSession": {"percentageUsed": 1, "resetsIn": ""},
    }
    request = urllib.request.Request(
        address + USAGE, json.dumps(document).encode(), {"X-API-Key": KEY, "Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=10).close()
    question = urllib.request.Request(address + USAGE, headers={"X-API-Key": KEY})
    with urllib.request.urlopen(question, timeout=10) as answer:
        return str(answer.headers["ETag"])


def read_json(url: str) -> dict[str, Any]:
    """Ask with the key."""
    with urllib.request.urlopen(
        urllib.request.Request(url, headers={"X-API-Key": KEY}), timeout=10
    ) as answer:
        body: dict[str, Any] = json.load(answer)
        return body


def resident_megabytes(process_id: int) -> float:
    """Return a process's resident memory."""
    status = Path(f"/proc/{process_id}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def show(rows: dict[str, Measured], versions: int, idle: float) -> None:
    """Print the table and write the figures."""
    print(f"{CONNECTIONS} connections, {SECONDS} s a row; {versions} versions in the store at the end\n")
    print(f"{'':<18}{'a second':>10}{'of bare':>9}{'p50 ms':>9}{'p99 ms':>9}{'refused':>9}")
    for name, row in rows.items():
        ceiling = rows["bare Sanic POST" if "POST" in name else "bare Sanic GET"].rate
        print(
            f"{name:<18}{row.rate:>10.0f}{row.rate / ceiling:>9.2f}{row.p50:>9.1f}{row.p99:>9.1f}{row.refused:>9}"
        )
    print(f"\nreceiver's memory before the first request: {idle:.0f} MB")
    result = {"versions": versions, "idleMegabytes": idle, "rows": {n: r._asdict() for n, r in rows.items()}}
    target = REPOSITORY / "build" / "bench.json"
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(f"written to {target.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    (REPOSITORY / "build").mkdir(exist_ok=True)
    sys.exit(main())
