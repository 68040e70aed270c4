"""Whether somebody is writing a file just now: Linux refuses a read lease while it is open for writing."""

import errno
import fcntl
import os
import signal
from pathlib import Path

__all__ = ["is_being_written"]


def is_being_written(path: Path) -> bool:
    """Tell whether any process of this machine has the file open for writing. False where nobody can know."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Who opens it for writing meanwhile makes the kernel signal us: with one that is ignored by default.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    except AttributeError:  # a system without leases
        return False
    else:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    finally:
        os.close(descriptor)
