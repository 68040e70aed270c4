"""The form in which a language's words are given, and what its tables are built from (pure).

Every pattern is matched from end to end, without regard to case, against a tidied text (see `tidy`): a phrase
that only begins or ends like a known one is not known.
"""

import re

import msgspec

__all__ = [
    "PERCENT",
    "PRODUCTS",
    "Language",
    "TimeWords",
    "clocks",
    "forms",
    "names",
    "one_of",
    "phrase",
    "span",
]

PERCENT = r"(?P<percent>\d{1,4}(?:\.\d{1,6}|,\d{1,2}|,\d{4,6})?) ?(?:%|per ?cent|prozent|pour ?cent)"
"""A percentage. A comma before three digits may part thousands as well as decimals, and is neither."""

PRODUCTS = r"claude (?:code|design|desktop|cowork|api)|cowork|workspace|projects?|routines?"
"""What has usage of its own on the page, in any language: a share of a limit, or a limit nobody records."""


class TimeWords(msgspec.Struct, frozen=True, kw_only=True):
    """How a language writes spans, weekdays, months and times of day; matched against case-folded text.

    `spans` have the groups days, hours and minutes; `forms` may have weekday, month, day, year, relative,
    hour, minute and half (of the day); `own_forms` mean something else in another language, and count only
    where the words around them are of this one. The tables give weekdays from Monday = 0, months from
    January = 1, and how many days on a word like `tomorrow` is.
    """

    weekdays: dict[str, int]
    months: dict[str, int]
    relative_days: dict[str, int]
    spans: tuple[re.Pattern[str], ...]
    forms: tuple[re.Pattern[str], ...]
    own_forms: tuple[re.Pattern[str], ...] = ()


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language's words.

    Rows: `labels` name a row's limit; `model` and `stranger` name a model's weekly row (groups `model`, and
    `shown` for what of it is the model's name), the second for models nobody knew when this was written.
    `asides` are phrases that never name a row and say nothing of a number; `notices` are sentences, even
    where they are short and have no full stop. `elsewhere` finds, in a heading, a
    word that makes what follows it somebody else's or of another time; `periods` one that makes it a limit of
    another length; `own` one that a heading over one's own limits has. `of_session` and `of_week` tell whose
    limits a heading announces.

    Numbers (group `percent`): `figures` hold what is used of their own row's limit, `rests` what is left of
    it, `summaries` what is used of the limit they name. `leftover` finds, anywhere in a text, a word that
    turns percentages into what is left. `spent` has the group `amount`, and may have the group `limit`.

    Times: `resets` have the groups `words`, the page's words as they are recorded, and `when`, which keeps
    the preposition (`in 2 hr`). `idle` and `unused` (group `model`) tell that nothing was used yet. `updated`
    has the group `age`, and `renewed` too, which counts only where its age is understood; `ages` turn an age
    into minutes: a pattern, whose group `count` is a number or a word for one, and the minutes in its unit.

    `generic` are meters' names that name no limit, `plan` has the group `plan`, `refresh` is the button's
    name, `idle_words` is what is written where the page gave no words of its own.
    """

    code: str
    labels: dict[str, re.Pattern[str]]
    model: re.Pattern[str]
    stranger: re.Pattern[str]
    asides: re.Pattern[str]
    notices: re.Pattern[str]
    elsewhere: re.Pattern[str]
    periods: re.Pattern[str]
    own: re.Pattern[str]
    of_session: re.Pattern[str]
    of_week: re.Pattern[str]
    figures: tuple[re.Pattern[str], ...]
    rests: tuple[re.Pattern[str], ...]
    summaries: dict[str, re.Pattern[str]]
    leftover: re.Pattern[str]
    spent: tuple[re.Pattern[str], ...]
    resets: tuple[re.Pattern[str], ...]
    idle: re.Pattern[str]
    unused: tuple[re.Pattern[str], ...]
    updated: re.Pattern[str]
    renewed: re.Pattern[str]
    ages: tuple[tuple[re.Pattern[str], int], ...]
    generic: re.Pattern[str]
    plan: re.Pattern[str]
    refresh: re.Pattern[str]
    idle_words: str
    times: TimeWords


def phrase(text: str) -> re.Pattern[str]:
    """Compile a pattern that has no regard to case."""
    return re.compile(text, re.IGNORECASE)


def names(spellings: str, *, first: int) -> dict[str, int]:
    """Give each name its number; spellings of one name are separated by `/`: `sun/sunday mon/monday`."""
    return {
        spelling: first + place
        for place, spelled in enumerate(spellings.split())
        for spelling in spelled.split("/")
    }


def one_of(table: dict[str, int]) -> str:
    """Match any name of the table, the longest first."""
    return "|".join(sorted(map(re.escape, table), key=len, reverse=True))


def span(before: str, days: str, hours: str, minutes: str, joint: str) -> re.Pattern[str]:
    """Build the pattern of `in 3 d 2 h 5 min`, of which any part may be missing."""
    parts = [
        rf"(?:(?P<{unit}>\d{{1,3}}) ?(?:{written})\.?)?"
        for unit, written in (("days", days), ("hours", hours), ("minutes", minutes))
    ]
    return re.compile(rf"(?:{before} )?{joint.join(parts)}")


def clocks(*further: str) -> tuple[str, ...]:
    """List the ways of writing a time of day: the 12-hour and 24-hour clock, and a language's own."""
    return (
        r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap]\.? ?m\.?)",
        r"(?P<hour>\d{1,2}):(?P<minute>\d\d)",
        *further,
    )


def forms(
    tables: tuple[dict[str, int], ...], on: str, at: str, clock: tuple[str, ...], *dates: str
) -> tuple[re.Pattern[str], ...]:
    """Build every way of writing a moment from weekdays, months, relative days and ways to write the clock.

    `dates` are a language's ways of writing a date without its weekday; `{months}` stands for any month.
    """
    weekdays, months, relative = map(one_of, tables)
    weekday = rf"(?P<weekday>{weekdays})\.?"
    dated = [
        rf"(?:{weekday},? (?:{on} )?)?{date.replace('{months}', months)}(?:[,/]? ?(?P<year>20\d\d))?"
        for date in dates
    ]
    numbered = rf"{weekday},? (?P<day>\d{{1,2}})\.?"
    days = [weekday, rf"(?P<relative>{relative})", numbered, *dated]
    timed = [rf"(?:{at} )?{clock_form}" for clock_form in clock]
    timed += [rf"{day},? (?:{at} )?{clock_form}" for day in days for clock_form in clock]
    return tuple(re.compile(rf"(?:{on} )?{form}") for form in [*timed, *dated, numbered])
