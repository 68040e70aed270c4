"""No document that a receiver takes, however odd its times and figures, stops what is made of the record."""

import math
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from shared.insight.readings import readings_of
from shared.insight.record import Record, unsettled
from shared.insight.told.folded import folded
from shared.schemas.usage import Snapshot
from shared.store.keys import stamp

TIMES = (
    *("0001-01-01T00:00:00Z", "0001-01-08T00:00:00Z", "0136-01-16T12:23:51Z", "1582-10-10T00:00:00Z"),
    *("1970-01-01T00:00:00Z", "2000-01-01T03:00:00.000001Z", "2000-01-03T00:00:00Z"),
    *("2026-11-01T00:00:00Z", "2026-11-01T02:00:00Z", "2026-11-02T05:00:00+23:59"),
)
ANY_TIME = st.sampled_from(
    [None, *TIMES, "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-23:59", "9999-12-30T00:00:00Z"]
)
PERCENTAGES = st.sampled_from([0, -0.0, 100, 5e-324, 99.99999999999999, 50, 0.1])
COUNTS = st.sampled_from([0, 5e-324, 1e-300, 1e-5, 1, 100, 1e12])

reading = st.fixed_dictionaries(
    {"percentageUsed": PERCENTAGES},
    optional={
        "resetsIn": st.sampled_from(["", "x"]),
        "resetsAt": ANY_TIME,
        "state": st.sampled_from(["open", "idle", "unused", "x", "", None]),
    },
)
weekly = st.fixed_dictionaries(
    {},
    optional={
        "allModels": reading,
        "sonnetOnly": reading | st.none(),
        "scoped": st.dictionaries(st.sampled_from(["opus", "", "é", "\0"]), reading, max_size=2),
    },
)
credits_ = st.fixed_dictionaries(
    {"used": COUNTS, "currency": st.just("USD")},
    optional={"limit": COUNTS, "percentageUsed": COUNTS | st.none(), "resetsAt": ANY_TIME},
)
errors = st.dictionaries(
    st.sampled_from(["currentSession", "weeklyLimits.allModels", "weeklyLimits.scoped.", "credits", "", "x"]),
    st.sampled_from(["", "x"]),
    max_size=2,
)
snapshot = st.fixed_dictionaries(
    {"lastUpdated": st.sampled_from(TIMES)},
    optional={
        "currentSession": reading | st.none(),
        "weeklyLimits": weekly,
        "credits": credits_,
        "isPartial": st.booleans(),
        "extractionErrors": errors | st.none(),
        "reparsedFrom": st.sampled_from(["", None, "p"]),
    },
)


@tried(max_examples=300)
@given(documents=st.lists(snapshot, min_size=1, max_size=5))
def test_any_documents_can_be_folded_day_by_day(documents: list[dict[str, Any]]) -> None:
    days: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for place, document in enumerate(documents):
        moment = msgspec.convert(document, Snapshot).last_updated.astimezone(UTC)
        version = f"{stamp(moment)}-{place:08x}"
        days.setdefault(version[:10], []).append(
            (version, document | {"receivedAt": "2026-11-22T00:00:00Z", "source": "json"})
        )
    record = Record()
    for day in sorted(days):
        record = folded(record, sorted(days[day])).record
    unsettled(record)


def test_a_day_long_before_there_were_limits_adds_nothing() -> None:
    document = {
        "lastUpdated": "0136-01-16T12:23:51Z",
        "currentSession": {"percentageUsed": 100},
        "weeklyLimits": {},
    }
    day = folded(Record(), [("0136-01-16T12-23-51-8ca8f114", document)])
    assert day.record == Record()
    assert day.last == "0136-01-16T12-23-51-8ca8f114"


def test_a_reset_that_no_reckoning_reaches_is_unknown() -> None:
    for shown in ("0001-01-01T00:00:00+05:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"):
        session = {"percentageUsed": 40, "resetsIn": "x", "resetsAt": shown}
        document = {"lastUpdated": "2026-11-01T00:00:00Z", "currentSession": session}
        assert readings_of(document)["session"].resets_at is None
    session = {"percentageUsed": 40, "resetsAt": "2026-11-01T05:00:00+02:00"}
    known = readings_of({"lastUpdated": "2026-11-01T00:00:00Z", "currentSession": session})["session"]
    assert known.resets_at == datetime(2026, 11, 1, 3, tzinfo=UTC)


def test_credits_of_a_limit_of_almost_nothing_have_no_percentage() -> None:
    for limit in (5e-324, 1e-300):
        spent = {"used": 100, "currency": "USD", "limit": limit}
        found = readings_of({"lastUpdated": "2026-11-01T00:00:00Z", "credits": spent})["credits"]
        assert found.percentage is None
        assert found.reason
    spent = {"used": 50, "currency": "USD", "limit": 40}
    found = readings_of({"lastUpdated": "2026-11-01T00:00:00Z", "credits": spent})["credits"]
    assert found.percentage is not None
    assert math.isclose(found.percentage, 125)
