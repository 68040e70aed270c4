"""Finds a browser for the scraper, or installs one: Debian's package as root, else Playwright's own.

Also sees that Playwright's driver runs. Run by `make setup` with the virtual environment's Python. Exit code
1 when one of them is missing in the end.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from services.scraper.browsing.chromium import CURE, find_browser, running_as_root

UPDATE = ("apt-get", "update", "-qq")
INSTALL = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
DEBIAN = (UPDATE, (*INSTALL, "chromium"))
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


def driver_runs() -> bool:
    """Tell whether the Node.js inside Playwright can run; a bare Debian lacks a library of it."""
    node, _ = compute_driver_executable()
    try:
        subprocess.run([node, "--version"], check=True, capture_output=True)  # noqa: S603 - Playwright's own
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def see_to_driver() -> bool:
    """See that Playwright's driver runs, installing what Debian lacks for it."""
    if not driver_runs() and running_as_root() and is_debian():
        say("installing Debian's libatomic1 for Playwright")
        install((UPDATE, (*INSTALL, "libatomic1")))
    if driver_runs():
        return True
    print(
        "setup: Playwright's driver does not run here."
        " On Debian and its children: sudo apt-get install libatomic1",
        file=sys.stderr,
    )
    return False


def main() -> int:
    """See that the scraper will have a browser and what drives it; return the exit code."""
    return 0 if see_to_driver() and see_to_browser() else 1


def see_to_browser() -> bool:
    """Find a browser, or install one and find it then."""
    named = os.environ.get("SCRAPER_BROWSER_PATH", "").strip()
    configured = Path(named).expanduser() if named else None
    if found := find_browser(configured):
        say(f"the scraper will use {found}")
        return True
    if configured:
        print(f"setup: SCRAPER_BROWSER_PATH names {named}, which cannot be run. {CURE}", file=sys.stderr)
        return False
    if running_as_root() and is_debian():
        say("installing Debian's chromium for the scraper (about a minute)")
        install(DEBIAN)
    else:
        say("fetching Playwright's Chromium for the scraper (about 180 MB, once)")
        install(PLAYWRIGHT)
    if found := find_browser(None):
        say(f"the scraper will use {found}")
        return True
    print(f"setup: there is no browser for the scraper, and none could be installed. {CURE}", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
