"""What is known of a limit at any moment (pure): its percentage with its age, or unknown, and why."""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.insight.kinds import PASSED, STOOD_STILL
from shared.insight.standing import Course

__all__ = ["Known", "known_at"]


class Known(Struct, frozen=True, kw_only=True):
    """What is known of a limit. `percentage` is None when it is unknown, `reason` then says why.

    `age` is the time since the reading named by `version`; `resets_at` is None when none is known to be
    ahead. `doubtful` is said of a reading that contradicts the one before and waits for the next.
    """

    percentage: float | None
    age: timedelta
    version: str
    resets_at: datetime | None = None
    state: str | None = None
    doubtful: bool = False
    reason: str | None = None


def known_at(course: Course, moment: datetime) -> Known:
    """Say what is known at a moment, by a course that was followed up to it.

    A percentage never outlives its window: after the reset it is unknown, neither zero nor the old one.
    """
    newest = course.doubt or course.last
    age = max(timedelta(0), moment - newest.time)
    reset = newest.resets_at if course.doubt else course.reset
    if reset is not None and reset <= moment:
        if reset > newest.time:
            return Known(percentage=None, age=age, version=newest.version, reason=PASSED)
        if course.sure is not newest:
            return Known(percentage=None, age=age, version=newest.version, reason=STOOD_STILL)
        reset = None
    return Known(
        percentage=newest.percentage,
        age=age,
        version=newest.version,
        resets_at=reset,
        state=newest.state,
        doubtful=course.doubt is not None,
    )
