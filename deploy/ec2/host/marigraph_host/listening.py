"""Which process listens on a port: several may at once, so that asking the port does not tell who answers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from marigraph_host.engine import Container
from marigraph_host.launching import USER
from marigraph_host.processes import family

__all__ = ["TABLES", "among", "listeners", "listens"]

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTEN = "0A"
_NUMBER = re.compile(r"socket:\[(\d+)\]")
_LOCAL, _STATE, _INODE = 1, 3, 9


def listeners(table: str, port: int) -> set[str]:
    """Return the sockets that listen on a port, by a table of /proc/net (pure)."""
    rows = [row.split() for row in table.splitlines()[1:]]
    return {
        row[_INODE]
        for row in rows
        if len(row) > _INODE and row[_STATE] == _LISTEN and int(row[_LOCAL].rpartition(":")[2], 16) == port
    }


def listens(container: Container | None, port: int) -> bool | None:
    """Tell whether a container that shares this host's network listens on a port; None: nobody can know."""
    if container is None or not container.running:
        return False
    tables = [path.read_text(encoding="ascii") for path in TABLES if path.exists()]
    sockets = {one for table in tables for one in listeners(table, port)}
    return among([_open_sockets(pid) for pid in family(container.pid)], sockets)


def among(opened: Sequence[set[str] | None], sockets: set[str]) -> bool | None:
    """Tell whether a process has one of these sockets; None when one could not be looked into (pure)."""
    if any(one & sockets for one in opened if one):
        return True
    return None if None in opened else False


def _open_sockets(pid: int) -> set[str] | None:
    """Return the sockets that a process has open; None when nobody may look, or it has just ended."""
    folder = Path(f"/proc/{pid}/fd")
    try:
        links = [str(path.readlink()) for path in folder.iterdir()]
    except PermissionError:
        links = _links_as_user(folder)
    except OSError:  # it has just ended, or opened and closed one
        return None
    if not links:  # every process has some file open
        return None
    return set(_NUMBER.findall("\n".join(links)))


def _links_as_user(folder: Path) -> list[str]:
    """Read as the services' user: on a host that is itself a container, root may not look into them."""
    if os.getuid() != 0:
        return []
    user = int(USER)
    answer = subprocess.run(  # noqa: S603 - our own command
        ["ls", "-l", str(folder)],  # noqa: S607 - wherever the host has it
        user=user,
        group=user,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return answer.stdout.splitlines()
