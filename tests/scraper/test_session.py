"""Doors are told apart by evidence, and never mix."""

from datetime import UTC, datetime

import pytest

from services.scraper.extract.captured import Answer, CapturedPage, Element, Text
from services.scraper.judging.session import door_of


def page(
    *texts, url="https://claude.ai/settings/usage", title="Claude", status=200, mitigated="", answers=()
):
    return CapturedPage(
        taken_at=datetime(2026, 11, 22, tzinfo=UTC),
        url=url,
        title=title,
        status=status,
        mitigated=mitigated,
        elements=[Element(-1, "body")],
        pieces=[Text(0, text) for text in texts],
        answers=list(answers),
    )


@pytest.mark.parametrize(
    ("seen", "door"),
    [
        (page(url="https://claude.ai/login"), "login_required"),
        (page("Log in to Claude", "Continue with Google", "Continue with email"), "login_required"),
        (page("Continue with Google", "CONTINUE WITH EMAIL"), "login_required"),
        (page(answers=[Answer(0, 401)]), "login_required"),
        (page(title="Just a moment..."), "challenge"),
        (page("Performing security verification"), "challenge"),
        (page(status=403, mitigated="challenge"), "challenge"),
        (page(answers=[Answer(0, 403, mitigated="challenge")]), "challenge"),
        (page(url="https://claude.ai/login", title="Just a moment…"), "challenge"),
        (page(url="https://claude.ai/app-unavailable-in-region"), "region_blocked"),
        (page(status=503), "network"),
        (page(status=429), "network"),
        (page(answers=[Answer(0, 500)]), "network"),
        (page("Continue with Google", "Allowance"), None),
        (page("Allowance"), None),
        (page(status=404), None),
        (page(url="https://claude.ai/settings/login-history"), None),
    ],
)
def test_what_stands_before_the_page_is_named(seen, door):
    assert door_of(seen) == door
