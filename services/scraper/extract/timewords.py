"""How a language writes spans, weekdays, months and times of day (pure). One table a language."""

import re

import msgspec

__all__ = ["ENGLISH", "LANGUAGES", "TimeWords"]


class TimeWords(msgspec.Struct, frozen=True):
    """One language's table; every pattern is matched against lower-case text, from end to end.

    `span` has the groups days, hours and minutes; `forms` may have weekday, month, day, relative, hour,
    minute and half (of the day).
    """

    weekdays: dict[str, int]
    months: dict[str, int]
    relative_days: dict[str, int]
    afternoon: frozenset[str]
    span: re.Pattern[str]
    forms: tuple[re.Pattern[str], ...]


def _names(spellings: str, *, first: int) -> dict[str, int]:
    """Give each name its number; spellings of one name are separated by `/`: `sun/sunday mon/monday`."""
    return {
        spelling: first + place
        for place, names in enumerate(spellings.split())
        for spelling in names.split("/")
    }


def _any_of(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


def _span(days: str, hours: str, minutes: str, joint: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:in )?(?:(?P<days>\d{{1,2}}) ?(?:{days})\.?)?{joint}"
        rf"(?:(?P<hours>\d{{1,3}}) ?(?:{hours})\.?)?{joint}(?:(?P<minutes>\d{{1,3}}) ?(?:{minutes})\.?)?"
    )


def _forms(table: tuple[dict[str, int], ...], on: str, at: str, halves: str) -> tuple[re.Pattern[str], ...]:
    """Build every way of writing a moment, each with a 12-hour and with a 24-hour clock."""
    weekdays, months, relative = map(_any_of, table)
    clocks = (
        rf"(?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))? ?(?P<half>{halves})",
        r"(?P<hour>\d{1,2}):(?P<minute>\d\d)",
    )
    weekday = rf"(?P<weekday>{weekdays})\.?"
    date = rf"(?:{weekday},? )?(?P<month>{months})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    before_clock = ("", rf"{weekday},? ", rf"(?P<relative>{relative}),? ", rf"{date},? ")
    dated = [rf"{before}(?:{at} )?{clock}" for before in before_clock for clock in clocks]
    return tuple(re.compile(rf"(?:{on} )?{form}") for form in [*dated, date])


_WEEKDAYS = _names(
    "mon/monday tue/tues/tuesday wed/wednesday thu/thur/thurs/thursday fri/friday sat/saturday sun/sunday",
    first=0,
)
_MONTHS = _names(
    "jan/january feb/february mar/march apr/april may jun/june jul/july aug/august sep/sept/september "
    "oct/october nov/november dec/december",
    first=1,
)
_RELATIVE = {"today": 0, "tomorrow": 1}

ENGLISH = TimeWords(
    weekdays=_WEEKDAYS,
    months=_MONTHS,
    relative_days=_RELATIVE,
    afternoon=frozenset({"pm"}),
    span=_span(r"d|days?", r"h|hrs?|hours?", r"m|mins?|minutes?", r"(?:,? (?:and )?|)"),
    forms=_forms((_WEEKDAYS, _MONTHS, _RELATIVE), "on", "at", r"[ap]\.? ?m\.?"),
)

LANGUAGES = (ENGLISH,)
"""Tried in this order; the first that reads the whole phrase wins."""
