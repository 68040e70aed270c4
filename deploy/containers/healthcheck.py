"""healthcheck.py PORT PATH: exits 0 when the service in this container answers 200 there, else 1.

A bare socket instead of urllib: it runs every few seconds for ever, and this way takes a fifth of the time.
"""

import socket
import sys


def main() -> int:
    """Ask once; return the exit code. What came back is printed: `docker inspect` shows it."""
    port, path = sys.argv[1:]
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=3) as connection:
            connection.sendall(request.encode())
            status = connection.makefile("rb").readline(1024).decode("latin-1").strip()
    except OSError as error:
        print(f"no answer on port {port}: {error}")
        return 1
    print(status or "an empty answer")
    return 0 if status.split(" ")[1:2] == ["200"] else 1


if __name__ == "__main__":
    sys.exit(main())
