"""Whatever is taken from a page, doubled or moved, no number ever lands in another limit."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import children, doubled, reordered, row_pieces, subtree, without
from rendering import captured, sample_names

from services.scraper.extract.limits import CREDITS, EXPECTED, section
from services.scraper.extract.snapshot import Unreadable, extract

LISTS = {"2026-04-list", "columns-one-missing", "definition-list", "missing-figure-in-list", "turned-round"}
"""Rows without boxes of their own. Put in another order, or without the words that part two of them, they say
something else, and nothing on the page tells."""

CONTEXT = {
    "a-notice",
    "carousel",
    "columns",
    "loading-dialog",
    "missing-figure",
    "other-headings",
    "two-dialogs",
    "unknown-age",
    "what-is-left",
    "what-is-left-unsaid",
}
"""Pages on which a few words say that a figure is not the limit's: without them it looks as if it were."""

PAGES = {name: msgspec.structs.replace(captured(name), answers=[]) for name in sample_names()}
PAGES = {name: page for name, page in PAGES.items() if len(page.pieces) > 1}
PLAIN = sorted(PAGES.keys() - CONTEXT)
ROWS = sorted(PAGES.keys() - CONTEXT - LISTS)


def numbers(page):
    """The percentages by limit, of what the page alone says."""
    read = extract(page, collector="test")
    if isinstance(read, Unreadable):
        return {}
    weekly = read.weekly_limits
    readings = {"session": read.current_session, "weekly": weekly and weekly.all_models}
    readings |= {"weekly:sonnet": weekly and weekly.sonnet_only}
    readings |= {f"weekly:{name}": one for name, one in ((weekly and weekly.scoped) or {}).items()}
    found = {
        limit: reading.percentage_shown or reading.percentage_used
        for limit, reading in readings.items()
        if reading
    }
    return found | ({CREDITS: read.credits.percentage_used} if read.credits else {})


TRUTH = {name: numbers(page) for name, page in PAGES.items()}


def assert_nothing_wrong(page, name):
    wrong = {
        limit: (value, TRUTH[name].get(limit))
        for limit, value in numbers(page).items()
        if value not in {TRUTH[name].get(limit), None}
    }
    assert not wrong


@pytest.mark.parametrize("name", [name for name in PAGES if TRUTH[name]])
def test_without_one_section_the_others_are_right_and_it_has_its_reason(name):
    for limit in TRUTH[name]:
        page = without(PAGES[name], row_pieces(PAGES[name], limit))
        found, expected = numbers(page), {one: TRUTH[name][one] for one in TRUTH[name] if one != limit}
        read = extract(page, collector="test")
        if isinstance(read, Unreadable):
            assert not {*expected} & {*EXPECTED}
            assert section(limit) in read.reasons
            continue
        assert found == expected
        if limit in EXPECTED:
            assert read.is_partial
            assert section(limit) in read.extraction_errors


@pytest.mark.parametrize("name", PLAIN)
def test_taking_any_one_thing_away_makes_no_number_wrong(name):
    page = PAGES[name]
    if name not in LISTS:
        for element in range(len(page.elements)):
            assert_nothing_wrong(without(page, subtree(page, element)), name)
    if name not in {"turned-round", "columns-one-missing", "missing-figure-in-list"}:
        for place in range(len(page.pieces)):
            assert_nothing_wrong(without(page, {place}), name)


@pytest.mark.parametrize("name", ROWS)
def test_taking_any_two_pieces_away_makes_no_number_wrong(name):
    page = PAGES[name]
    for one in range(len(page.pieces)):
        for other in range(one):
            assert_nothing_wrong(without(page, {one, other}), name)


@given(st.data())
@settings(max_examples=1000)
def test_doubling_and_reordering_boxes_makes_no_number_wrong(data):
    name = data.draw(st.sampled_from(ROWS))
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
@settings(max_examples=1000)
def test_taking_many_boxes_away_makes_no_number_wrong(data):
    name = data.draw(st.sampled_from(ROWS))
    page = PAGES[name]
    boxes = [one for one in range(len(page.elements)) if len(subtree(page, one)) > 1]
    for element in data.draw(st.sets(st.sampled_from(boxes), min_size=1, max_size=4)):
        page = without(page, subtree(page, element))
    assert_nothing_wrong(page, name)
