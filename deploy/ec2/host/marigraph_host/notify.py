"""What systemd is told by a service's program; nothing where nobody asked."""

from __future__ import annotations

import contextlib
import os
import socket

__all__ = ["tell"]


def tell(words: str) -> None:
    """Send `READY=1`, `WATCHDOG=1` or the like."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.connect("\0" + address[1:] if address[0] == "@" else address)
        end.sendall(words.encode())
