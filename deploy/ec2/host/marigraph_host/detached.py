"""Work that goes on when the ssh session that asked for it ends: its words go to a file."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from marigraph_host.errors import HostError
from marigraph_host.layout import Layout

__all__ = ["follow", "told_to_stop"]

_LOOK_SECONDS = 0.1
_LONGEST_LOG = 1_000_000


def follow(layout: Layout, program: Path, words: Sequence[str]) -> int:
    """Run this program out of the session's reach; show what it says; return its exit code."""
    layout.logs.mkdir(parents=True, exist_ok=True)
    log = layout.logs / "switch.log"
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as written, log.open("rb") as read:
        read.seek(0, 2)
        worker = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, str(program), *layout.arguments(), *words],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
            cwd="/",
        )
        ended = False
        while not ended:
            ended = worker.poll() is not None  # before the last words are read
            _show(read.read())
            if not ended:
                time.sleep(_LOOK_SECONDS)
    return worker.returncode


def _show(text: bytes) -> None:
    """Show what was said; that nobody listens any more ends nothing."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()


@contextlib.contextmanager
def told_to_stop() -> Iterator[None]:
    """Have SIGTERM and SIGINT end the block as a failure, by which it is undone; SIGHUP is passed over."""
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    for one in (signal.SIGTERM, signal.SIGINT):  # once is enough: what follows is the way back
        signal.signal(one, signal.SIG_IGN)
    raise HostError(f"it was told to stop ({signal.Signals(number).name})")
