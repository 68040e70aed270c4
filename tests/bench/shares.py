"""A share of a processor for a process: a group of the kernel's own, in either of its two forms (root only)."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["held_to"]

_ROOT = Path("/sys/fs/cgroup")
_PERIOD = 20_000
"""Microseconds in which the share may be used up: short, so that it looks like a slower processor."""


@contextlib.contextmanager
def held_to(share: float, process_ids: Sequence[int]) -> Iterator[bool]:
    """Hold each process to a share of a processor until the block ends; tell whether this machine can."""
    groups: list[Path] = []
    try:
        for process_id in process_ids:
            groups.append(_group(f"marigraph-bench-{process_id}", int(share * _PERIOD)))
            (groups[-1] / "cgroup.procs").write_text(str(process_id))
    except OSError:
        held = False
    else:
        held = True
    try:
        yield held
    finally:
        for group in groups:
            _let_go(group)


def _group(name: str, quota: int) -> Path:
    first = (_ROOT / "cpu").is_dir()
    group = (_ROOT / "cpu" if first else _ROOT) / name
    group.mkdir()
    if first:
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
    else:
        (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
    return group


def _let_go(group: Path) -> None:
    """Put what is in a group back into the one above, and remove it."""
    with contextlib.suppress(OSError):
        for process_id in (group / "cgroup.procs").read_text().split():
            (group.parent / "cgroup.procs").write_text(process_id)
        group.rmdir()
