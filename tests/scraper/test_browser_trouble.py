"""What is made of the browser library's words."""

import pytest
from playwright.async_api import Error

from services.scraper.browsing.trouble import browser_trouble
from services.scraper.judging.outcome import ScrapeError

LAUNCH = "BrowserType.launch_persistent_context: "
ENDED = """Target page, context or browser has been closed
  - [pid=7][err] [7:9:1122/175754.97:ERROR:dbus/bus.cc:405] Failed to connect to the bus
  - [pid=7][err] GPU process isn't usable. Goodbye.
  - [pid=7] <process did exit: exitCode=1, signal=null>"""


@pytest.mark.parametrize(
    ("words", "state", "told"),
    [
        (ENDED, "browser_failed", r"ended .* with exit code 1 saying: GPU process isn't usable\. Goodbye\.$"),
        ("Failed to launch: spawn EACCES", "browser_failed", "ended as soon as it was started$"),
        ("Timeout 30000ms exceeded.", "browser_failed", "not ready within 30 s"),
        ("<process did exit: exitCode=21, signal=null>", "profile_locked", "another browser"),
        ("[err] Missing X server or $DISPLAY", "browser_failed", "no screen"),
    ],
)
def test_a_browser_that_does_not_start_says_why(words: str, state: str, told: str) -> None:
    with pytest.raises(ScrapeError, match=told) as raised, browser_trouble():
        raise Error(LAUNCH + words)
    assert raised.value.state == state
