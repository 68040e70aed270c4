"""Pages and servers that misbehave end in their own state, with its code and its advice, within bounds."""

import asyncio
import time

import msgspec
import pytest
from odd_server import odd_server
from practice import Console, Scraper
from rendering import captured

from services.scraper.extract.captured import Answer, Text
from services.scraper.extract.snapshot import extract
from services.scraper.judging.judging import judge
from services.scraper.judging.session import is_elsewhere
from services.scraper.judging.settle import Seen, better

LONGEST = 90
"""Seconds; a page is waited for 25 at most, the rest is for a busy machine."""


async def once(tmp_path, name):
    async with odd_server() as address:
        scraper = Scraper(tmp_path / "state", Console(0), SCRAPER_USAGE_URL=f"{address}/{name}")
        started = time.monotonic()
        code, said = await asyncio.to_thread(scraper.run, "once")
        assert time.monotonic() - started < LONGEST
    return scraper, code, said


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("download", 6, "sends a file to download"),
        ("loop", 6, "ERR_TOO_MANY_REDIRECTS"),
        ("ping", 6, "from page to page"),
        ("bad-gateway", 6, "502"),
        ("cut", 6, "the page did not arrive"),
        ("reset", 6, "ERR_"),
        ("empty", 5, "changed"),
        ("spinner", 6, "the figures that the page asked for did not arrive"),
        ("never-ends", 6, "the page did not arrive"),
        ("login", 3, "services.scraper login"),
        ("garbled", 5, "own scripts"),
        ("sent-on", 5, "not the usage page"),
    ],
)
async def test_each_trouble_is_told_apart(tmp_path, name, code, said):
    _, ended, printed = await once(tmp_path, name)
    assert (ended, said in printed) == (code, True), printed
    assert "Traceback" not in printed


@pytest.mark.browser
async def test_a_page_that_nags_and_opens_windows_is_read_all_the_same(tmp_path):
    scraper, code, said = await once(tmp_path, "nagging")
    assert code == 0, said
    assert scraper.last()["currentSession"]["percentageUsed"] == 47


@pytest.mark.browser
async def test_a_page_that_arrives_slowly_is_read_to_its_end(tmp_path):
    scraper, code, said = await once(tmp_path, "drip")
    assert code == 0, said
    assert scraper.last()["weeklyLimits"]["sonnetOnly"]["percentageUsed"] == 10
    assert "isPartial" not in scraper.last()


PAGE = captured("2026-02-page")


def seen(**changes):
    page = msgspec.structs.replace(PAGE, **changes)
    return Seen(page, extract(page, collector="x"))


FAILED = [Answer(organization=0, status=500)]


def test_figures_beside_a_failed_call_carry_the_doubt():
    outcome = judge(seen(answers=FAILED))
    assert outcome.state == "ok"
    assert "HTTP 500" in outcome.snapshot.disagreements[-1]


def test_figures_beside_a_call_that_was_refused_are_not_of_now():
    assert judge(seen(answers=[Answer(organization=0, status=401)])).state == "login_required"


@pytest.mark.parametrize(
    ("here", "elsewhere"),
    [
        ("https://claude.ai/settings/usage", False),
        ("https://claude.ai/settings/usage/", False),
        ("https://claude.ai/new#settings/usage", False),
        ("https://claude.ai/", True),
        ("https://claude.ai/new", True),
        ("https://example.org/settings", True),
    ],
)
def test_where_the_browser_was_sent_is_the_usage_page_or_not(here, elsewhere):
    assert is_elsewhere("https://claude.ai/settings/usage", here) == elsewhere


def test_zeros_beside_a_failed_call_are_placeholders():
    zeros = [
        msgspec.structs.replace(piece, text=piece.text.replace(piece.text.split("%")[0], "0"))
        if isinstance(piece, Text) and piece.text.endswith("% used")
        else piece
        for piece in PAGE.pieces
    ]
    assert judge(seen(pieces=zeros)).state == "ok"
    assert judge(seen(pieces=zeros, answers=FAILED)).state == "network"


def test_a_page_cut_off_after_its_first_rows_is_partial_and_says_so():
    outcome = judge(seen(unfinished="document"))
    assert outcome.state == "partial"
    assert "page" in outcome.snapshot.extraction_errors


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"url": "https://claude.ai/login"}, "login_required"),
        ({"url": "https://claude.ai/app-unavailable-in-region"}, "region_blocked"),
        ({"mitigated": "challenge", "status": 403}, "challenge"),
    ],
)
def test_figures_on_a_door_are_nobodys(changes, state):
    assert judge(seen(**changes)).state == state


def test_a_page_that_fails_over_refresh_takes_nothing_back():
    before, gone = seen(), seen(pieces=[], elements=[])
    assert better(before, gone) is before
    login = seen(pieces=[], elements=[], url="https://claude.ai/login")
    assert better(before, login) is login
