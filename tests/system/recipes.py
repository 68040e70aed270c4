"""The recipes of docs/neighbours.md, and a home in which they run."""

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.system.conftest import fetch
from tests.system.keyed import SNAPSHOTS, Keyed

DOCUMENT = "docs/neighbours.md"


class Page:
    """The page's snippets, by their language and words in them."""

    def __init__(self, repository: Path) -> None:
        text = (repository / DOCUMENT).read_text()
        self.text = text
        self._snippets = re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)

    def snippet(self, language: str, words: str) -> str:
        (found,) = [text for kind, text in self._snippets if kind == language and words in text]
        return found


class Home:
    """A receiver with one fresh reading, and a home with its key."""

    def __init__(self, keyed: Keyed) -> None:
        self.receiver = keyed
        self.folder = keyed.folder
        self.writer = keyed.add("scraper")
        self.key = keyed.add("screen", "--scope", "read")
        keyed.start()
        self.read(47, minutes_ago=2)
        (self.folder / ".marigraph-header").write_text(f"X-API-Key: {self.key}\n")

    def read(self, percentage: float, *, minutes_ago: float) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        session = {
            "percentageUsed": percentage,
            "resetsIn": "x",
            "resetsAt": (now + timedelta(hours=2)).isoformat(),
        }
        body = {
            "lastUpdated": (now - timedelta(minutes=minutes_ago)).isoformat(),
            "source": "json",
            "currentSession": session,
            "isPartial": True,
            "extractionErrors": {"weeklyLimits.allModels": "the row was not there"},
        }
        url = self.receiver.address + SNAPSHOTS.format("default")
        assert fetch(url, method="POST", body=body, key=self.writer)[0] == 201

    def flat(self, path: str = "/api/v1/accounts/default/flat") -> dict[str, Any]:
        status, told = fetch(self.receiver.address + path, key=self.key)
        assert status == 200
        return dict(told)

    def sh(self, script: str, **more: str) -> "subprocess.CompletedProcess[str]":
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "MARIGRAPH": self.receiver.address,
            **more,
        }
        return subprocess.run(
            ["sh", "-c", script], env=environ, capture_output=True, text=True, check=False, timeout=30
        )
