"""Puts together what the JSON and the page say of each limit (pure).

The JSON wins for numbers and moments, the words come from the page. Where the two differ by more than
rounding explains, the difference is recorded (see `comparing`).
"""

from datetime import timedelta

import msgspec

from services.scraper.extract.comparing import (
    UNNAMED,
    credit_differences,
    differences,
    resets_differ,
    windows_differ,
)
from services.scraper.extract.found import Found
from services.scraper.extract.languages import ENGLISH
from services.scraper.extract.limits import CREDITS, EXPECTED, SESSION
from services.scraper.extract.moment import Moment
from services.scraper.extract.phrases import reset_words
from shared.schemas.usage import CreditsReading, Reading

__all__ = ["Merged", "merge"]

OVERDUE = timedelta(minutes=10)
"""How long after its reset a figure may still be taken for the window's before: the counters lag."""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """One account of every limit, and where it came from: `json`, `page` or `both`; "" from nowhere."""

    readings: dict[str, Reading]
    credits: CreditsReading | None
    errors: dict[str, str]
    disagreements: list[str]
    source: str
    plan: str | None = None


def merge(from_json: Found | None, from_page: Found, moment: Moment) -> Merged:
    """Merge the two; `moment` serves to write words where the page gave none."""
    answer = _current(from_json or Found(), moment)
    limits = [*EXPECTED, *sorted({*answer.readings, *from_page.readings} - {*EXPECTED})]
    readings: dict[str, Reading] = {}
    disagreements = list(answer.notes)
    for limit in limits:
        ours, theirs = answer.readings.get(limit), from_page.readings.get(limit)
        if ours and theirs:
            disagreements += differences(limit, ours, theirs)
        if chosen := _choose(ours, theirs):
            readings[limit] = _with_words(limit, chosen, moment)
    if answer.credits and from_page.credits:
        disagreements += credit_differences(answer.credits, from_page.credits)
    credit = _choose_credits(answer.credits, from_page.credits)
    return Merged(
        readings=readings,
        credits=credit,
        errors=_errors(answer, from_page, {*readings, *([CREDITS] if credit else [])}),
        disagreements=disagreements,
        source=_source(answer, from_page),
        plan=from_page.plan,
    )


def _current(answer: Found, moment: Moment) -> Found:
    """Leave out figures whose window has ended: what the limit stands at since then is unknown."""
    ended = {
        limit
        for limit, one in answer.readings.items()
        if one.resets_at and moment.base - one.resets_at > OVERDUE
    }
    return msgspec.structs.replace(
        answer,
        readings={limit: one for limit, one in answer.readings.items() if limit not in ended},
        errors=answer.errors | dict.fromkeys(ended, "the usage answer gives a figure whose reset has passed"),
    )


def _choose(ours: Reading | None, theirs: Reading | None) -> Reading | None:
    if not ours or not theirs:
        return ours or theirs
    same_state = ours.percentage_used == 0 and theirs.state in {"idle", "unused"} and not ours.resets_at
    same_window = not resets_differ(ours.resets_at, theirs.resets_at) and not windows_differ(ours, theirs)
    return msgspec.structs.replace(
        ours,
        resets_in=theirs.resets_in if same_window else "",
        resets_at=ours.resets_at or (None if ours.state == "idle" else theirs.resets_at),
        state=theirs.state if same_state else ours.state or theirs.state,
        label=theirs.label or ours.label,
    )


def _choose_credits(ours: CreditsReading | None, theirs: CreditsReading | None) -> CreditsReading | None:
    if not ours or not theirs:
        return ours or theirs
    return msgspec.structs.replace(
        ours,
        currency=theirs.currency if ours.currency == UNNAMED else ours.currency,
        limit=theirs.limit if ours.limit is None else ours.limit,
        percentage_used=theirs.percentage_used if ours.percentage_used is None else ours.percentage_used,
        resets_at=ours.resets_at or theirs.resets_at,
    )


def _with_words(limit: str, reading: Reading, moment: Moment) -> Reading:
    if reading.resets_in:
        return reading
    words = ""
    if reading.resets_at:
        words = reset_words(reading.resets_at, moment, relative=limit == SESSION)
    elif reading.state == "idle":
        words = ENGLISH.idle_words
    return msgspec.structs.replace(reading, resets_in=words)


def _errors(answer: Found, page: Found, read: set[str]) -> dict[str, str]:
    """Say of each limit that nobody could read why: the page's reason, for that is where people look."""
    errors = {
        **dict.fromkeys({*EXPECTED} - {*answer.mentions}, "no row with its label is on the page"),
        **answer.errors,
        **page.errors,
    }
    for limit in answer.errors:
        if limit in page.errors:
            errors[limit] = f"{page.errors[limit]}; {answer.errors[limit]}"
    return {limit: reason for limit, reason in errors.items() if limit not in read}


def _source(answer: Found, page: Found) -> str:
    sources = [name for name, found in (("json", answer), ("page", page)) if found.readings or found.credits]
    return "both" if len(sources) == 2 else "".join(sources)  # noqa: PLR2004 - there are two
