"""The calls about what the record says: windows, hits, resets, gaps, what expired unused (pure)."""

from services.receiver.openapi import record_examples as examples
from services.receiver.openapi.parts import (
    ACCOUNT,
    FROM,
    LIMITS,
    NOT_MODIFIED,
    TAGGED_HEADERS,
    TO,
    Operation,
    answer,
    json_of,
    operation,
    problems,
    query,
    ref,
)
from services.receiver.refusing.problems import ROOT
from shared.insight.told.answers import About, GapsTold, HitsTold, TurnsTold, UnusedTold, WindowsTold
from shared.insight.told.forecasts import ForecastsTold

__all__ = ["OPERATIONS", "TYPES"]

TYPES = (WindowsTold, HitsTold, TurnsTold, GapsTold, UnusedTold, ForecastsTold)

_FORMAT = query("format", {"enum": ["json", "csv", "ndjson"]}, "Instead of Accept.", "json")
_PRINTABLE = query(
    "format",
    {"enum": ["json", "csv", "ndjson", "text", "html"]},
    "Instead of Accept; text and html are a report to print.",
    "json",
)
_ZONE = query(
    "tz", {"type": "string"}, "The time zone that days and a report's times are of; UTC.", "Europe/Berlin"
)
_TEXT = {"type": "string"}


_AT = query(
    "at", {"type": "string", "format": "date-time"}, "A moment of the past; now.", "2026-11-22T12:00:00Z"
)
_HOURS = query("tz", {"type": "string"}, "The time zone in which the account is used; UTC.", "Europe/Berlin")


def _told(
    path: str,
    name: str,
    summary: str,
    kind: type[About],
    example: object,
    *,
    zoned: bool = False,
    printable: bool = False,
) -> Operation:
    content = {
        **json_of(ref(kind), example),
        "text/csv": {"schema": _TEXT},
        "application/x-ndjson": {"schema": _TEXT},
        **({"text/plain": {"schema": _TEXT}, "text/html": {"schema": _TEXT}} if printable else {}),
    }
    return operation(
        "get",
        f"{ROOT}/accounts/{{account}}/{path}",
        name,
        summary,
        {
            "200": answer(f"{kind.__doc__} Null is unknown, never zero.", content, TAGGED_HEADERS),
            "304": NOT_MODIFIED,
            **problems(400, 401, 403, 404, 429, 500, 503),
        },
        tag="record",
        scope="read",
        parameters=(
            ACCOUNT,
            LIMITS,
            FROM,
            TO,
            *((_ZONE,) if zoned else ()),
            _PRINTABLE if printable else _FORMAT,
        ),
        description="What touches the range is in it; left out, all that is recorded, at most the newest "
        "20,000 rows. A time is told as the earliest and the latest possible, with the versions proving it. "
        "The answer holds for `asOf`; `newest` tells how old the newest reading was then.",
    )


OPERATIONS = (
    _told("windows", "readWindows", "Windows of the limits", WindowsTold, examples.WINDOWS),
    _told("hits", "readHits", "Times at 100 %", HitsTold, examples.HITS, zoned=True),
    _told(
        "resets",
        "readResets",
        "Resets and other turns, with proof",
        TurnsTold,
        examples.RESETS,
        zoned=True,
        printable=True,
    ),
    _told("gaps", "readGaps", "Times without readings, and why", GapsTold, examples.GAPS, zoned=True),
    _told("unused", "readUnused", "What expired unused", UnusedTold, examples.UNUSED),
    operation(
        "get",
        f"{ROOT}/accounts/{{account}}/forecast",
        "readForecast",
        "What is expected",
        {
            "200": answer(
                f"{ForecastsTold.__doc__} Null is unknown, never zero.",
                {
                    **json_of(ref(ForecastsTold), examples.FORECAST),
                    "text/csv": {"schema": _TEXT},
                    "application/x-ndjson": {"schema": _TEXT},
                },
                TAGGED_HEADERS,
            ),
            "304": NOT_MODIFIED,
            **problems(400, 401, 403, 404, 429, 500, 503),
        },
        tag="record",
        scope="read",
        parameters=(ACCOUNT, LIMITS, _AT, _HOURS, _FORMAT),
        description="When each limit will be full and what stands at its reset, with bands, how good such "
        "forecasts were, and a straight line beside. With `at`, what would have been said then.",
    ),
)
