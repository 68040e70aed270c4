"""A listening socket that was open before this process began: systemd's socket activation (sd_listen_fds).

The socket outlives the process: while a service is started again its clients wait instead of being refused.
"""

import os
import socket
import stat
from collections.abc import MutableMapping

import structlog

from shared.errors import PermanentError

__all__ = ["inherited_socket"]

_FIRST = 3
"""The first file descriptor that is handed over, by the protocol."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def inherited_socket(environ: MutableMapping[str, str]) -> socket.socket | None:
    """Return the socket that was handed over, None when there is none; takes the variables out of `environ`.

    Raises PermanentError, a sentence with the cure, when what was handed over cannot be served: one stream
    socket that listens, TCP or unix.
    """
    pid, count, names = (environ.pop(f"LISTEN_{name}", "") for name in ("PID", "FDS", "FDNAMES"))
    if not pid and not count:
        return None
    if not (pid.isdecimal() and count.isdecimal()):
        raise PermanentError(
            f"LISTEN_PID={pid!r} and LISTEN_FDS={count!r} are no socket activation: both are whole numbers,"
            " or neither is set"
        )
    if int(pid) != os.getpid():
        _log.warning("sockets were handed over, but to another process", process=int(pid))
        return None
    if int(count) > 1:
        raise PermanentError(
            f"{count} sockets were handed over ({names or 'without names'}), and one is served: keep one"
            " ListenStream= in the socket unit"
        )
    return _checked(_FIRST) if int(count) else None


def _checked(number: int) -> socket.socket:
    """Take a descriptor over. Raises PermanentError when it is not a stream socket that listens."""
    try:
        is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError as error:
        raise PermanentError(f"file descriptor {number} was announced, but is not open") from error
    if not is_socket:
        raise PermanentError(f"file descriptor {number} is no socket: use ListenStream= in the socket unit")
    os.set_inheritable(number, False)  # noqa: FBT003 - the standard library's signature
    taken = socket.socket(fileno=number)
    wrong = _why_not(taken)
    if wrong:
        taken.close()
        raise PermanentError(f"the socket that was handed over {wrong}")
    return taken


def _why_not(taken: socket.socket) -> str:
    if taken.family not in {socket.AF_INET, socket.AF_INET6, socket.AF_UNIX}:
        return "is neither TCP nor unix: use ListenStream= with a port or a path"
    if taken.type != socket.SOCK_STREAM:
        return "is no stream: use ListenStream= in the socket unit, not ListenDatagram="
    if not taken.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return "does not listen: use Accept=no in the socket unit"
    return ""
