"""The terminal while a live view is on it: a page of its own, and everything as it was when that ends."""

import contextlib
import os
import shutil
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from typing import Self

from services.cli.exits import CommandError
from services.cli.session import Session
from services.cli.shown.frame import frame
from services.cli.shown.lines import Line

__all__ = ["MARGIN", "LivePage"]

MARGIN = 1
"""Columns at the right that stay empty."""

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Another page than the one with the shell's lines, no cursor, and no line that goes on in the next."""

_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"


class LivePage:
    """A page that is drawn again and again; a context, which gives the terminal back at its end."""

    def __init__(self, session: Session, resized: Callable[[], None]) -> None:
        """Take whom to write for; `resized` is called when the window changed, from a signal's handler."""
        self._session = session
        self._resized = resized
        self._given_back = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Take the terminal; a signal that ends the process gives it back first."""
        self._given_back.enter_context(self._shown())
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: sys.exit(128 + number))
        signal.signal(signal.SIGWINCH, lambda _number, _frame: self._resized())
        signal.signal(signal.SIGTSTP, lambda _number, _frame: self._pause())
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._given_back.close()

    def draw(self, lines: list[Line]) -> bool:
        """Draw over what is there; returns False when nobody looks any more."""
        rows = shutil.get_terminal_size().lines
        return self._session.say(frame(self._session.text(lines, MARGIN), rows), end="")

    def _pause(self) -> None:
        """Stop as Ctrl-Z asks, with the shell's lines on the terminal meanwhile."""
        self._given_back.close()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._given_back.enter_context(self._shown())
        self._resized()

    @contextlib.contextmanager
    def _shown(self) -> Iterator[None]:
        with _no_echo():
            self._session.say(_ENTER, end="")
            try:
                yield
            finally:
                with contextlib.suppress(CommandError):  # a terminal that is gone needs nothing back
                    self._session.say(_LEAVE, end="")


@contextlib.contextmanager
def _no_echo() -> Iterator[None]:
    """Keep what is typed off the page, where the input is a terminal."""
    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, TypeError, ValueError, OSError):
        yield
        return
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSANOW, silent)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)
