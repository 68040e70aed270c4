"""A report made of stories, as the receiver makes one of its store."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from shared.insight.gaps import open_gaps
from shared.insight.limits import in_order
from shared.insight.record import Record, taken_all, unsettled
from shared.insight.report import Asked, Material, gathered
from shared.insight.told.telling import gap_told, turn_told
from shared.store.keys import time_of
from tests.insight.stories import Stored

Reports = Sequence[dict[str, Any]]


def report_of(
    versions: Sequence[Stored],
    start: datetime,
    end: datetime,
    *,
    made: datetime | None = None,
    zone: tzinfo = UTC,
    reports: Reports = (),
    account: str = "default",
) -> Material:
    made = made or end
    record, found = taken_all(Record(), versions)
    gaps = [gap for one in found for gap in one.gaps] + list(open_gaps(record.gaps, made))
    told = [gap_told(gap, reports, made) for gap in gaps]
    turns = [turn_told(turn, told) for one in found for turn in one.turns]
    turns += [turn_told(turn, told, doubtful=True) for turn in unsettled(record)[1].turns]
    asked = Asked(
        account=account,
        start=start,
        end=end,
        made=made,
        zone=zone,
        zone_name=str(zone),
        limits=in_order(set(record.limits)),
    )
    read = (time_of(versions[0][0]), time_of(versions[-1][0])) if versions else None
    return gathered(asked, turns, told, read)
