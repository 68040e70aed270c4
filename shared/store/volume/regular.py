"""Reading a file that others may have put something else in the place of. Blocking."""

import errno
from pathlib import Path

from shared.files import read_regular

__all__ = ["content_of_regular"]

_NOTHING_THERE = {errno.ENOENT, errno.ENXIO, errno.ELOOP, errno.EACCES, errno.EPERM}


def content_of_regular(path: Path, longest: int) -> bytes | None:
    """Read a regular file, at most so many bytes of it. Raises OSError.

    None when there is none, when it may not be read, or when a link, a folder or a pipe is in its place: no
    link is followed.
    """
    try:
        return read_regular(path, longest)
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise
