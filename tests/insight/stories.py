"""Short stories of one limit, told as versions; each word is a reading."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.insight.course import begun, believed, followed
from shared.insight.sightings import Between, Sighting, looked_at, seen_in
from shared.insight.standing import Course, Step
from shared.insight.turns import Turn
from shared.store.keys import stamp

Stored = tuple[str, dict[str, Any]]


def at(clock: str, day: int = 22) -> datetime:
    hour, minute, *second = (int(part) for part in clock.split(":"))
    return datetime(2026, 11, day, hour, minute, *second, tzinfo=UTC)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def told(
    time: datetime | str,
    percentage: float | None,
    resets: datetime | str | None = None,
    *,
    limit: str = "session",
    name: str = "",
    **more: Any,
) -> Stored:
    """One version of one limit: its percentage (None: could not be read) and its reset."""
    moment = at(time) if isinstance(time, str) else time
    document: dict[str, Any] = {
        "lastUpdated": iso(moment),
        "receivedAt": iso(moment),
        "source": "json",
        **more,
    }
    reading: dict[str, Any] = {"percentageUsed": percentage, "resetsIn": "words"}
    if resets:
        reading |= {"resetsAt": iso(at(resets) if isinstance(resets, str) else resets), "state": "open"}
    elif percentage == 0:
        reading |= {"resetsIn": "", "state": "idle"}
    weekly = limit != "session"
    if percentage is None:
        section = "weeklyLimits.allModels" if weekly else "currentSession"
        document |= {"isPartial": True, "extractionErrors": {section: "gone"}}
    elif weekly:
        document["weeklyLimits"] = {"allModels": reading}
    else:
        document["currentSession"] = reading
    return f"{stamp(moment)}-{name or 'a':0<8}", document


def sightings(versions: Iterable[Stored], limit: str) -> list[Sighting]:
    return [one for version in versions if (one := seen_in(looked_at(version)).sightings.get(limit))]


def lived(versions: Iterable[Stored], limit: str = "session") -> list[Step]:
    """Fold the versions as they stand; what is in doubt at the end comes last."""
    steps: list[Step] = []
    course: Course | None = None
    for sighting in sightings(versions, limit):
        if course is None:
            course, first = begun(limit, sighting), (Step(sighting),)
        else:
            course, first = followed(course, sighting)
        steps += first
    return steps + (list(believed(course)) if course else [])


def turns(versions: Iterable[Stored], limit: str = "session") -> list[Turn]:
    return [step.turn for step in lived(versions, limit) if step.turn]


def kinds(versions: Iterable[Stored], limit: str = "session") -> list[str]:
    return [turn.kind for turn in turns(versions, limit)]


def times(between: Between | None) -> tuple[datetime, datetime] | None:
    return between and (between.earliest, between.latest)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
