"""The lives that the practice console shows, recorded with their flaws: every reset comes when it was announced."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.practice.history import ACCOUNTS, Recorded, arrivals
from shared.insight.record import Record, taken_all
from shared.insight.turns import ENDS
from shared.schemas.codec import to_document
from shared.store.keys import stamp, version_time
from tests.insight.stories import Stored

UNTIL = datetime(2026, 3, 9, 12, tzinfo=UTC)
"""Two weeks before it hold a month's end and two weekly resets of each limit."""


def stored(recorded: Recorded) -> Iterator[Stored]:
    for arrival in arrivals(recorded, days=14, until=UNTIL):
        time = version_time(arrival.snapshot.last_updated, arrival.received_at)
        received = {"receivedAt": arrival.received_at.isoformat()}
        yield f"{stamp(time)}-00000000", to_document(arrival.snapshot) | received


@pytest.mark.parametrize("recorded", ACCOUNTS, ids=lambda one: one.account)
def test_nothing_but_announced_resets_is_told_of_a_life_without_others(recorded: Recorded) -> None:
    _, every = taken_all(Record(), stored(recorded))
    turns = [turn for found in every for turn in found.turns]
    assert {turn.kind for turn in turns} <= {"opened", "on_time", "unseen"}
    for turn in turns:
        if turn.kind in ENDS:
            assert turn.announced is not None
            assert turn.at.earliest <= turn.announced <= turn.at.latest, turn
    ended = {limit for found in every for limit, _ in found.windows}
    assert set(recorded.limits) <= ended
    sessions = [window for found in every for limit, window in found.windows if limit == "session"]
    for window in sessions:
        if window.opened and window.ended:
            assert window.opened.earliest + timedelta(hours=5) <= window.ended.latest
