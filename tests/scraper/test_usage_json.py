"""The JSON is read section by section, and null is never 0."""

import pytest

from services.scraper.extract.usage_json import read_json

AT = "2026-10-14T12:00:00Z"


def percentages(data):
    return {limit: reading.percentage_used for limit, reading in read_json(data).readings.items()}


def entry(kind, percent, **more):
    return {"kind": kind, "percent": percent, "resets_at": AT, **more}


def scoped(name, percent):
    return entry(
        "weekly_scoped", percent, scope={"model": {"id": None, "display_name": name}, "surface": None}
    )


def test_the_list_goes_before_the_older_keys():
    data = {
        "limits": [entry("session", 31)],
        "five_hour": {"utilization": 30.6},
        "seven_day": {"utilization": 7.5},
    }
    assert percentages(data) == {"session": 31, "weekly": 7.5}
    assert read_json(data).notes == []


def test_a_list_and_an_older_key_that_differ_are_noted():
    data = {"limits": [entry("session", 31)], "five_hour": {"utilization": 45}}
    assert percentages(data) == {"session": 31}
    assert read_json(data).notes == ["currentSession: session says 31, five_hour 45"]


@pytest.mark.parametrize(
    "data",
    [
        {"five_hour": None, "seven_day": None, "limits": []},
        {"five_hour": {"utilization": None, "resets_at": None}},
        {"limits": [entry("session", None), entry("weekly_all", -1)]},
        {"five_hour": {"utilization": "0"}},
        {"five_hour": {"utilization": True}},
        {"limits": [{"kind": "session"}]},
        {"limits": None},
        {},
    ],
)
def test_what_is_not_given_is_unknown_with_a_reason_and_never_zero(data):
    found = read_json(data)
    assert found.readings == {}
    assert found.errors.keys() >= {"session", "weekly"}


@pytest.mark.parametrize("data", [None, [], "x", 7])
def test_an_answer_that_is_no_object_holds_nothing(data):
    assert read_json(data).errors.keys() == {"session", "weekly"}


def test_half_a_percent_is_half_a_percent():
    assert percentages({"five_hour": {"utilization": 0.5, "resets_at": AT}}) == {"session": 0.5}


def test_no_window_open_is_zero_that_says_so():
    reading = read_json({"five_hour": {"utilization": 0, "resets_at": None}}).readings["session"]
    assert (reading.percentage_used, reading.state, reading.resets_at) == (0, "idle", None)


@pytest.mark.parametrize(
    "text", ["2026-10-14T11:59:59.709Z", "2026-10-14T12:00:00.313000+00:00", "2026-10-14T14:00:01+02:00"]
)
def test_a_reset_that_jitters_stands_still(text):
    reading = read_json({"five_hour": {"utilization": 5, "resets_at": text}}).readings["session"]
    assert reading.resets_at.isoformat() == "2026-10-14T12:00:00+00:00"


def test_models_are_named_by_the_list_and_strange_kinds_are_passed_over():
    data = {
        "limits": [
            scoped("Fable", 3),
            scoped("Sonnet", 10),
            scoped("", 50),
            entry("weekly_scoped", 60, scope=None),
            entry("daily_routines", 70),
            entry(None, 80),
            "text",
        ]
    }
    assert percentages(data) == {"weekly:fable": 3, "weekly:sonnet": 10}
    assert read_json(data).readings["weekly:fable"].label == "Fable"


def test_a_limit_given_twice_with_different_figures_is_refused():
    data = {
        "limits": [entry("session", 31), entry("session", 13), entry("weekly_all", 5), entry("weekly_all", 5)]
    }
    assert percentages(data) == {"weekly": 5}
    assert "twice" in read_json(data).errors["session"]


@pytest.mark.parametrize(
    ("spend", "used", "currency", "percentage"),
    [
        (
            {"used": {"amount_minor": 20847, "currency": "USD", "exponent": 2}, "percent": 112},
            208.47,
            "USD",
            112,
        ),
        ({"used": {"amount_minor": 500, "currency": "jpy", "exponent": 0}}, 500, "JPY", None),
    ],
)
def test_credits_are_minor_units(spend, used, currency, percentage):
    found = read_json({"spend": spend}).credits
    assert (found.used, found.currency, found.percentage_used) == (used, currency, percentage)


def test_credits_without_a_currency_are_kept_as_such():
    found = read_json(
        {"extra_usage": {"used_credits": 211926.0, "monthly_limit": 500000, "utilization": 42.3852}}
    ).credits
    assert (found.used, found.limit, found.currency, found.percentage_used) == (2119.26, 5000, "XXX", 42.3852)


@pytest.mark.parametrize(
    "data",
    [
        {"spend": None, "extra_usage": None},
        {"spend": {"used": None}, "extra_usage": {"is_enabled": False, "used_credits": 5, "currency": "USD"}},
        {"spend": {"used": {"amount_minor": 5, "currency": "USD", "exponent": 2}, "enabled": False}},
    ],
)
def test_no_credits_is_no_error(data):
    found = read_json(data)
    assert found.credits is None
    assert "credits" not in found.errors


@pytest.mark.parametrize(
    "data",
    [
        {"extra_usage": {"used_credits": 500, "utilization": 4, "currency": "JPY"}},
        {"spend": {"used": {"amount_minor": 5, "currency": "dollars", "exponent": 2}}},
        {"spend": {"used": {"amount_minor": 5, "currency": "USD", "exponent": 99}}},
        {"spend": {"used": 5}},
    ],
)
def test_credits_that_are_not_plain_are_refused_with_a_reason(data):
    found = read_json(data)
    assert found.credits is None
    assert found.errors["credits"]


PAYS_BY_USE = {
    "five_hour": None,
    "seven_day": None,
    "limits": [],
    "extra_usage": {"monthly_limit": 5000, "used_credits": 1250, "currency": "USD"},
}


def test_an_account_that_pays_by_use_lacks_no_limit():
    found = read_json(PAYS_BY_USE)
    assert (found.errors, set(found.mentions), found.readings) == ({}, {"session", "weekly"}, {})


@pytest.mark.parametrize("gone", PAYS_BY_USE)
def test_only_a_whole_answer_tells_that_an_account_pays_by_use(gone):
    found = read_json({key: value for key, value in PAYS_BY_USE.items() if key != gone})
    assert (set(found.errors), found.mentions) == ({"session", "weekly"}, {})


def test_a_session_in_the_answer_makes_a_missing_week_an_error():
    assert set(read_json(PAYS_BY_USE | {"five_hour": {"utilization": 3.0}}).errors) == {"weekly"}
