"""`python -m services.alerter` as a process, on a store, a folder and a sink."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.store import open_store
from tests.alerter.scenes import iso
from tests.alerter.sink import SECRET, Sink


class Command:
    """`python -m services.alerter` on a store, a folder and a sink."""

    def __init__(self, folder: Path, repository: Path, sink: Sink) -> None:
        self.root = folder / "store"
        self.folder = folder / "state"
        self.repository = repository
        self.sink = sink
        self.store = open_store(f"file://{self.root}")

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "STORE_URL": f"file://{self.root}",
            "ALERTER_STATE_DIR": str(self.folder),
            "ALERTER_WEBHOOKS": f"home={self.sink.url}",
            "ALERTER_WEBHOOK_SECRET": SECRET,
            "ALERTER_TURN_SECONDS": "0.1",
            "ALERTER_ZONE": "Europe/Berlin",
            **more,
        }

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services.alerter", *arguments],
            cwd=self.repository,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def run(self, *before: str, command: str = "run", **more: str) -> subprocess.Popen[bytes]:
        """Start it in the background; `before` are the words of a tracer."""
        return subprocess.Popen(
            [*before, sys.executable, "-m", "services.alerter", command],
            cwd=self.repository,
            env=self.environment(**more),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def read(self, percentage: float, ago: float = 0) -> None:
        now = datetime.now(UTC)
        moment = now - timedelta(minutes=ago)
        reading = {
            "percentageUsed": percentage,
            "resetsIn": "3 days",
            "resetsAt": iso(now + timedelta(days=3)),
        }
        document = {"lastUpdated": iso(moment), "source": "json", "weeklyLimits": {"allModels": reading}}
        await self.store.append("default", document, now)
