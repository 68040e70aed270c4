"""A browser that does not come up: it is started once more, and told with its own words."""

import pytest
from playwright.async_api import Error
from practice import Scraper, running_console

from services.scraper.browsing.chromium import find_browser
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
        (
            "[err] [7:7:1/2:FATAL:a/b.cc:315] No room.\n[err] [1:ERROR:crashpad/c.cc:1] open x",
            "browser_failed",
            "saying: No room\\.$",
        ),
        (
            "[err] [7:FATAL:a/b.cc:315] Socket path too long: /a",
            "browser_failed",
            "temporary files is too long",
        ),
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


@pytest.mark.browser
def test_a_browser_that_does_not_come_up_is_started_once_more(tmp_path):
    browser = tmp_path / "browser"
    chromium = find_browser(None)
    browser.write_text(
        f'#!/bin/sh\n[ -e {tmp_path}/tried ] && exec {chromium} "$@"\n: > {tmp_path}/tried; exit 9\n'
    )
    browser.chmod(0o755)
    with running_console(tmp_path) as console:
        scraper = Scraper(tmp_path / "state", console, SCRAPER_BROWSER_PATH=str(browser))
        code, said = scraper.run("once")
    assert (code, "exit code 9" in said) == (0, True), said
