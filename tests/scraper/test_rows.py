"""A number belongs to the label of its own row, or to nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scraper.extract.captured import CapturedPage, Element, Meter, Text
from services.scraper.extract.snapshot import Unreadable, extract

AT = datetime(2026, 10, 14, 9, 20, tzinfo=UTC)
SESSION = ["p:Current session", "p:Resets in 2 hr", "p:20% used"]


def page(tree):
    """Build a captured page from nested lists; `p:text` is a paragraph, `meter:name=value` a meter."""
    elements, pieces = [Element(-1, "body")], []

    def add(node, parent):
        elements.append(Element(parent, "div"))
        own = len(elements) - 1
        if isinstance(node, list):
            for child in node:
                add(child, own)
            return
        kind, _, content = node.partition(":")
        if kind == "meter":
            name, _, value = content.rpartition("=")
            pieces.append(Meter(own, name=name, now=float(value)))
        else:
            pieces.append(Text(own, content, [content]))

    for node in tree:
        add(node, 0)
    return CapturedPage(taken_at=AT, url="", zone="UTC", elements=elements, pieces=pieces)


def weekly(*tree):
    """What is read of the weekly limit, beside a session in a row of its own: its percentage, or the reason."""
    read = extract(page([SESSION, *tree]), collector="test")
    assert not isinstance(read, Unreadable)
    assert read.current_session.percentage_used == 20
    if read.weekly_limits and read.weekly_limits.all_models:
        return read.weekly_limits.all_models.percentage_used
    return read.extraction_errors["weeklyLimits.allModels"]


@pytest.mark.parametrize(
    "row",
    [
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46% used"]],
        [[["p:All models", "p:Resets Sun 3:00 PM"], ["meter:Usage=46", "p:46% used"]]],
        [["p:46% used", ["p:All models", "p:Resets Sun 3:00 PM"]]],
        ["p:All models", "p:Resets Sun 3:00 PM", "p:46% used"],
        ["p:All models", ["p:Resets Sun 3:00 PM", "p:46% used"]],
        [["p:All models", "p:Resets Sun 3:00 PM"], "p:46% used"],
        [["p:All models", "p:Resets Sun 3:00 PM", "meter:All models=46"]],
        ["meter:All models=46", ["p:All models", "p:Resets Sun 3:00 PM"]],
        [["p:All models · Resets Sun 3:00 PM · 46% used"]],
        [["p:This week", "p:All models", "p:Resets Sun 3:00 PM", "p:46% used"]],
    ],
)
def test_a_row_is_read_however_it_is_built(row):
    assert weekly(*row) == 46


@pytest.mark.parametrize(
    "row",
    [
        # Something unknown stands between label and figure in a list without boxes.
        ["p:All models", "p:Your plan has changed.", "p:Resets Sun 3:00 PM", "p:46% used"],
        ["p:All models", "p:Claude Design", "p:Resets Sun 3:00 PM", "p:46% used"],
        # The label has a row of its own; the figure beside it is of another.
        [["p:All models", "p:Resets Sun 3:00 PM"], ["p:Resets Mon 3:00 PM", "p:46% used"]],
        [["p:All models", "p:Resets Sun 3:00 PM"], ["p:46% used"], "p:Claude Design"],
        ["p:All models", ["p:Resets Sun 3:00 PM", "p:Daily"], ["p:46% used", "p:46%"]],
        # A meter that names something else.
        [["p:All models", "p:Resets Sun 3:00 PM", "meter:Claude Code=46"]],
        # A lone number without a reset.
        [["p:All models", "p:46%"]],
        [["p:All models", "meter:Usage=46"]],
        ["p:All models", "p:46% used"],
        # Two figures.
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46% used", "p:64% used"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46% used", "meter:Usage=64"]],
        # Two resets.
        [["p:All models", "p:Resets Sun 3:00 PM", "p:Resets Mon 3:00 PM", "p:46% used"]],
        # A row that says it is untouched, and shows a figure.
        [["p:All models", "p:Starts when a message is sent", "p:46% used"]],
        [["p:All models", "p:You haven't used Sonnet yet", "p:0% used"]],
        # What is left, or of something else, is not what is used.
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46% left over from last week"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46%", "p:left over"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46%", "p:still to come"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46%", "p:of the week has passed"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:46% used", "p:of 5 routine runs"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "meter:Usage=46", "p:Enough for about 4 days."]],
        ["p:Remaining", ["p:All models", "p:Resets Sun 3:00 PM", "p:46%"]],
        ["p:All models", "p:Resets Sun 3:00 PM", "p:46%", "p:Elapsed"],
        # A figure whose beginning stands in the box before it.
        [["p:All models", "p:Resets Sun 3:00 PM", "p:4", "p:6", "p:%", "p:used"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:4", "p:6% used"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:<", "p:1% used"]],
        [["p:All models", "p:Resets Sun 3:00 PM", "p:<1% used"]],
        # A figure before its label in a list.
        ["p:46% used", "p:All models", "p:Resets Sun 3:00 PM"],
    ],
)
def test_a_row_that_may_be_misread_is_refused_with_a_reason(row):
    assert isinstance(weekly(*row), str)


def test_a_session_s_row_with_a_week_s_reset_is_refused():
    read = extract(page([["p:Current session", "p:Resets Sun 3:00 PM", "p:46% used"]]), collector="test")
    assert "not one this limit can have" in read.reasons["currentSession"]


def test_how_old_the_figures_are_is_not_lost_by_what_stands_beside_it():
    age = [["p:Last updated: 22 hours ago", "p:sync"]]
    read = extract(page([SESSION, *age]), collector="test")
    assert read.last_updated == AT - timedelta(hours=22)


def test_a_label_that_goes_on_in_the_next_box_is_another_label():
    rows = [["p:All models", "p:on mobile", "p:Resets Sun 3:00 PM", "p:46% used"]]
    assert isinstance(weekly(*rows), str)


def test_of_two_rows_of_a_limit_the_readable_one_is_not_taken_for_the_other():
    rows = ["p:All models", "p:Resets Sun 3:00 PM"], ["p:All models", "p:Resets Mon 3:00 PM", "p:46% used"]
    assert isinstance(weekly(*rows), str)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["p:Saga this week", "p:Resets Sun 3:00 PM", "p:5% used"], {"saga": 5}),
        (["p:Fable 5", "p:Resets Sun 3:00 PM", "p:5% used"], {"fable": 5}),
        (["p:Chats this week", "p:5% used"], None),
        (["p:Fable", "p:5%"], None),
        (["p:Fable"], None),
    ],
)
def test_a_model_s_row_needs_a_reset_to_be_one(row, found):
    read = extract(page([SESSION, row]), collector="test")
    scoped = read.weekly_limits and read.weekly_limits.scoped
    assert (scoped and {name: reading.percentage_used for name, reading in scoped.items()}) == found
