"""A receiver with a file of keys, and the commands on that file, as processes."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.system.conftest import USAGE, fetch, wait_until

READING = {"lastUpdated": "2026-11-22T11:00:00Z", "currentSession": {"percentageUsed": 1, "resetsIn": "1 hr"}}
SNAPSHOTS = "/api/v1/accounts/{}/snapshots"
STOPS_WITHIN = 5


class Keyed:
    """A receiver with a file of keys, and the commands on that file."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        self.repository = repository
        self.file = folder / "secret" / "keys.json"
        self.log = folder / "receiver.log"
        self.address = f"http://127.0.0.1:{free_port()}"
        self.process: subprocess.Popen[str] | None = None
        self.streams: list[subprocess.Popen[bytes]] = []

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "STORE_URL": f"file://{self.folder}/store",
            "RECEIVER_PORT": self.address.rpartition(":")[2],
            "RECEIVER_KEYS_FILE": str(self.file),
            **more,
        }

    def keys(self, *arguments: str, code: int = 0, **more: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "services.receiver", "keys", *arguments],
            cwd=self.repository,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def add(self, name: str, *arguments: str) -> str:
        return self.keys("add", "--name", name, *arguments).stdout.strip()

    def listed(self) -> list[dict[str, Any]]:
        return json.loads(self.keys("list", "--json").stdout)["keys"]

    def run(self, **more: str) -> "subprocess.Popen[str]":
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.receiver"],
                cwd=self.repository,
                env=self.environment(**more),
                stderr=log,
                text=True,
            )
        return self.process

    def start(self, **more: str) -> None:
        self.run(**more)
        wait_until(lambda: fetch(f"{self.address}/livez")[0] == 200, what="the receiver serving")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)

    def listen(self, key: str) -> "subprocess.Popen[bytes]":
        """Begin a stream of events and return once it is open."""
        address = f"{self.address}/api/v1/accounts/default/events"
        stream = subprocess.Popen(
            ["curl", "-sNi", "-H", f"X-API-Key: {key}", address], stdout=subprocess.PIPE
        )
        self.streams.append(stream)
        assert stream.stdout is not None
        assert b" 200 " in stream.stdout.readline()
        return stream

    def kill(self) -> None:
        for stream in self.streams:
            stream.kill()
            stream.communicate()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def refused(self, **more: str) -> str:
        """What a receiver says that does not start."""
        self.log.unlink(missing_ok=True)
        assert self.run(**more).wait(20) == 2
        self.process = None
        return self.log.read_text()

    def get(self, key: str, path: str = USAGE) -> tuple[int, Any]:
        return fetch(self.address + path, key=key)

    def post(self, key: str, account: str = "default", minute: int = 0) -> int:
        body = READING | {"lastUpdated": f"2026-11-22T11:{minute:02}:00Z"}
        return fetch(self.address + SNAPSHOTS.format(account), method="POST", body=body, key=key)[0]

    def status(self, key: str, **headers: str) -> int:
        named = {"X-API-Key": key} | {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + USAGE, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def opens(self, key: str) -> bool:
        """A key that opens is told that nothing is stored (404), or what is."""
        return self.get(key)[0] in {200, 404}

    def stops(self, key: str, what: str) -> None:
        wait_until(lambda: self.get(key)[0] == 401, STOPS_WITHIN, what)
