"""What commands print: a reader that went away (`| head`) ends no work and is no error."""

import os
import sys
from typing import TextIO

__all__ = ["hush", "say"]


def say(text: str, *, end: str = "\n", out: TextIO | None = None) -> bool:
    """Print at once; returns False when nobody reads any more, and what is printed later goes nowhere.

    Raises OSError when the output takes nothing for another reason, a full disk for instance.
    """
    stream = out or sys.stdout
    try:
        stream.write(text + end)
        stream.flush()
    except BrokenPipeError:
        hush(stream)
        return False
    return True


def hush(stream: TextIO) -> None:
    """Let a stream end nowhere, so that what Python still holds for it is no second error at the exit."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - os.devnull is no path of ours
        os.dup2(nowhere.fileno(), stream.fileno())
