"""Each layout in a real browser: what it shows equals what the console says it shows."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from services.scraper.browsing.chromium import find_browser, launch_flags, running_as_root

pytestmark = pytest.mark.browser

ERAS = ["2026-02", "2026-04", "2026-06", "2026-07", "2026-09", "2026-10"]
ZONE = "America/New_York"
OLD_LABELS = {"weekly": "All models", "weekly:sonnet": "Sonnet only", "weekly:fable": "Fable"}
NEW_LABELS = {"weekly": "This week", "weekly:fable": "Fable this week"}
FIGURES = {
    "session": {"percentage": 47, "resetsInMinutes": 162},
    "weekly": {"percentage": 31, "resetsInMinutes": 4321},
    "weekly:sonnet": {"percentage": 10, "resetsInMinutes": 938},
    "weekly:fable": {"percentage": 88, "resetsInMinutes": 4321},
    "credits": {"used": 38.31, "limit": 78, "currency": "AUD"},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=find_browser(None), args=launch_flags(as_root=running_as_root())
        )
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, served) -> Iterator[Callable[..., Page]]:
    """Open the usage page in a new browser profile and wait for its figures."""
    contexts = []

    def opening(path: str = "/settings/usage", zone: str = ZONE, awaits: str = "% used") -> Page:
        context = browser.new_context(timezone_id=zone, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.goto(served.url + path)
        if awaits:
            page.get_by_text(awaits).locator("visible=true").first.wait_for()
        return page

    yield opening
    for context in contexts:
        context.close()


def lines(page: Page) -> list[str]:
    """What a person sees, line by line, with plain blanks."""
    text = page.inner_text("#usage").replace("\u00a0", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def row(page: Page, label: str) -> tuple[str, str]:
    """The two lines below a label: when it resets, and how much is used."""
    seen = lines(page)
    at = seen.index(label)
    return seen[at + 1], seen[at + 2]


def label_of(limit: str, era: str) -> str:
    return (
        "Current session" if limit == "session" else (NEW_LABELS if era >= "2026-09" else OLD_LABELS)[limit]
    )


def reset_words(limit: str, era: str, now: datetime, resets_at: datetime) -> str:
    """What the page must say, worked out anew."""
    there = resets_at.astimezone(ZoneInfo(ZONE))
    clock = f"{there:%I:%M %p}".lstrip("0")
    minutes = -int((now - resets_at).total_seconds() // 60)
    relative = f"Resets in {minutes // 60} hr {minutes % 60} min"
    if era < "2026-09":
        return relative if limit == "session" or minutes < 24 * 60 else f"Resets {there:%a} {clock}"
    if limit == "session":
        return f"Resets {there:%a} {clock}" if era == "2026-09" else f"Resets at {clock}"
    long = f"Resets {there:%A} {clock}"
    return f"Separate weekly limit for Fable · {long}" if limit == "weekly:fable" else long


def assert_rows_are_the_state(page: Page, served, before: datetime) -> None:
    state = served.state()
    for limit, figure in state["shown"].items():
        if limit == "credits":
            continue
        reset, used = row(page, label_of(limit, state["era"]))
        assert used == f"{figure['percentage']}% used"
        if figure["state"] == "open":
            resets_at = datetime.fromisoformat(figure["resetsAt"])
            moments = (before, datetime.now(UTC))  # a minute may have passed since the page was drawn
            assert reset in {reset_words(limit, state["era"], now, resets_at) for now in moments}


@pytest.mark.parametrize("era", ERAS)
def test_each_era_shows_the_figures_of_the_state(open_page, served, era):
    served.put(era=era, figures=FIGURES)
    before = datetime.now(UTC)
    page = open_page()
    assert_rows_are_the_state(page, served, before)
    assert page.url.endswith("/settings/usage" if era < "2026-06" else "/new#settings/usage")
    assert "A$38.31 spent" in lines(page)
    assert re.search(r"^(less than a minute ago|just now)", " ".join(lines(page)).split("Last updated: ")[1])
    markup = page.inner_html("body")
    assert "data-row" not in markup, "nothing of the template is left"
    assert "{" not in markup


def test_the_model_s_figures_reach_the_page_too(open_page, served):
    for _ in range(2):  # a second look when the five-minute mark passed during the first
        before, page, now = served.state()["shown"], open_page(), datetime.now(UTC)
        if before == served.state()["shown"]:
            break
    assert_rows_are_the_state(page, served, now)


@pytest.mark.parametrize("era", ["2026-06", "2026-07", "2026-09", "2026-10"])
def test_meters_carry_the_same_numbers_as_the_text(open_page, served, era):
    served.put(era=era, figures=FIGURES)
    page = open_page()
    role = "progressbar" if era == "2026-06" else "meter"
    meters = page.locator(f"[role={role}]").locator("visible=true")
    values = [meter.get_attribute("aria-valuenow") for meter in meters.all()]
    shown = [str(figure["percentage"]) for figure in served.state()["shown"].values()]
    assert [value for value in values if value in shown] == shown
    if role == "meter":
        name = meters.first.get_attribute("aria-labelledby")
        assert page.locator(f"#{name}").inner_text() == "Current session"


@pytest.mark.parametrize("era", ["2026-07", "2026-10"])
def test_a_hidden_copy_of_the_dialog_has_other_numbers(open_page, served, era):
    served.put(era=era, figures=FIGURES)
    page = open_page()
    dialogs = page.locator("[role=dialog]")
    assert [dialog.is_visible() for dialog in dialogs.all()] == [False, True]
    hidden = dialogs.first.text_content()
    assert "Current session" in hidden
    assert "47% used" not in hidden
    assert "31% used" not in hidden


@pytest.mark.parametrize("era", ["2026-02", "2026-07", "2026-10"])
def test_rows_say_when_nothing_is_open_or_used_and_go_when_they_do_not_exist(open_page, served, era):
    model = "weekly:sonnet" if era == "2026-02" else "weekly:fable"
    served.put(era=era, figures={"session": {"state": "idle"}, model: {"state": "unused"}, "credits": None})
    page = open_page()
    assert row(page, "Current session") == ("Starts when a message is sent", "0% used")
    unused = {"2026-02": "You haven't used Sonnet yet"}.get(era, "You haven\u2019t used Fable yet")
    assert row(page, label_of(model, era)) == (unused, "0% used")
    assert not any("spent" in line or "credits" in line for line in lines(page))
    served.put(figures={"weekly": None, "session": {"percentage": 3}})
    assert label_of("weekly", era) not in lines(open_page())


@pytest.mark.parametrize("json", [True, False])
def test_a_stale_page_is_mended_by_its_button_and_not_by_a_reload(open_page, served, json):
    figures = {"session": {"percentage": 17, "resetsInMinutes": 60}}
    served.put(era="2026-02", figures=figures, stale="until_refresh", json=json)
    page = open_page()
    for _ in range(2):
        page.get_by_text("Last updated: 22 hours ago").wait_for()
        reset, used = row(page, "Current session")
        assert used == "10% used"
        assert reset in {"Resets in 1 hr 0 min", "Resets in 59 min"}, "counted from when it was measured"
        page.reload()
    page.get_by_role("button", name="Refresh usage limits").click()
    page.get_by_text("Last updated: just now").wait_for()
    assert row(page, "Current session")[1] == "17% used"


def test_the_refresh_button_of_october_is_called_refresh(open_page, served):
    served.put(stale="until_refresh", staleMinutes=3)
    page = open_page()
    assert "Last updated: 3 minutes ago" in lines(page)
    page.get_by_role("button", name="Refresh", exact=True).click()
    page.get_by_text("Last updated: just now").wait_for()


@pytest.mark.parametrize(("json", "calls"), [(True, 1), (False, 0)])
def test_without_json_a_page_shows_its_figures_and_fetches_none(browser, served, json, calls):
    served.put(era="2026-02", json=json, figures=FIGURES)
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.url}/settings/usage")
    page.get_by_text("47% used").wait_for()
    page.close()
    assert sum(url.endswith("/usage") and "/api/" in url for url in asked) == calls


def test_slow_figures_are_not_there_at_first(open_page, served):
    served.put(delaySeconds=1)
    page = open_page(awaits="")
    page.wait_for_timeout(600)
    assert "% used" not in page.inner_text("#usage")
    page.get_by_text("% used").locator("visible=true").first.wait_for()


def test_a_broken_section_is_left_out_and_the_rest_stays(open_page, served):
    served.put(broken=["weekly"], figures=FIGURES)
    page = open_page()
    assert "This week" not in lines(page)
    assert row(page, "Current session")[1] == "47% used"


def test_an_unknown_layout_has_no_label_that_anybody_knows(open_page, served):
    served.put(layout="unknown")
    text = " ".join(lines(open_page(awaits="Sprint")))
    assert not re.search(r"session|week|models|Fable|used|%", text, re.IGNORECASE)


def test_a_failing_json_is_told_on_the_page(open_page, served):
    served.put(status={"api": 500})
    page = open_page(awaits="Something went wrong")
    assert "used" not in page.inner_text("#usage")


def test_times_are_the_viewer_s(open_page, served):
    served.put(figures={"session": {"percentage": 5, "resetsAt": "2026-11-22T18:30:00Z"}})
    assert row(open_page(zone="America/New_York"), "Current session")[0] == "Resets at 1:30 PM"
    assert row(open_page(zone="Asia/Tokyo"), "Current session")[0] == "Resets at 3:30 AM"


def test_a_person_logs_in_once_and_comes_back_to_the_page(open_page, served):
    served.put(access="login")
    page = open_page(awaits="Log in to Claude")
    page.get_by_role("button", name="Continue with email").click()
    page.get_by_text("Current session").locator("visible=true").wait_for()
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    days = (cookie["expires"] - datetime.now(UTC).timestamp()) / 86_400
    assert 27.9 < days < 28.1
    page.goto(f"{served.url}/settings/usage")
    page.get_by_text("Current session").locator("visible=true").wait_for()
