"""The quick yes to a version is a yes of the whole check, too; and nearly every version gets it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.schemas.codec import digest
from shared.store.believing import is_surely, why_not
from shared.store.keys import iso_of, stamp, time_of
from shared.timestamps import to_iso_millis
from tests.store.samples import NOON, snapshot

MOMENTS = st.integers(-3_000, 3_000).map(lambda millis: NOON + timedelta(milliseconds=millis))
ARRIVALS = st.one_of(
    MOMENTS.map(to_iso_millis),
    st.sampled_from(
        ["2026-11-22T12:00:00Z", "2026-11-22 12:00:00.000Z", "2026-11-22T24:00:00.000Z", "", None, 7]
    ),
    st.text(max_size=24),
)


@given(MOMENTS, ARRIVALS, st.sampled_from(["", "0", "x"]), st.booleans())
def test_what_is_surely_a_version_is_one(read: datetime, arrived: object, other: str, snapped: bool) -> None:
    document: dict[str, Any] = {**snapshot(read), "receivedAt": arrived}
    if not snapped:
        document["currentSession"] = {"percentageUsed": "many"}
    version_id = f"{stamp(NOON)}-{other or digest(document)[:8]}"
    if is_surely(version_id, document):
        assert why_not(version_id, document) is None


@given(MOMENTS, st.integers(0, 5_000))
def test_a_version_as_it_is_stored_is_one_surely(read: datetime, late: int) -> None:
    document = {
        **snapshot(read),
        "receivedAt": to_iso_millis(read.replace(microsecond=0) + timedelta(milliseconds=late)),
    }
    arrived = datetime.fromisoformat(document["receivedAt"])
    first = min(datetime.fromisoformat(document["lastUpdated"]), arrived)
    assert is_surely(f"{stamp(first)}-{digest(document)[:8]}", document)


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda naive: naive.replace(tzinfo=UTC)))
def test_an_id_tells_its_time_as_answers_write_it(moment: datetime) -> None:
    version_id = f"{stamp(moment)}-0123abcd"
    assert iso_of(version_id) == to_iso_millis(time_of(version_id))
    assert time_of(version_id) == moment.replace(microsecond=0)
