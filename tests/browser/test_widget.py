"""The widget: figures in a frame of another site, with the key behind the # of its address and no cookie."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Request, expect

from tests.browser.snapshots import lifelike, moment, with_session
from tests.browser.stage import KEY, ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ELSEWHERE = "http://localhost:9/"
"""Another site than the receiver's 127.0.0.1; nothing listens there, the test answers."""


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    await context.grant_permissions(
        ["local-network-access"]
    )  # Chromium asks before it frames a local address
    yield await context.new_page()
    await context.close()


def address(receiver: ReceiverProcess, more: str = "", key: str = KEY) -> str:
    return f"{receiver.url}/widget#key={quote(key, safe='')}{more}"


async def frame(page: Page, source: str) -> None:
    html = f'<!doctype html><title>Elsewhere</title><iframe src="{source}" width="300" height="400"></iframe>'
    await page.route(ELSEWHERE, lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.goto(ELSEWHERE)


async def test_another_sites_page_shows_the_figures_and_gets_no_cookie(
    page: Page, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks what it is given
    await frame(page, address(receiver))
    inside = page.frame_locator("iframe")
    await expect(inside.locator('[data-limit="session"] .number')).to_have_text("47 %")
    await expect(inside.locator('[data-limit="weekly:sonnet"] .number')).to_have_text("93 %")
    await expect(inside.locator(".foot")).to_have_text("Read 3 min ago")
    assert await page.context.cookies() == []
    assert not any(KEY in request.url or quote(KEY) in request.url.partition("#")[0] for request in asked)


async def test_another_sites_page_cannot_frame_anything_else(page: Page, receiver: ReceiverProcess) -> None:
    for path in ("/login", "/"):
        await page.unroute_all()
        async with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            await frame(page, receiver.url + path)


async def test_only_the_limits_that_are_wished_are_shown_and_markup_stays_text(
    page: Page, receiver: ReceiverProcess
) -> None:
    snapshot = lifelike()
    snapshot["weeklyLimits"]["scoped"] = {
        "fable": {"percentageUsed": 3, "label": "<img src=x onerror=alert(1)>"}
    }
    receiver.post(snapshot)
    await page.goto(address(receiver, "&limit=weekly&limit=weekly:fable"))
    await expect(page.locator("section")).to_have_count(2)
    await expect(page.locator('[data-limit="weekly:fable"] h2')).to_have_text("<img src=x onerror=alert(1)>")
    assert await page.locator("main img").count() == 0


async def test_in_a_small_frame_the_age_stays_in_sight(page: Page, receiver: ReceiverProcess) -> None:
    receiver.post(lifelike())
    await page.set_viewport_size({"width": 300, "height": 160})
    await page.goto(address(receiver))
    await expect(page.locator("section")).to_have_count(5)
    await expect(page.locator(".foot")).to_be_in_viewport(ratio=1)


async def test_a_wish_for_a_limit_that_there_is_not_is_told(page: Page, receiver: ReceiverProcess) -> None:
    receiver.post(lifelike())
    await page.goto(address(receiver, "&limit=sesion&limit=weekly"))
    await expect(page.locator("section")).to_have_count(1)
    await expect(page.locator("#widget")).to_contain_text(
        "No limit here is “sesion”: there is session, weekly,"
    )
    await page.evaluate("location.hash += '&limit=session'")
    await page.evaluate("location.hash = location.hash.replace('limit=sesion&', '')")
    await expect(page.locator("section")).to_have_count(2)
    await expect(page.locator(".strange")).to_have_count(0)


async def test_a_receiver_that_went_away_and_a_key_that_is_none_are_told(
    page: Page, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    await page.clock.install()
    await page.goto(address(receiver))
    await expect(page.locator('[data-limit="session"] .number')).to_have_text("47 %")
    receiver.kill()
    await page.clock.fast_forward(15_000)
    await expect(page.locator(".foot")).to_have_text(
        "Not live. Read 3 min ago. The receiver does not answer."
    )
    await expect(page.locator('[data-limit="session"] .number')).to_have_text("47 %")
    receiver.start()
    receiver.post(with_session(percentageUsed=48) | {"lastUpdated": moment(-timedelta(minutes=1))})
    await page.clock.fast_forward(15_000)
    await expect(page.locator('[data-limit="session"] .number')).to_have_text("48 %")
    await page.evaluate("location.hash = '#key=wrong'")
    await expect(page.locator(".foot")).to_contain_text("Not live. This key is not known here.")
    await expect(page.locator("section")).to_have_count(0)
    await page.evaluate("location.hash = ''")
    await expect(page.locator(".foot")).to_contain_text("This card needs a key")


async def test_axe_finds_nothing_in_it(browser: Browser, receiver: ReceiverProcess) -> None:
    receiver.post(lifelike(minutes_old=30))
    context = await browser.new_context(bypass_csp=True)
    page = await context.new_page()
    await page.goto(address(receiver))
    await expect(page.locator("section")).to_have_count(5)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        found = await Axe().run(page)
        assert found.response["violations"] == [], scheme
    await context.close()
