"""Renders sample pages in a real browser; as a program, captures them anew and writes what is read of them:
`.venv/bin/python tests/scraper/rendering.py [SAMPLE...]` (all, if none is named). Look at `git diff` afterwards.

A sample is a folder: `page.html` and `captured.json` (what the page's script sees of it), or neither; the
`usage.json` behind it, if any (a list: one answer an organisation); `moment.json` with the frozen time and
zone; and `expected.json`, the snapshot or the reasons why there is none.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser

from services.scraper.extract.captured import Answer, CapturedPage, View, decode_view
from services.scraper.extract.snapshot import Unreadable, extract
from services.scraper.visiting.visit import SCRIPT
from shared.schemas.codec import to_document
from shared.timestamps import parse_moment
from tests.chromium import open_browser

SAMPLES = Path(__file__).parent / "samples"
COLLECTOR = "sample"
NOTHING = View(url="", title="", zone="", language="", elements=[], pieces=[])


def sample_names() -> list[str]:
    return sorted(folder.name for folder in SAMPLES.iterdir() if folder.is_dir())


def read_json(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())


def captured(name: str, view: View | None = None) -> CapturedPage:
    """Put a sample's page (as it was captured, or as `view` has it now), JSON and moment together."""
    folder = SAMPLES / name
    moment = read_json(folder / "moment.json")
    if view is None:
        stored = folder / "captured.json"
        view = decode_view(stored.read_text(encoding="utf-8")) if stored.exists() else NOTHING
    return CapturedPage(
        taken_at=parse_moment(moment["takenAt"]),
        url="https://claude.ai/settings/usage",
        title=view.title,
        zone=moment["zone"],
        status=200,
        elements=view.elements,
        pieces=view.pieces,
        answers=_answers(folder / "usage.json"),
    )


def _answers(path: Path) -> list[Answer]:
    if not path.exists():
        return []
    data = read_json(path)
    bodies = data if isinstance(data, list) else [data]
    return [Answer(organization=number, status=200, data=body) for number, body in enumerate(bodies)]


def result(page: CapturedPage) -> dict[str, Any]:
    """Extract, and give the outcome the form in which expected.json has it."""
    read = extract(page, collector=COLLECTOR)
    return {"unreadable": read.reasons} if isinstance(read, Unreadable) else to_document(read)


async def render(browser: Browser, name: str) -> View:
    """Show a sample's page in the browser and take what is seen."""
    zone = read_json(SAMPLES / name / "moment.json")["zone"]
    context = await browser.new_context(locale="en-US", timezone_id=zone)
    try:
        page = await context.new_page()
        await page.set_content((SAMPLES / name / "page.html").read_text(encoding="utf-8"))
        return decode_view(await page.evaluate(SCRIPT))
    finally:
        await context.close()


async def capture_all(names: list[str]) -> None:
    async with open_browser() as browser:
        for name in names:
            if not (SAMPLES / name / "page.html").exists():
                continue
            view = msgspec.structs.replace(
                await render(browser, name), url="https://claude.ai/settings/usage"
            )
            text = msgspec.json.format(msgspec.json.encode(view), indent=0)
            (SAMPLES / name / "captured.json").write_bytes(text + b"\n")


def expect_all(names: list[str]) -> None:
    """Write what is read now as what is expected: it is right only once somebody has looked at it."""
    for name in names:
        found = result(captured(name))
        found.pop("parser", None)  # it is the same for all, and changes
        text = msgspec.json.format(msgspec.json.encode(found), indent=2)
        (SAMPLES / name / "expected.json").write_bytes(text + b"\n")


if __name__ == "__main__":
    chosen = sys.argv[1:] or sample_names()
    asyncio.run(capture_all(chosen))
    expect_all(chosen)
