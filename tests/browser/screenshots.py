"""`python -m tests.browser.screenshots [folder]`: pictures of every view, for docs/images and to look at."""

import asyncio
import io
import sys
import tempfile
from pathlib import Path
from typing import Literal

from msgspec import Struct
from PIL import Image
from playwright.async_api import Browser, FloatRect

from tests.browser.demo import demo_receiver
from tests.browser.looking import link
from tests.browser.stage import REPOSITORY, ReceiverProcess
from tests.chromium import open_browser

IMAGES = REPOSITORY / "docs" / "images"
COLOURS = 128
LARGEST = 150_000
"""Bytes of a picture."""

LONGEST = 1600
"""Pixels: of a longer page the beginning is shown."""

PATIENCE_MS = 30_000
VIEWS = ("now", "past", "resets", "ahead", "accounts")
SCREENS = {"desktop": (1280, 900), "phone": (360, 780)}

SETTLING_MS = 1500
"""For what stands beside the figures, such as a card's last days."""

SHOWN = ".view[data-shown], .view :is(article, svg), #ask, #widget section"

Scheme = Literal["light", "dark"]


class Shot(Struct, frozen=True):
    """One picture: its file's name, the address behind the receiver's, the screen and the scheme."""

    name: str
    address: str
    screen: tuple[int, int]
    scheme: Scheme


def shots() -> list[Shot]:
    schemes: tuple[Scheme, ...] = ("light", "dark")
    pages = {view: f"/#/{view}" for view in VIEWS} | {"login": "/login"}
    found = [
        Shot(f"dashboard-{name}-{screen}-{scheme}", address, SCREENS[screen], scheme)
        for name, address in pages.items()
        for screen in SCREENS
        for scheme in schemes
        if name != "login" or (screen, scheme) == ("desktop", "light")
    ]
    return [*found, Shot("dashboard-widget", f"/widget{link()[1:]}", (340, 420), "light")]


async def take(receiver: ReceiverProcess, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with open_browser() as browser:
        for shot in shots():
            picture = smaller(await _taken(browser, receiver, shot))
            if len(picture) > LARGEST:
                raise SystemExit(f"{shot.name} has {len(picture)} bytes, more than {LARGEST}")
            (folder / f"{shot.name}.png").write_bytes(picture)


async def _taken(browser: Browser, receiver: ReceiverProcess, shot: Shot) -> bytes:
    width, height = shot.screen
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        timezone_id="Europe/Berlin",
        locale="en-GB",
    )
    if shot.address.startswith("/#"):
        await page.goto(receiver.url + link())
        await page.locator("main article").first.wait_for(timeout=PATIENCE_MS)
    await page.goto(receiver.url + shot.address)
    await page.locator(SHOWN).first.wait_for(timeout=PATIENCE_MS)
    await page.wait_for_timeout(SETTLING_MS)
    long = await page.evaluate("document.documentElement.scrollHeight")
    clip = FloatRect(x=0, y=0, width=width, height=min(long, LONGEST))
    picture = await page.screenshot(full_page=True, clip=clip)
    await page.close()
    return picture


def smaller(picture: bytes) -> bytes:
    """Return a picture with a palette instead of true colours."""
    made = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch, demo_receiver(Path(scratch)) as shown:
        asyncio.run(take(shown, Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES))
