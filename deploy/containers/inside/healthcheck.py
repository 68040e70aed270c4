"""healthcheck.py [NAME PORT PATH]: exits 0 when the service in this container is well, else 1.

Without arguments it is well when it said so to watched.py; with them when it answers 200 there. Where it
listens stands in NAME_HOST and NAME_PORT (PORT when that is not set), as for the service itself;
with NAME_TLS_CERT it speaks TLS. A bare socket instead of urllib: it runs every few seconds for ever, and
this way takes a fifth of the time.
"""

import os
import signal
import socket
import sys
from collections.abc import Mapping

TIMEOUT_SECONDS = 3
WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound


def address(environ: Mapping[str, str], name: str, port: str) -> tuple[str, int]:
    """Return where the service is asked from within (pure)."""
    host = environ.get(f"{name}_HOST", "").strip()
    return WILDCARDS.get(host, host), int(environ.get(f"{name}_PORT", "").strip() or port)


def connect(where: tuple[str, int], *, tls: bool) -> socket.socket:
    """Connect; the certificate is for clients of the outside, whose name for this is another."""
    plain = socket.create_connection(where, timeout=TIMEOUT_SECONDS)
    if not tls:
        return plain
    import ssl  # noqa: PLC0415 - takes longer than all the rest, and few need it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


def main() -> int:
    """Ask once; return the exit code. What came back is printed: `docker inspect` shows it."""
    wake_first_process()
    if len(sys.argv) == 1:
        health = noted()
        print(health)
        return 0 if health == "well" else 1
    name, port, path = sys.argv[1:]
    where = address(os.environ, name, port)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with connect(where, tls=bool(os.environ.get(f"{name}_TLS_CERT", "").strip())) as connection:
            connection.sendall(request.encode())
            status = connection.makefile("rb").readline(1024).decode("latin-1").strip()
    except OSError as error:
        print(f"no answer from {where[0]} port {where[1]}: {error}")
        return 1
    print(status or "an empty answer")
    return 0 if status.split(" ")[1:2] == ["200"] else 1


def noted() -> str:
    """Return what watched.py noted: `well`, or why not."""
    try:
        with open(f"{os.environ.get('TMPDIR', '/tmp')}/.health", encoding="utf-8") as note:  # noqa: PTH123, S108 - pathlib takes too long; the container's own
            return note.read().strip()
    except OSError as error:
        return f"nothing is known: {error}"


def wake_first_process() -> None:
    """Have watched.py go on, should somebody have stopped it: a stopped one watches nothing."""
    if os.getpid() != 1:
        try:
            os.kill(1, signal.SIGCONT)
        except PermissionError:  # not in a container of ours
            return


if __name__ == "__main__":
    sys.exit(main())
