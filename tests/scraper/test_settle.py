"""A page has settled when its evidence says so, and old figures are told from new ones."""

from datetime import timedelta

import msgspec
import pytest
from rendering import captured

from services.scraper.extract.captured import Answer
from services.scraper.extract.snapshot import extract
from services.scraper.judging.settle import (
    Progress,
    Seen,
    is_stale,
    moved_on,
    settled,
    verdict,
    wants_refresh,
)


def look(name, **changes):
    page = msgspec.structs.replace(captured(name), **changes)
    return Seen(page, extract(page, collector="test"))


def after(seen, unchanged, *, elapsed=10.0, pending=False):
    return settled(Progress(seen, elapsed, unchanged, pending))


@pytest.mark.parametrize(
    ("seen", "named", "quiet"),
    [
        (look("2026-02-json"), "complete", 0.1),
        (look("disagreement"), "complete", 1.5),
        (look("2026-02-page"), "only_page", 0.4),
        (look("2026-02-page", url="https://claude.ai/new#settings/usage"), "partial", 12),
        (look("french-dialog", url="https://claude.ai/new#settings/usage", answers=[]), "only_page", 0.4),
        (look("2026-07-json-only"), "only_json", 1.5),
        (look("missing-session"), "partial", 12),
        (look("missing-session", answers=[Answer(0, 200)]), "partial", 3),
        (look("unknown-layout"), "nothing", 12),
        (look("unknown-layout", title="Just a moment..."), "challenge", 6),
        (look("unknown-layout", url="https://claude.ai/login"), "login_required", 0.5),
    ],
)
def test_each_kind_of_page_is_given_its_time_to_change(seen, named, quiet):
    assert verdict(seen) == named
    assert not after(seen, quiet - 0.01)
    assert after(seen, quiet)


def test_an_answer_on_its_way_is_waited_for_but_not_for_ever():
    seen = look("2026-02-page")
    assert not after(seen, 5, pending=True)
    assert after(seen, 0, elapsed=25, pending=True)


def test_figures_that_call_themselves_old_or_disagree_ask_for_a_refresh():
    assert wants_refresh(look("hours-old"))
    assert wants_refresh(look("disagreement"))
    assert wants_refresh(look("2026-09-this-week"))
    assert not wants_refresh(look("2026-02-page"))
    assert not wants_refresh(look("unknown-layout"))


def test_figures_older_than_the_bound_are_stale():
    assert is_stale(look("hours-old"))
    assert not is_stale(look("2026-09-this-week"))


def test_growing_older_is_no_effect_of_a_refresh():
    before = look("hours-old")
    later = look("hours-old", taken_at=before.page.taken_at + timedelta(seconds=50))
    assert not moved_on(before, later)


def test_new_figures_a_new_answer_and_an_emptied_page_are_effects_of_a_refresh():
    before = look("hours-old")
    assert moved_on(before, look("2026-02-page"))
    assert moved_on(before, look("unknown-layout"))
    assert moved_on(before, look("hours-old", answers=[Answer(0, 200)]))
