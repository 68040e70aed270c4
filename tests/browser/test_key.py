"""The login: by a link or a typed key, kept by the browser where no script sees it, ended when told or refused."""

import contextlib

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from tests.browser.looking import Looking, cards, link, turn_to
from tests.browser.snapshots import lifelike
from tests.browser.stage import KEY, ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(autouse=True)
def _something_recorded(receiver: ReceiverProcess) -> None:
    receiver.post(lifelike())


async def seen_by_scripts(page: Page) -> list[str]:
    return await page.evaluate(
        "[...Object.values(sessionStorage), ...Object.values(localStorage), document.cookie]"
    )


async def test_a_link_with_the_key_just_works_and_the_key_leaves_the_address(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    page = await looking.open()
    assert (await cards(page))["session"].figure == "47 %"
    assert page.url == f"{receiver.url}/"
    assert await seen_by_scripts(page) == [""]
    (kept,) = await page.context.cookies()
    assert (kept["httpOnly"], kept["sameSite"], kept["path"]) == (True, "Strict", "/")
    assert KEY not in kept["value"]
    await page.reload()
    assert (await cards(page))["session"].figure == "47 %"
    assert all("key" not in request.url.removeprefix(receiver.url) for request in looking.requests)


async def test_a_link_followed_in_an_open_tab_works_too(looking: Looking, receiver: ReceiverProcess) -> None:
    page = await looking.open("/")
    await expect(page.locator("#ask")).to_be_visible()
    await page.evaluate("link => { location.href = link; }", link())
    assert (await cards(page))["session"].figure == "47 %"
    assert page.url == f"{receiver.url}/"
    await page.evaluate("link => { location.href = link; }", link("wrong"))
    await expect(page.get_by_role("alert")).to_contain_text("not known")


async def test_another_tab_is_logged_in_too_and_another_browser_is_not(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    page = await looking.open()
    other = await page.context.new_page()
    await other.goto(receiver.url)
    assert (await cards(other))["session"].figure == "47 %"
    elsewhere = await looking.open("/")
    await expect(elsewhere.get_by_label("Key")).to_be_focused()


async def test_a_typed_key_opens_the_record_and_the_page_says_what_is_kept(looking: Looking) -> None:
    page = await looking.open("/")
    assert page.url.endswith("/login")
    await expect(page.locator("#kept")).to_contain_text("30 days")
    field = page.get_by_label("Key")
    assert await field.get_attribute("type") == "password"
    assert await field.get_attribute("autocomplete") == "current-password"
    await expect(field).to_be_focused()
    await page.keyboard.type(f" {KEY} ")
    await page.keyboard.press("Enter")
    assert (await cards(page))["session"].figure == "47 %"


async def test_a_link_to_a_view_leads_there_after_a_refused_key_and_the_right_one(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    view = "/#/past?account=default&range=30d"
    page = await looking.open(view)
    for key in ("wrong", KEY):
        await page.get_by_label("Key").fill(key)
        await page.get_by_role("button", name="Log in").click()
        await page.locator("#refused, .view-past").first.wait_for()
    assert page.url == receiver.url + view
    await page.context.clear_cookies()
    await turn_to(page)
    await page.get_by_label("Key").fill(KEY)
    await page.keyboard.press("Enter")
    await expect(page.locator(".view-past")).to_be_visible()
    assert page.url == receiver.url + view


async def test_the_login_page_needs_no_scripts(looking: Looking) -> None:
    page = await looking.open("/", java_script_enabled=False)
    await page.get_by_label("Key").fill(KEY)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("button", name="Log out")).to_be_visible()


async def test_a_wrong_key_is_refused_in_words_and_not_kept(looking: Looking) -> None:
    page = await looking.open("/")
    for key in ("wrong", "schlüssel ☃", "   "):
        await page.get_by_label("Key").fill(key)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_contain_text("This key is not known here.")
        await expect(page.get_by_label("Key")).to_be_focused()
        assert await page.context.cookies() == []
    await page.get_by_label("Key").fill(KEY)
    await page.keyboard.press("Enter")
    assert (await cards(page))["session"].figure == "47 %"


async def test_logging_out_takes_the_figures_with_it(looking: Looking) -> None:
    page = await looking.open()
    await cards(page)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("Key")).to_be_focused()
    assert await page.context.cookies() == []
    assert "47" not in await page.locator("body").inner_text()
    await page.go_back()
    await expect(page.get_by_label("Key")).to_be_visible()


async def test_a_login_whose_key_is_refused_later_leads_to_the_login_page(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    page = await looking.open()
    await cards(page)
    receiver.kill()
    receiver.start(key="another-key")
    await turn_to(page)
    await expect(page.get_by_label("Key")).to_be_visible()
    assert await page.locator("#limits > article").count() == 0


async def test_the_policy_lets_neither_inline_code_nor_markup_in(looking: Looking) -> None:
    page = await looking.open()
    for deed in (
        "document.body.innerHTML = '<b>markup</b>'",
        "document.body.setAttribute('onclick', 'document.title = 1')",
        "document.head.append(Object.assign(document.createElement('style'), { textContent: 'b {}' }))",
        "fetch('http://127.0.0.1:1/').catch(() => null)",
        "document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:1/' }))",
    ):
        looking.misdeeds.clear()
        with contextlib.suppress(PlaywrightError):
            await page.evaluate(deed)
        await page.evaluate("new Promise((done) => setTimeout(done, 20))")
        assert looking.misdeeds, deed
    looking.misdeeds.clear()
