"""The command against a real receiver, as a process of its own."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.receiver.conftest import SECRET, Receiver, receiver, store

__all__ = ["receiver", "store"]


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Command:
    """`marigraph` with a home of its own, and a receiver if it has one."""

    def __init__(self, folder: Path, repository: Path, url: str) -> None:
        self.folder = folder
        self.key_file = folder / "key"
        self.write_key(SECRET)
        self._repository = repository
        inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.environ = {
            **inherited,
            "PYTHONUTF8": "1",
            "HOME": str(folder),
            "MARIGRAPH_URL": url,
            "MARIGRAPH_KEY_FILE": str(self.key_file),
            "MARIGRAPH_LOCAL_DIR": str(folder / "no-such"),
            "TZ": "Europe/Berlin",
        }

    def write_key(self, text: str) -> None:
        self.key_file.write_text(text + "\n")
        self.key_file.chmod(0o600)

    async def start(self, *arguments: str, environ: Mapping[str, str] | None = None, **more):
        command = (sys.executable, "-m", "services.cli", *arguments)
        given = {**self.environ, **(environ or {})}
        pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE, **more}
        return await asyncio.create_subprocess_exec(*command, cwd=self._repository, env=given, **pipes)

    async def __call__(self, *arguments: str, **environ: str) -> Ended:
        process = await self.start(*arguments, environ=environ)
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return Ended(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def command(tmp_path: Path, repository: Path, request: pytest.FixtureRequest) -> Command:
    """Ask for `receiver` before it, to have one there; else nothing listens."""
    found = request.getfixturevalue("receiver") if "receiver" in request.fixturenames else None
    url = found.address if isinstance(found, Receiver) else "http://127.0.0.1:9"
    return Command(tmp_path, repository, url)
