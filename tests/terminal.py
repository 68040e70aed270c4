"""A program on a terminal of its own, with somebody who looks and types."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte


class Terminal:
    """A terminal that shows what a program writes, as an emulator understands it."""

    def __init__(
        self, *command: str, environ: Mapping[str, str], folder: Path, size: tuple[int, int]
    ) -> None:
        self._master, self._slave = pty.openpty()
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self.resize(*size, tell=False)
        self.before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            cwd=folder,
            env={**environ, "TERM": "xterm-256color"},
            stdin=self._slave,
            stdout=self._slave,
            stderr=subprocess.PIPE,
        )

    @property
    def lines(self) -> list[str]:
        """What stands on it now."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    @property
    def has_cursor(self) -> bool:
        return not self._screen.cursor.hidden

    @property
    def modes(self) -> list[object]:
        return termios.tcgetattr(self._slave)

    def until(self, shows: str | Callable[[str], bool], seconds: float = 30) -> str:
        """Look until it shows words, or what a function is content with; return all that it shows then."""
        is_there = (lambda text: shows in text) if isinstance(shows, str) else shows
        end = time.monotonic() + seconds
        while not is_there(self.text):
            left = end - time.monotonic()
            assert left > 0, f"{shows!r} did not come:\n{self.text}"
            self._look(left)
        return self.text

    def _look(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 65536)
        self.written += data
        self._stream.feed(data)
        return True

    def resize(self, columns: int, rows: int, *, tell: bool = True) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)
        if tell:
            self.process.send_signal(signal.SIGWINCH)  # as the kernel does for a window's own terminal

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    @property
    def typed(self) -> int:
        """How many bytes of whole lines were typed and not read."""
        waiting = fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4))
        return int.from_bytes(waiting, sys.byteorder)

    def ended(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was said as an error."""
        assert self.process.stderr is not None
        while self.process.poll() is None:
            self._look(0.05)
        while self._look(0):
            pass
        return self.process.returncode, self.process.stderr.read().decode()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        os.close(self._master)
        os.close(self._slave)
