"""Finds the browser on this machine: the one named, else the system's, else Playwright's own download."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["CURE", "find_browser", "has_screen", "launch_flags", "running_as_root"]

CURE = (
    "Install Google Chrome or Chromium (on Debian: apt-get install chromium), run `make setup` again, "
    "or name a browser in SCRAPER_BROWSER_PATH."
)
"""What to do when there is no browser."""

COMMANDS = ("google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome")

PLACES = (
    "/usr/bin/google-chrome-stable",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

DOWNLOADS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
"""Where Playwright keeps what `playwright install` fetched, on Linux and on macOS."""

IN_DOWNLOAD = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
)
"""Switches off what a page read every few minutes does not need; none of them hides what the browser is."""


def find_browser(configured: Path | None) -> Path | None:
    """Return the browser to run, or None when there is none.

    A configured path is taken at its word: when nothing can be run there, the answer is None and not some
    other browser.
    """
    if configured is not None:
        return configured if _runs(configured) else None
    return next((path for path in _candidates() if _runs(path)), None)


def _candidates() -> Iterator[Path]:
    for command in COMMANDS:
        if found := shutil.which(command):
            yield Path(found)
    yield from map(Path, PLACES)
    for folder in DOWNLOADS:
        for pattern in IN_DOWNLOAD:
            yield from sorted(Path(folder).expanduser().glob(pattern), key=_revision, reverse=True)


def _revision(path: Path) -> int:
    """Read the download's number, so that chromium-1255 counts as newer than chromium-999."""
    folder = next(part for part in path.parts if part.startswith("chromium-"))
    digits = folder.removeprefix("chromium-")
    return int(digits) if digits.isdigit() else 0


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def running_as_root() -> bool:
    """Tell whether Chromium's own sandbox must stay off: it refuses to start as root otherwise."""
    return os.geteuid() == 0


def has_screen() -> bool:
    """Tell whether a window can be opened: on Linux a display must be named, elsewhere there is one."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def launch_flags(*, as_root: bool) -> list[str]:
    """Return the command line flags; the sandbox is given up for root only."""
    return [*FLAGS, "--no-sandbox"] if as_root else list(FLAGS)
