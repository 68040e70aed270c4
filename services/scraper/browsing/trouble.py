"""What the browser library's errors mean for the person whose browser it is."""

import contextlib
import re
from collections.abc import Iterator

from playwright.async_api import Error

from services.scraper.browsing.chromium import CURE
from services.scraper.judging.outcome import ScrapeError

__all__ = ["NotUpError", "browser_trouble", "no_screen"]

WORDS = 160
"""So many characters of the browser's last words are repeated."""

USUAL = r"dbus|crashpad"
"""What a browser says of a machine it misses something on, and runs."""


class NotUpError(ScrapeError):
    """A browser that was started did not come up."""


@contextlib.contextmanager
def browser_trouble() -> Iterator[None]:
    """Turn the browser library's errors into ours."""
    try:
        yield
    except Error as error:
        raise _translated(str(error)) from error


def no_screen() -> ScrapeError:
    """Say what to do where a window cannot be opened."""
    return ScrapeError(
        "browser_failed",
        "there is no screen to open a window on",
        "Log in on a machine with a desktop and bring the login here: `session export` there, `session "
        "import` here (docs/scraper.md, The login). For SCRAPER_BROWSER_MODE=headed, where nobody has to see "
        "the window, Xvfb is enough (on Debian: apt-get install xvfb); for a login it is not.",
    )


def _translated(text: str) -> ScrapeError:
    if re.search(r"ProcessSingleton|exitCode=21|Opening in existing browser session", text):
        return ScrapeError("profile_locked", "another browser has it open")
    if re.search(r"Missing X server|\$DISPLAY|ozone_platform_x11", text):
        return no_screen()
    if "launch_persistent_context" in text:
        return _not_up(text)
    if code := re.search(r"net::(ERR_[A-Z_]+)", text):
        return ScrapeError("network", code[1])
    if "Download is starting" in text:
        return ScrapeError("network", "the address sends a file to download, and no page")
    if re.search(r"Timeout \d+ms exceeded", text) and "goto" in text:
        return ScrapeError("network", "the server did not answer in time")
    return ScrapeError(
        "browser_failed", text.strip().splitlines()[0][:200] if text.strip() else "no reason given"
    )


def _not_up(text: str) -> ScrapeError:
    """Tell how a browser failed that never came up, with its last words if it had any."""
    if late := re.search(r"Timeout (\d+)ms exceeded", text):
        return ScrapeError(
            "browser_failed", f"the browser was not ready within {int(late[1]) // 1000} s", CURE
        )
    if "Socket path too long" in text:
        return ScrapeError(
            "browser_failed",
            "the path of the folder for temporary files is too long for the browser",
            "Name a shorter one in TMPDIR, as /tmp.",
        )
    code = re.search(r"exitCode=(-?\d+)", text)
    words = re.findall(r"\[err\] .*FATAL:\S+ (.+)", text) or [
        line for line in re.findall(r"\[err\] (.+)", text) if not re.search(USUAL, line)
    ]
    told = [f"with exit code {code[1]}" if code else "", f"saying: {words[-1][:WORDS]}" if words else ""]
    ended = " ".join(["the browser ended as soon as it was started", *filter(None, told)])
    return NotUpError("browser_failed", ended, CURE)
