"""Looking at the page: opens it as a viewer would, and reads from it what the viewer can see."""

from typing import Any
from urllib.parse import quote

from msgspec import Struct
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.stage import KEY, ReceiverProcess

SHOWN = "main :is(article, #empty, form):visible"
"""Something to look at: a card, the first steps, the login."""

SEEN = """() => Object.fromEntries([...document.querySelectorAll("#limits > article")].map((card) => {
  const shown = (part) => card.querySelector(`[data-part=${part}]`).innerText.trim();
  const tube = card.querySelector(".tube");
  return [card.dataset.limit, {
    name: shown("name"),
    figure: [shown("number"), shown("unit")].filter(Boolean).join(" "),
    state: card.dataset.state,
    text: card.querySelector(".facts").innerText,
    role: tube.getAttribute("role"),
    meter: tube.getAttribute("aria-valuenow"),
    resets_at: card.querySelector("time").innerText && card.querySelector("time").dateTime,
    height: parseFloat(getComputedStyle(tube, "::before").blockSize) / tube.clientHeight * 100,
  }];
}))"""


class Card(Struct, frozen=True):
    """What is seen of one limit; `height` is how high the water stands, in per cent of the tube."""

    name: str
    figure: str
    state: str
    text: str
    role: str
    meter: str | None
    resets_at: str | None
    height: float | None


class Looking:
    """Opens pages and notes what they do that they must not."""

    def __init__(self, browser: Browser, receiver: ReceiverProcess) -> None:
        self.misdeeds: list[str] = []
        self.requests: list[Request] = []
        self._browser = browser
        self._receiver = receiver
        self._contexts: list[BrowserContext] = []

    async def open(self, path: str | None = None, **options: Any) -> Page:
        """Open the page, by default with the link that holds the key, and wait until it shows something."""
        page = await self.blank(**options)
        await page.goto(self._receiver.url + (link() if path is None else path))
        await page.locator(SHOWN).first.wait_for()
        return page

    async def blank(self, **options: Any) -> Page:
        """Open an empty page that is watched."""
        defaults = {"timezone_id": "Europe/Berlin", "locale": "en-GB", "reduced_motion": "reduce"}
        context = await self._browser.new_context(**(defaults | options))
        context.set_default_timeout(15_000)
        context.on("page", self.watch)
        self._contexts.append(context)
        return await context.new_page()

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.misdeeds.append(f"threw {error}"))
        page.on("console", self._heard)
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "requires 'Trusted" in message.text:
            self.misdeeds.append(message.text)

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith(f"{self._receiver.url}/"):
            self.misdeeds.append(f"asked {request.url}")

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


def link(key: str = KEY) -> str:
    """The address that a local set-up prints."""
    return f"/#key={quote(key, safe='')}"


async def cards(page: Page) -> dict[str, Card]:
    """What is seen of each limit, in the order of the page."""
    await page.locator("#limits > article").first.wait_for()
    return {limit: Card(**seen) for limit, seen in (await page.evaluate(SEEN)).items()}


async def alerts(page: Page) -> list[str]:
    return await page.locator("#alerts p").all_inner_texts()


async def refresh(page: Page) -> None:
    """Let the page ask again now, as when somebody turns to its window, and wait for the answer."""
    async with page.expect_response("**/snapshots?*"):
        await turn_to(page)
    await page.evaluate("new Promise((done) => requestAnimationFrame(done))")


async def turn_to(page: Page) -> None:
    """Turn to the page's window for a second or so: a page that has just asked does not ask again at once."""
    await page.evaluate("""() => {
      const turning = setInterval(() => dispatchEvent(new Event("focus")), 50);
      setTimeout(() => clearInterval(turning), 1200);
    }""")
