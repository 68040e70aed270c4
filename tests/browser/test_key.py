"""The key: taken from a link or typed, kept in the tab, forgotten when told or refused, shown to nobody else."""

import contextlib

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from tests.browser.looking import Looking, cards, link, refresh
from tests.browser.snapshots import lifelike
from tests.browser.stage import KEY, ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(autouse=True)
def _something_recorded(receiver: ReceiverProcess) -> None:
    receiver.post(lifelike())


async def stored(page: Page) -> list[str]:
    return await page.evaluate(
        "[...Object.values(sessionStorage), ...Object.values(localStorage), document.cookie]"
    )


async def test_a_link_with_the_key_just_works_and_the_key_leaves_the_address(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    page = await looking.open()
    assert (await cards(page))["session"].figure == "47 %"
    assert page.url == f"{receiver.url}/"
    assert await page.evaluate("history.length") <= 2
    assert await stored(page) == [KEY, ""]
    await page.reload()
    assert (await cards(page))["session"].figure == "47 %"
    assert all("key" not in request.url.removeprefix(receiver.url) for request in looking.requests)


async def test_a_link_followed_in_an_open_tab_works_too(looking: Looking, receiver: ReceiverProcess) -> None:
    page = await looking.open("/")
    await expect(page.locator("#ask")).to_be_visible()
    await page.evaluate("link => { location.href = link; }", link())
    assert (await cards(page))["session"].figure == "47 %"
    assert page.url == f"{receiver.url}/"


async def test_another_tab_asks_for_the_key_itself(looking: Looking, receiver: ReceiverProcess) -> None:
    page = await looking.open()
    other = await page.context.new_page()
    await other.goto(receiver.url)
    await expect(other.get_by_label("Key")).to_be_focused()


async def test_a_typed_key_opens_the_record_and_the_page_says_where_it_is_kept(looking: Looking) -> None:
    page = await looking.open("/")
    await expect(page.locator("#kept")).to_contain_text("session storage")
    field = page.get_by_label("Key")
    assert await field.get_attribute("type") == "password"
    assert await field.get_attribute("autocomplete") == "current-password"
    await expect(field).to_be_focused()
    await page.keyboard.type(f" {KEY} ")
    await page.keyboard.press("Enter")
    assert (await cards(page))["session"].figure == "47 %"
    await expect(page.locator("#ask")).to_be_hidden()
    await expect(page.locator("#now")).to_be_focused()
    await expect(page.locator("footer")).to_contain_text("kept in this tab only")


WRONG = [("wrong", "This key is not known here."), ("schlüssel ☃", "plain letters"), ("   ", "plain letters")]


async def test_a_wrong_key_is_refused_in_words_and_not_kept(looking: Looking) -> None:
    page = await looking.open("/")
    for key, said in WRONG:
        await page.get_by_label("Key").fill(key)
        await page.get_by_role("button", name="Show figures").click()
        await expect(page.get_by_role("alert")).to_contain_text(said)
        await expect(page.get_by_label("Key")).to_be_focused()
        assert await stored(page) == [""]
    await page.get_by_label("Key").fill(KEY)
    await page.keyboard.press("Enter")
    assert (await cards(page))["session"].figure == "47 %"


async def test_a_forgotten_key_takes_the_figures_with_it(looking: Looking) -> None:
    page = await looking.open()
    await cards(page)
    await page.get_by_role("button", name="Forget key").click()
    await expect(page.get_by_label("Key")).to_be_focused()
    assert await stored(page) == [""]
    assert await page.locator("#limits > article").count() == 0
    assert "47" not in await page.locator("body").inner_text()
    assert await page.title() == "Marigraph"
    await page.reload()
    await expect(page.get_by_label("Key")).to_be_visible()


async def test_a_key_that_is_refused_later_is_forgotten(looking: Looking, receiver: ReceiverProcess) -> None:
    page = await looking.open()
    await cards(page)
    receiver.kill()
    receiver.start(key="another-key")
    await refresh(page)
    await expect(page.get_by_role("alert")).to_contain_text("not known")
    assert await stored(page) == [""]
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
