"""`python -m tests.browser.screenshots [folder]`: the pictures of the page, for docs/images and to look at."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from msgspec import Struct
from playwright.async_api import Browser

from tests.browser.snapshots import Snapshot, lifelike, partial
from tests.browser.stage import KEY, REPOSITORY, ReceiverProcess
from tests.chromium import open_browser

IMAGES = REPOSITORY / "docs" / "images"
A_DAY = 288
"""Versions recorded in a day, one every 5 minutes."""


class Shot(Struct, frozen=True):
    """One picture: its file name, what the page shows, on what kind of screen, and how many came before."""

    name: str
    snapshot: Snapshot | None
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    key: str = KEY
    past: int = 0


def for_readme() -> list[Shot]:
    return [
        Shot("dashboard-desktop-light", lifelike(), 1360, 480, past=A_DAY),
        Shot("dashboard-desktop-dark", lifelike(), 1360, 480, "dark", past=A_DAY),
        Shot("dashboard-phone", lifelike(), 360, 740, past=A_DAY),
    ]


def to_look_at() -> list[Shot]:
    return [
        *for_readme(),
        Shot("phone-dark", lifelike(), 360, 740, "dark"),
        Shot("stale", lifelike(minutes_old=26), 1440, 600),
        Shot("stale-dark", lifelike(minutes_old=26), 1440, 600, "dark"),
        Shot("stale-phone", lifelike(minutes_old=26), 360, 740),
        Shot("passed", lifelike(minutes_old=60 * 24 * 4), 1440, 600),
        Shot("partial", partial(), 1440, 600),
        Shot("partial-dark", partial(), 1024, 800, "dark"),
        Shot("partial-phone", partial(), 360, 740),
        Shot("empty", None, 1024, 500),
        Shot("key", None, 1024, 600, key="wrong"),
        Shot("key-phone-dark", None, 360, 740, "dark", key="wrong"),
    ]


async def take(shots: list[Shot], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with open_browser() as browser:
        for shot in shots:
            await _take(browser, shot, folder / f"{shot.name}.png")


async def _take(browser: Browser, shot: Shot, path: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        receiver = ReceiverProcess(Path(scratch) / "store")
        receiver.start()
        try:
            for number in range(shot.past, 0, -1):
                receiver.post(lifelike(minutes_old=3 + 5 * number))
            if shot.snapshot:
                receiver.post(shot.snapshot)
            page = await browser.new_page(
                viewport={"width": shot.width, "height": shot.height},
                color_scheme=shot.scheme,
                reduced_motion="reduce",
                timezone_id="Europe/Berlin",
                locale="en-GB",
            )
            await page.goto(f"{receiver.url}/#key={quote(shot.key, safe='')}")
            await page.locator("main > :is(section, form):visible").wait_for()
            await page.screenshot(path=path, full_page=True)
            await page.close()
        finally:
            receiver.kill()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(take(to_look_at(), Path(sys.argv[1])))
    else:
        asyncio.run(take(for_readme(), IMAGES))
