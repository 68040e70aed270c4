"""One history of a given size, served by a bare Sanic server, by ours and by the model of the origin."""

import contextlib
import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.history import fill
from tests.bench.pressing import CONNECTIONS, Measured, Question, in_turn, ratio
from tests.bench.servers import KEY, SERIES, USAGE, Server, keys_file, serving

__all__ = ["ORIGIN_ROWS", "OUR_ROWS", "Size", "Slices", "at_size"]

SERIES_ROWS = {"GET series, a year of days": "1d", "GET series, a year of hours": "1h"}
"""The last year of both limits (105,000 versions, where there are as many), in steps."""

GET_ROWS = ("GET latest", "GET latest, 304", "GET latest, no log", "GET by number", "GET by time")
OUR_ROWS = ("POST", *GET_ROWS, *SERIES_ROWS)
ORIGIN_ROWS = ("POST", "GET latest", "GET by number", "GET by time")


class Slices(NamedTuple):
    """How long to press: so many rounds of so many seconds."""

    rounds: int
    seconds: int


class Size(NamedTuple):
    """What was measured with a history of `versions`: our start and memory, and rows by server and question."""

    versions: int
    start_seconds: float
    start_megabytes: float
    megabytes: float
    bare: dict[str, Measured]
    ours: dict[str, Measured]
    origin: dict[str, Measured]

    def of_bare(self, row: str) -> float:
        """Return our rate as a share of the bare server's."""
        return ratio(self.ours[row], self.bare["POST" if row == "POST" else "GET"])

    def of_origin(self, row: str) -> float:
        """Return how many times the origin model's rate ours is."""
        return ratio(self.ours[row], self.origin[row])

    def record(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        servers = {"bare": self.bare, "ours": self.ours, "origin": self.origin}
        rows = {name: {row: one._asdict() for row, one in rows.items()} for name, rows in servers.items()}
        return {
            "versions": self.versions,
            "startSeconds": self.start_seconds,
            "startMegabytes": self.start_megabytes,
            "megabytes": self.megabytes,
            **rows,
            "ofBare": {row: self.of_bare(row) for row in self.ours},
            "ofOrigin": {row: self.of_origin(row) for row in self.origin},
        }


def at_size(count: int, scratch: Path, slices: Slices, *, with_origin: bool) -> Size:
    """Make histories of `count` versions, measure, and remove them again."""
    with contextlib.ExitStack() as opened:
        ours = opened.enter_context(_history(scratch / "ours", count))
        # The first start finds no index: it lists the folder.
        settings = {
            "STORE_URL": f"file://{ours}",
            "RECEIVER_KEYS_FILE": str(keys_file(scratch / "keys.json")),
            "LOG_FORMAT": "json",
        }
        log = scratch / "log"
        receiver = opened.enter_context(
            serving("services.receiver", USAGE, log, **settings, LOG_LEVEL="info")
        )
        at_start = receiver.megabytes
        servers = {
            "bare": opened.enter_context(serving("tests.bench.bare", "/", log)),
            "ours": receiver,
            "quiet": opened.enter_context(
                serving("services.receiver", USAGE, log, **settings, LOG_LEVEL="warning")
            ),
        }
        if with_origin:
            folder = opened.enter_context(_history(scratch / "origin", count))
            servers["origin"] = opened.enter_context(
                serving("tests.bench.origin", "/", log, ORIGIN_FOLDER=str(folder))
            )
            _post_one(servers["origin"])
        tag = _post_one(receiver)
        reading = in_turn(_reading(servers, count, tag), slices.rounds, slices.seconds)
        posting = in_turn(_posting(servers), slices.rounds, slices.seconds)
        rows = {**reading, **posting}
        return Size(
            count,
            receiver.start_seconds,
            at_start,
            receiver.megabytes,
            *(
                {row: one for (of, row), one in rows.items() if of == name}
                for name in ("bare", "ours", "origin")
            ),
        )


_AT_ONCE = {"origin": 8}
"""The origin's model answers one after the other: more connections would only wait, and outlast their row."""

Asked = dict[tuple[str, str], Question]


def _reading(servers: dict[str, Server], count: int, tag: str) -> Asked:
    asked: Asked = {("bare", "GET"): Question(servers["bare"], "/")}
    for name in ("ours", "origin"):
        server = servers.get(name)
        if server is None:
            continue
        at_once = _AT_ONCE.get(name, CONNECTIONS)
        asked[name, "GET latest"] = Question(server, USAGE, connections=at_once)
        asked[name, "GET by number"] = Question(server, USAGE, "version", count, connections=at_once)
        asked[name, "GET by time"] = Question(server, USAGE, "timestamp", count, connections=at_once)
    for row, step in SERIES_ROWS.items():
        path = f"{SERIES}&step={step}"
        _warm(servers["ours"], path)
        asked["ours", row] = Question(servers["ours"], path, connections=1)  # p50: what one costs
    asked["ours", "GET latest, 304"] = Question(servers["ours"], USAGE, header=f"If-None-Match: {tag}")
    asked["ours", "GET latest, no log"] = Question(servers["quiet"], USAGE)
    return asked


def _posting(servers: dict[str, Server]) -> Asked:
    return {
        (name, "POST"): Question(
            server, "/" if name == "bare" else USAGE, "post", connections=_AT_ONCE.get(name, CONNECTIONS)
        )
        for name, server in servers.items()
        if name != "quiet"
    }


def _warm(server: Server, path: str) -> None:
    """Ask once: the first question about a time reads its versions."""
    request = urllib.request.Request(server.address + path, headers={"X-API-Key": KEY})
    urllib.request.urlopen(request, timeout=60).close()


def _post_one(server: Server) -> str:
    """Post the newest snapshot; return the tag of the answer that it makes."""
    document = {
        "lastUpdated": "2020-09-13T12:26:41Z",
        "currentSession": {"percentageUsed": 1, "resetsIn": ""},
    }
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    url = server.address + USAGE
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(document).encode(), headers)).close()
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return str(answer.headers["ETag"])


@contextlib.contextmanager
def _history(root: Path, count: int) -> Iterator[Path]:
    root.mkdir(parents=True)
    # ext4 passes over inodes that were freed in the last minutes, one by one: a group of its own has none.
    subprocess.run(["chattr", "+T", str(root.parent)], capture_output=True, check=False)
    fill(root / "console-usage-history", count)
    try:
        yield root
    finally:
        shutil.rmtree(root)
