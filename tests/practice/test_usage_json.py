"""The JSON in each of its shapes, made from figures without a server."""

from datetime import UTC, datetime, timedelta

import pytest

from services.practice.eras import ERAS
from services.practice.model import Credits, Figure
from services.practice.usage_json import spend_limit_document, usage_document

NOW = datetime(2026, 11, 22, 10, 0, 12, tzinfo=UTC)
RESET = datetime(2026, 11, 22, 12, 40, tzinfo=UTC)
FIGURES = {
    "session": Figure(percentage=47, resets_at=RESET, state="open"),
    "weekly": Figure(percentage=96, resets_at=RESET + timedelta(days=3), state="open"),
    "weekly:sonnet": Figure(percentage=0, resets_at=None, state="unused"),
    "weekly:fable": Figure(percentage=80, resets_at=RESET + timedelta(days=3), state="open"),
    "credits": Figure(
        percentage=49,
        resets_at=None,
        state="open",
        credits=Credits(used_minor=3831, limit_minor=7800, currency="AUD"),
    ),
}


def shown(slug: str, *without: str):
    return {limit: FIGURES[limit] for limit in ERAS[slug].limits if limit not in without}


def usage(slug: str, *without: str, broken: tuple[str, ...] = ()):
    return usage_document(ERAS[slug], shown(slug, *without, *broken), list(broken), NOW)


def test_the_first_shape_has_utilizations_and_no_money():
    document = usage("2026-02")
    assert document["five_hour"]["utilization"] == 47.0
    assert document["seven_day_sonnet"] == {"utilization": 0.0, "resets_at": None}
    assert document["extra_usage"] == {"utilization": 49.0, "resets_at": None}
    assert document["iguana_necktie"] is None
    assert not {"limits", "spend", "tangelo"} & document.keys()


def test_the_second_shape_has_money_in_minor_units():
    document = usage("2026-06")
    assert document["extra_usage"]["used_credits"] == 3831.0
    assert document["extra_usage"]["monthly_limit"] == 7800
    assert document["cinder_cove"] is None
    assert "limits" not in document


def test_the_third_shape_has_limits_and_leaves_the_model_windows_null():
    document = usage("2026-10")
    assert document["seven_day_sonnet"] is None
    assert [(one["kind"], one["percent"], one["severity"]) for one in document["limits"]] == [
        ("session", 47, "normal"),
        ("weekly_all", 96, "critical"),
        ("weekly_scoped", 80, "warning"),
    ]
    assert document["limits"][2]["scope"]["model"]["display_name"] == "Fable"
    assert [one["is_active"] for one in document["limits"]] == [False, True, False]
    assert document["spend"]["used"] == {"amount_minor": 3831, "currency": "AUD", "exponent": 2}


@pytest.mark.parametrize("slug", ERAS)
def test_a_limit_that_the_account_lacks_is_null_or_absent_never_zero(slug):
    document = usage(slug, "session")
    assert document["five_hour"] is None
    assert "session" not in [one["kind"] for one in document.get("limits", [])]


@pytest.mark.parametrize("slug", ERAS)
def test_a_broken_section_is_there_and_unusable(slug):
    document = usage(slug, broken=("weekly", "credits"))
    assert document["seven_day"]["utilization"] == "n/a"
    assert document["extra_usage"]["utilization"] == "n/a"
    assert document["five_hour"]["utilization"] == 47.0
    if ERAS[slug].shape == 3:
        assert {"kind": "weekly_all", "group": "weekly", "percent": "n/a"} in document["limits"]


def test_reset_times_carry_microseconds_and_drift_by_less_than_a_second():
    drifts = set()
    for second in range(60):
        moment = NOW + timedelta(seconds=second)
        text = usage_document(ERAS["2026-02"], shown("2026-02"), [], moment)["five_hour"]["resets_at"]
        assert len(text) == len("2026-02-09T12:00:00.462679+00:00")
        drifts.add(datetime.fromisoformat(text) - RESET)
    assert len(drifts) > 50
    assert min(drifts) < timedelta() < max(drifts)
    assert max(abs(drift) for drift in drifts) < timedelta(seconds=1)


def test_unlimited_credits_have_no_percentage():
    unlimited = Credits(used_minor=900, limit_minor=None, currency="USD")
    figure = Figure(percentage=None, resets_at=None, state="open", credits=unlimited)
    document = usage_document(ERAS["2026-10"], {"credits": figure}, [], NOW)
    assert document["spend"]["limit"] is None
    assert document["spend"]["percent"] is None
    assert spend_limit_document(figure)["monthly_credit_limit"] is None
    assert spend_limit_document(None)["is_enabled"] is False
