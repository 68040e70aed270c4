"""Keeps the browser's profile small: its caches go, the login stays.

The rule is the origin's: every 12 runs, or when they pass 50 MB. Only folders that a browser fills again by
itself are ever touched; cookies and the sites' own storage are in others.
"""

import contextlib
import os
import shutil
from pathlib import Path

__all__ = ["CACHES", "trim_caches"]

RUNS = 12
MOST_BYTES = 50 * 1024 * 1024

COUNT = "profile-runs"
"""A file in the state folder: runs since the caches were last cleared."""

IN_PROFILE = (
    "Cache",
    "Code Cache",
    "DawnCache",
    "DawnGraphiteCache",
    "DawnWebGPUCache",
    "GPUCache",
    "Service Worker/CacheStorage",
)
BESIDE_IT = (
    "BrowserMetrics",
    "GPUPersistentCache",
    "GraphiteDawnCache",
    "GrShaderCache",
    "ShaderCache",
    "component_crx_cache",
    "extensions_crx_cache",
)

CACHES = (*(f"Default/{name}" for name in IN_PROFILE), *BESIDE_IT)
"""The folders that may go, below the profile's own."""


def trim_caches(state_dir: Path, profile: Path) -> bool:
    """Count a run, and clear the caches when it is time; True when they were.

    Call while no browser has the profile open.
    """
    runs = _runs(state_dir) + 1
    due = runs >= RUNS or sum(_size(profile / name) for name in CACHES) > MOST_BYTES
    if due:
        for name in CACHES:
            shutil.rmtree(profile / name, ignore_errors=True)
    _note(state_dir, 0 if due else runs)
    return due


def _runs(state_dir: Path) -> int:
    try:
        text = (state_dir / COUNT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    return int(text) if text.isdecimal() else 0


def _note(state_dir: Path, runs: int) -> None:
    """Write the count plainly: torn, lost or refused by a full disk, it only moves the next clearing."""
    with contextlib.suppress(OSError):
        descriptor = os.open(state_dir / COUNT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, str(runs).encode())
        finally:
            os.close(descriptor)


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(parent) / name).lstat().st_size
    return total
