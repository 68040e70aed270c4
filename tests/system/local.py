"""`make run-local` in a folder of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.ports import free_port


class Local:
    """The local set-up in a folder of its own, and what it prints."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        self.repository = repository
        self.printed = folder.parent / "printed.txt"
        self.ports = {"RECEIVER_PORT": str(free_port()), "PRACTICE_PORT": str(free_port())}
        self.environment = {**os.environ, **self.ports, "MARIGRAPH_LOCAL_DIR": str(folder)}
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, f"deploy/local/{script}.py", *arguments],
            cwd=self.repository,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def start(self) -> None:
        with self.printed.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "deploy/local/run_local.py"],
                cwd=self.repository,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)
