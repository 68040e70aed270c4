"""What a snapshot says of each limit."""

from datetime import UTC, datetime

from shared.insight.limits import in_order, is_limit, limit_of, section
from shared.insight.readings import LimitReading, readings_of

READ = "2026-11-22T12:00:00Z"


def reading(percentage: float, **more: object) -> dict[str, object]:
    return {"percentageUsed": percentage, "resetsIn": "2 hr", **more}


def test_every_section_is_the_limit_it_holds() -> None:
    document = {
        "lastUpdated": READ,
        "currentSession": reading(47, resetsAt="2026-11-22T16:00:00+01:00", state="open"),
        "weeklyLimits": {
            "allModels": reading(31.5),
            "sonnetOnly": reading(10),
            "scoped": {"fable": reading(0, state="unused")},
        },
        "credits": {"used": 12.5, "limit": 50, "currency": "USD", "percentageUsed": 25},
    }
    assert readings_of(document) == {
        "session": LimitReading(47, datetime(2026, 11, 22, 15, tzinfo=UTC), "open"),
        "weekly": LimitReading(31.5),
        "weekly:sonnet": LimitReading(10),
        "weekly:fable": LimitReading(0, state="unused"),
        "credits": LimitReading(25),
    }


def test_what_could_not_be_read_is_unknown_with_its_reason_and_never_zero() -> None:
    document = {
        "lastUpdated": READ,
        "currentSession": reading(47),
        "isPartial": True,
        "extractionErrors": {
            "weeklyLimits.allModels": "row not found",
            "weeklyLimits.scoped.fable": "no figure",
            "weeklyLimits.scoped.opus.resetsAt": "cannot be told",
            "lastUpdated": "not understood",
        },
    }
    assert readings_of(document) == {
        "session": LimitReading(47),
        "weekly": LimitReading(None, reason="row not found"),
        "weekly:fable": LimitReading(None, reason="no figure"),
    }


def test_the_origins_short_names_say_what_is_missing_too() -> None:
    document = {"currentSession": reading(1), "isPartial": True, "extractionErrors": {"sonnetOnly": "gone"}}
    assert readings_of(document)["weekly:sonnet"] == LimitReading(None, reason="gone")


def test_a_partial_snapshot_without_reasons_leaves_the_origins_three_limits_unknown() -> None:
    found = readings_of({"currentSession": reading(1), "isPartial": True})
    assert found["weekly"] == found["weekly:sonnet"] == LimitReading(None)


def test_the_zero_by_which_the_origin_filled_what_it_had_not_read_is_unknown() -> None:
    filler = {"percentageUsed": 0, "resetsIn": ""}
    weekly = {"allModels": filler, "sonnetOnly": reading(3)}
    partial = {"currentSession": reading(1), "weeklyLimits": weekly, "isPartial": True}
    assert readings_of(partial)["weekly"].percentage is None
    whole = {"currentSession": reading(1), "weeklyLimits": weekly}
    assert readings_of(whole)["weekly"].percentage == 0


def test_an_idle_zero_in_a_partial_snapshot_is_a_fact() -> None:
    idle = {"percentageUsed": 0, "resetsIn": "", "state": "idle"}
    partial = {"currentSession": idle, "isPartial": True, "extractionErrors": {"credits": "unclear"}}
    assert readings_of(partial)["session"] == LimitReading(0, state="idle")


def test_credits_without_a_percentage_have_the_share_of_their_limit_or_none() -> None:
    spent = {"used": 12.5, "currency": "EUR"}
    assert readings_of({"credits": {**spent, "limit": 50}})["credits"].percentage == 25
    without = readings_of({"credits": spent})["credits"]
    assert without.percentage is None
    assert "no limit" in (without.reason or "")


def test_a_reset_outside_the_calendar_is_no_reset() -> None:
    late = reading(5, resetsAt="9999-12-31T23:59:59-01:00")
    assert readings_of({"currentSession": late})["session"].resets_at is None


def test_sections_and_limits_name_each_other() -> None:
    for limit in ("session", "weekly", "weekly:sonnet", "weekly:fable", "credits"):
        assert limit_of(section(limit)) == limit
        assert is_limit(limit)
    assert limit_of("plan") is None
    assert not any(is_limit(name) for name in ("", "weekly:", "Session", "monthly", "weekly:" + "x" * 100))


def test_limits_are_in_the_order_people_read_them() -> None:
    every = ["session", "weekly", "weekly:fable", "weekly:sonnet", "credits"]
    assert in_order(set(every)) == every
