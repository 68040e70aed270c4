"""One scrape ends in an outcome, whatever goes wrong inside it."""

import contextlib

import pytest

from services.scraper import scrape as scrape_module
from services.scraper.scrape import scrape
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
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scrape_module, "Visit", OddVisit)
    monkeypatch.setattr(scrape_module, "open_page", no_browser)
    outcome = await scrape(None, SystemClock())
    assert (outcome.state, outcome.detail) == ("layout_changed", "reading it failed (KeyError)")
    assert "report this" in outcome.advice
