"""Who has a port of this host."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Mapping

from marigraph_host.errors import HostError
from marigraph_host.launching import USER
from marigraph_host.listening import TABLES, listeners
from marigraph_host.settings import port_of

__all__ = ["holder", "listened", "see_port", "strangers"]

_EVERYWHERE = {"0" * 8, "0" * 32}
_LOCAL, _STATE, _USER = 1, 3, 7
_LISTEN = "0A"


def see_port(settings: Mapping[str, str]) -> None:
    """Raise HostError when somebody else has the receiver's port: one who is not of our user."""
    port, host = port_of(settings), settings.get("RECEIVER_HOST", "127.0.0.1")
    if any(strangers(path.read_text(encoding="ascii"), port, host) for path in TABLES if path.exists()):
        raise HostError(
            f"port {port} is taken{holder(port)}. Stop what has it, or choose another: RECEIVER_PORT"
        )


def strangers(table: str, port: int, host: str) -> bool:
    """Tell whether others listen where the receiver is to, by a table of /proc/net (pure)."""
    rows = [row.split() for row in table.splitlines()[1:]]
    return any(
        _clash(row[_LOCAL], port, host)
        for row in rows
        if len(row) > _USER and row[_STATE] == _LISTEN and row[_USER] != USER
    )


def _clash(local: str, port: int, host: str) -> bool:
    address, _, number = local.partition(":")
    wanted = _written(host)
    return int(number, 16) == port and (not wanted or address in {wanted, *_EVERYWHERE})


def _written(host: str) -> str:
    """Return an address of this host as the kernel's table has it; empty for all of them, or a name."""
    try:
        return socket.inet_aton(host)[::-1].hex().upper().replace("0" * 8, "")
    except OSError:
        return ""


def listened(port: int) -> bool:
    """Tell whether anybody listens on a port."""
    return any(listeners(path.read_text(encoding="ascii"), port) for path in TABLES if path.exists())


def holder(port: int) -> str:
    """Name who listens, as far as one can tell: ` by nginx`."""
    said = subprocess.run(  # noqa: S603 - a fixed command
        ["sh", "-c", f"ss -Hltnp 'sport = :{port}'"],  # noqa: S607 - as above
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    ).stdout
    return f" by {said.split(chr(34))[1]}" if chr(34) in said else ""
