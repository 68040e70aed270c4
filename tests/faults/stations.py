"""What stands around the outbox in fault tests: collectors as processes, a key for all, what is stored."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from services.scraper.outgoing.outbox import take_stock
from services.scraper.recorder import read_last
from shared.schemas.codec import decode_snapshot, digest
from tests.faults.clients import KEY
from tests.faults.collector import BEGIN, STEP, reading

__all__ = ["Station", "fill", "key_for_all", "numbers_of", "stored"]


def key_for_all(folder: Path) -> str:
    """Write a file of keys in which the tests' key opens every account; its path."""
    path = folder / "keys.json"
    entry = {"name": "tests", "sha256": hashlib.sha256(KEY.encode()).hexdigest(), "accounts": ["*"]}
    path.touch(mode=0o600)
    path.write_text(json.dumps({"keys": [entry]}))
    return str(path)


class Station:
    """One collector: a scraper of one account, started, killed and started again."""

    def __init__(self, account: str, folder: Path, url: str, repository: Path) -> None:
        self.account = account
        self.folder = folder
        self._repository = repository
        self._environment = {
            "PATH": os.environ["PATH"],
            "SCRAPER_STATE_DIR": str(folder),
            "SCRAPER_ACCOUNT": account,
            "CLAUDE_SYNC_URL": url,
            "CLAUDE_SYNC_API_KEY": KEY,
            "LOG_LEVEL": "warning",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, count: int, pause: float) -> None:
        """Record up to `count` readings, one every `pause` seconds, and send."""
        with (self.folder.parent / f"{self.account}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.collector", str(count), str(pause)],
                cwd=self._repository,
                env=self._environment,
                stderr=log,
            )

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """Tell it to stop; its exit code."""
        assert self._process
        self._process.terminate()
        return self._process.wait(timeout=15)

    @property
    def recorded(self) -> int:
        """How many readings were taken and kept."""
        last = read_last(self.folder)
        return 0 if last is None else round((decode_snapshot(last).last_updated - BEGIN) / STEP) + 1

    @property
    def waiting(self) -> int:
        stock = take_stock(self.folder)
        return stock.waiting + stock.reports

    def log(self) -> str:
        return (self.folder.parent / f"{self.account}.log").read_text()


def stored(store: Path, account: str) -> list[dict[str, Any]]:
    """Every version of an account, in the order of their names; each under the time of its reading."""
    root = store if account == "default" else store / "accounts" / account
    found = []
    for path in sorted((root / "console-usage-history").glob("2*.json")):
        document = msgspec.json.decode(path.read_bytes())
        assert path.name.startswith(document["lastUpdated"].removesuffix("Z").replace(":", "-")), path.name
        found.append(document)
    return found


def numbers_of(documents: list[dict[str, Any]]) -> list[int]:
    return [int(document["currentSession"]["resetsIn"].split()[0]) for document in documents]


def fill(folder: Path, account: str, count: int) -> None:
    """Put readings into an outbox as if they had waited there for long."""
    (folder / "outbox").mkdir(parents=True, mode=0o700)
    for number in range(count):
        document = reading(account, number)
        name = f"20261101T000000.{number:06}-{digest(document)[:16]}.json"
        (folder / "outbox" / name).write_bytes(msgspec.json.encode(document))
