"""The end of a process that may have used a store in a bucket."""

import atexit
import contextlib
import os
import sys
from typing import NoReturn

__all__ = ["leave"]

_THREADED = "obstore"
"""Its threads hand answers over to Python: one that does while Python is taken down aborts the process."""


def leave(code: int) -> NoReturn:
    """End with this exit code; all that was said has been written.

    Where a bucket was used Python is not taken down: an end in order would now and then be told as SIGABRT.
    """
    if _THREADED not in sys.modules:
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public way to run what has to be done at the end
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
