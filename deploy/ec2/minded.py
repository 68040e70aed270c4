"""The other end of `minder.py`: holds the host's lock while we ship, and has it switch."""

import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Self

from link import Link
from refusals import BUSY, BusyError, CutError, DeployError

__all__ = ["Minded"]

_SOURCE = Path(__file__).with_name("minder.py")
_EVERY_SECONDS = 5.0


class Minded:
    """A deployment that the host minds, for a `with`. What was shipped goes when it ends without a switch."""

    def __init__(self, link: Link, release: str) -> None:
        """Take the connection and the release's name."""
        self._link = link
        self._release = release
        self._process: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        """Take the lock. Raises BusyError when another deploy has it."""
        source = shlex.quote(_SOURCE.read_text(encoding="utf-8"))
        self._process = self._link.start(f"python3 -I -c {source} {self._release}", root=True)
        said = self._out.readline().decode(errors="replace").strip()
        if said != "ready":
            code = self._process.wait()
            self._link.see_whole(code)
            if code == BUSY:
                raise BusyError(
                    f"another deploy is at work on {self._link.host} ({said}). Try again when it is done"
                )
            raise DeployError(f"the host could not begin (see above): {said}")
        threading.Thread(target=self._keep_alive, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the lock; what was shipped and not switched to is removed."""
        self._over.set()
        if self._process is not None and self._process.poll() is None:
            self._tell(b"leave\n")
            self._process.wait()

    def switch(self) -> int:
        """Have the host switch, and show what it says; return its exit code. Raises CutError."""
        assert self._process is not None  # noqa: S101 - it was entered
        self._tell(b"switch\n")
        self._over.set()
        for line in self._out:
            sys.stdout.write(f"    {line.decode(errors='replace')}")
            sys.stdout.flush()
        code = self._process.wait()
        self._link.see_whole(code)
        return code

    @property
    def _out(self) -> IO[bytes]:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018 - it was entered
        return self._process.stdout

    def _tell(self, word: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018 - it was entered
        try:
            self._process.stdin.write(word)
            self._process.stdin.flush()
        except OSError as error:
            raise CutError(f"the ssh connection to {self._link.host} was cut: {error}") from error

    def _keep_alive(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            try:
                self._tell(b"alive\n")
            except CutError:
                return
