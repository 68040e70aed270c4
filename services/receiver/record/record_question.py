"""What is asked of windows, hits, resets and gaps (pure): which limits, from when to when, in which form."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from services.receiver.asking.limits import read_limit
from services.receiver.asking.questions import Question, bad_parameter
from services.receiver.refusing.refusals import Refusal

__all__ = ["FORMS", "PARAMETERS", "Asked", "bad_zone", "read_record_question"]

PARAMETERS = ("limit", "from", "to", "format")

FORMS = ("json", "csv", "ndjson")

_SHOWN = 40


class Asked(Struct, frozen=True):
    """A question: `limits` are empty for all. `start` belongs to the range, `end` does not; None: open."""

    limits: Sequence[str]
    start: datetime | None
    end: datetime | None
    form: str
    zone: tzinfo = UTC
    zone_name: str = "UTC"

    def wants(self, limit: str | None) -> bool:
        """Tell whether a limit is asked for; None, the whole account, always is."""
        return limit is None or not self.limits or limit in self.limits

    def touches(self, earliest: datetime | None, latest: datetime | None) -> bool:
        """Tell whether a time has something in common with the range; None leaves it open."""
        begun = self.end is None or earliest is None or earliest < self.end
        return begun and (self.start is None or latest is None or latest >= self.start)


def read_record_question(
    question: Question, accepted: str, forms: Sequence[str] = FORMS, zone: tzinfo = UTC
) -> Asked:
    """Read the parameters; raises Refusal (400). `accepted` is the form to answer in when none is named."""
    start, end = question.moment("from"), question.moment("to")
    if start is not None and end is not None and start >= end:
        raise bad_parameter(
            "from", "from is not before to.", "The range begins with from and ends just before to."
        )
    form = question.choice("format", forms) if question.text("format") is not None else accepted
    limits = tuple(dict.fromkeys(map(read_limit, question.texts("limit"))))
    return Asked(limits, start, end, form, zone, question.text("tz") or "UTC")


def bad_zone(name: str) -> Refusal:
    """Refuse a time zone that nobody knows."""
    return bad_parameter(
        "tz", f"tz is {name[:_SHOWN]!r}, no time zone's name.", "Write it like Europe/Berlin; left out, UTC."
    )
