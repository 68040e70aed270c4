"""Whatever is taken from a page, doubled or moved, no number ever lands in another limit."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import children, doubled, reordered, subtree, without
from rendering import SAMPLES, captured, sample_names

from services.scraper.extract.snapshot import Unreadable, extract

AMBIGUOUS = {"columns", "columns-one-missing", "missing-figure", "missing-figure-in-list", "two-dialogs"}
"""Pages that lack something already: one more loss makes them look like whole pages with other numbers."""

LISTS = {"2026-04-list", "definition-list", "nested-rows"}
"""Rows without boxes of their own: put in another order, or with much taken away, they say something else."""

PAGES = {
    name: msgspec.structs.replace(captured(name), answers=[])
    for name in sample_names()
    if name not in AMBIGUOUS and (SAMPLES / name / "page.html").exists()
}
BOXED = [name for name in PAGES if name not in LISTS]


def numbers(page):
    """The percentages by limit, of what the page alone says."""
    read = extract(page, collector="test")
    if isinstance(read, Unreadable):
        return {}
    weekly = read.weekly_limits
    readings = {"session": read.current_session, "weekly": weekly and weekly.all_models}
    readings |= {"sonnet": weekly and weekly.sonnet_only} | ((weekly and weekly.scoped) or {})
    found = {
        limit: reading.percentage_shown or reading.percentage_used
        for limit, reading in readings.items()
        if reading
    }
    return found | ({"credits": read.credits.percentage_used} if read.credits else {})


def assert_nothing_wrong(page, name):
    truth, found = numbers(PAGES[name]), numbers(page)
    wrong = {
        limit: (value, truth.get(limit))
        for limit, value in found.items()
        if value not in {truth.get(limit), None}
    }
    assert not wrong


@pytest.mark.parametrize("name", PAGES)
def test_taking_any_one_thing_away_makes_no_number_wrong(name):
    page = PAGES[name]
    for element in range(len(page.elements)):
        assert_nothing_wrong(without(page, subtree(page, element)), name)
    for place in range(len(page.pieces)):
        assert_nothing_wrong(without(page, {place}), name)


@pytest.mark.parametrize("name", PAGES)
def test_taking_any_two_pieces_away_makes_no_number_wrong(name):
    page = PAGES[name]
    for one in range(len(page.pieces)):
        for other in range(one):
            assert_nothing_wrong(without(page, {one, other}), name)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_doubling_and_reordering_boxes_makes_no_number_wrong(data):
    name = data.draw(st.sampled_from(BOXED))
    page = PAGES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()):
            seen = [one for one in range(len(page.elements)) if subtree(page, one)]
            page = doubled(page, data.draw(st.sampled_from(seen)))
            continue
        containers = [one for one in range(len(page.elements)) if len(children(page, one)) > 1]
        if containers:
            container = data.draw(st.sampled_from(containers))
            page = reordered(page, container, data.draw(st.permutations(children(page, container))))
    assert_nothing_wrong(page, name)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_taking_many_boxes_away_makes_no_number_wrong(data):
    name = data.draw(st.sampled_from(sorted(PAGES)))
    page = PAGES[name]
    boxes = [one for one in range(len(page.elements)) if len(subtree(page, one)) > 1]
    for element in data.draw(st.sets(st.sampled_from(boxes), min_size=1, max_size=4)):
        page = without(page, subtree(page, element))
    assert_nothing_wrong(page, name)
