"""Finds a browser for the scraper, or installs one: Debian's package as root, else Playwright's own.

Run by `make setup` with the virtual environment's Python. Exit code 1 when there is none in the end.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from services.scraper.chromium import CURE, find_browser, running_as_root

DEBIAN = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"),
)
# Without the headless shell: the scraper runs the full browser, headless or not.
PLAYWRIGHT = ((sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"),)


def say(text: str) -> None:
    """Print a line in the manner of the rest of the set-up."""
    print(f"setup: {text}", flush=True)


def is_debian() -> bool:
    """Tell Debian itself from its children: Ubuntu's chromium package is a snap, which needs more."""
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def install(steps: tuple[tuple[str, ...], ...]) -> bool:
    """Run the steps in order; False at the first that fails, whose own words are on the screen."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for step in steps:
            subprocess.run(  # noqa: S603 - fixed commands of ours
                step, check=True, env=environment, stdout=subprocess.DEVNULL
            )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def main() -> int:
    """Find a browser, or install one and find it then."""
    named = os.environ.get("SCRAPER_BROWSER_PATH", "").strip()
    configured = Path(named).expanduser() if named else None
    if found := find_browser(configured):
        say(f"the scraper will use {found}")
        return 0
    if configured:
        print(f"setup: SCRAPER_BROWSER_PATH names {named}, which cannot be run. {CURE}", file=sys.stderr)
        return 1
    if running_as_root() and is_debian():
        say("installing Debian's chromium for the scraper (about a minute)")
        install(DEBIAN)
    else:
        say("fetching Playwright's Chromium for the scraper (about 180 MB, once)")
        install(PLAYWRIGHT)
    if found := find_browser(None):
        say(f"the scraper will use {found}")
        return 0
    print(f"setup: there is no browser for the scraper, and none could be installed. {CURE}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
