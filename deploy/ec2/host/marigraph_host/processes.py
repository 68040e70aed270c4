"""The processes of this host, as /proc shows them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["family", "stopped"]

_PROCESSES = Path("/proc")


def stopped(pid: int) -> bool:
    """Tell whether a process, or one that it has started, is stopped by a signal."""
    return any(_state(one) in {"T", "t"} for one in family(pid))


def family(pid: int) -> list[int]:
    """Return a process with all that it has started; in a container the first process starts the service."""
    return [pid, *(one for child in _children(pid) for one in family(child))]


def _state(pid: int) -> str:
    try:
        # pid (name) state ...; the name may hold blanks and brackets
        return (_PROCESSES / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _children(pid: int) -> list[int]:
    try:
        found = (_PROCESSES / str(pid) / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in found]
