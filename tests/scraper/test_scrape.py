"""One scrape ends in an outcome, whatever goes wrong inside it."""

import contextlib

import pytest
from rendering import captured

from services.scraper.extract.snapshot import extract
from services.scraper.judging.settle import Seen
from services.scraper.visiting import scrape as scrape_module
from services.scraper.visiting.scrape import scrape
from shared.clock import SystemClock


class OddVisit:
    """A look at a page of which nobody thought."""

    login_ends = None

    def __init__(self, *_: object) -> None:
        pass

    async def read(self):
        raise KeyError("resets")


@contextlib.asynccontextmanager
async def no_browser(_settings):
    yield None


async def test_a_fault_of_our_own_is_an_outcome_and_not_the_end_of_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scrape_module, "Visit", OddVisit)
    monkeypatch.setattr(scrape_module, "open_page", no_browser)
    outcome = await scrape(None, SystemClock())
    assert (outcome.state, outcome.detail) == ("layout_changed", "reading it failed (KeyError)")
    assert "report this" in outcome.advice


class GoodVisit(OddVisit):
    """A look at a page that is as it should be."""

    async def read(self):
        page = captured("2026-10-products")
        return Seen(page, extract(page, collector="test"))


@contextlib.asynccontextmanager
async def browser_that_hangs(_settings):
    yield None
    raise TimeoutError


async def test_a_reading_that_was_taken_is_not_lost_when_the_browser_does_not_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scrape_module, "Visit", GoodVisit)
    monkeypatch.setattr(scrape_module, "open_page", browser_that_hangs)
    outcome = await scrape(None, SystemClock())
    assert outcome.state == "ok"
    assert outcome.snapshot is not None
