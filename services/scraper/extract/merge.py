"""Puts together what the JSON and the page say of each limit (pure).

The JSON wins for numbers and moments, the words come from the page. Where the two differ by more than
rounding explains, the difference is recorded.
"""

from datetime import timedelta

import msgspec

from services.scraper.extract.found import TOLERANCE, Found
from services.scraper.extract.languages import ENGLISH
from services.scraper.extract.limits import CREDITS, EXPECTED, SESSION, section
from services.scraper.extract.moment import Moment
from services.scraper.extract.phrases import reset_words
from shared.schemas.usage import CreditsReading, Reading

__all__ = ["Merged", "merge"]

RESET_TOLERANCE = timedelta(minutes=2)
"""The page writes whole minutes, counted from data up to a minute old."""


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
    answer = from_json or Found()
    limits = [*EXPECTED, *sorted({*answer.readings, *from_page.readings} - {*EXPECTED})]
    readings: dict[str, Reading] = {}
    disagreements = list(answer.notes)
    for limit in limits:
        ours, theirs = answer.readings.get(limit), from_page.readings.get(limit)
        if ours and theirs:
            disagreements += _differences(limit, ours, theirs)
        if chosen := _choose(ours, theirs):
            readings[limit] = _with_words(limit, chosen, moment)
    credit, difference = _credits(answer.credits, from_page.credits)
    return Merged(
        readings=readings,
        credits=credit,
        errors=_errors(answer, from_page, {*readings, *([CREDITS] if credit else [])}),
        disagreements=disagreements + difference,
        source=_source(answer, from_page),
        plan=from_page.plan,
    )


def _choose(ours: Reading | None, theirs: Reading | None) -> Reading | None:
    if not ours or not theirs:
        return ours or theirs
    same_state = ours.percentage_used == 0 and theirs.state in {"idle", "unused"} and not ours.resets_at
    return msgspec.structs.replace(
        ours,
        resets_in="" if _resets_differ(ours, theirs) else theirs.resets_in,
        resets_at=ours.resets_at or (None if ours.state == "idle" else theirs.resets_at),
        state=theirs.state if same_state else ours.state or theirs.state,
        label=theirs.label or ours.label,
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


def _differences(limit: str, ours: Reading, theirs: Reading) -> list[str]:
    name, found = section(limit), []
    one, other = (reading.percentage_shown or reading.percentage_used for reading in (ours, theirs))
    if abs(one - other) > TOLERANCE:
        found.append(f"{name}: the JSON says {one:g} %, the page {other:g} %")
    if _resets_differ(ours, theirs):
        moments = (f"{moment:%a %H:%M} UTC" for moment in (ours.resets_at, theirs.resets_at) if moment)
        found.append(f"{name}: its reset is {' in the JSON, '.join(moments)} on the page")
    return found


def _resets_differ(ours: Reading, theirs: Reading) -> bool:
    if not ours.resets_at or not theirs.resets_at:
        return False
    return abs(ours.resets_at - theirs.resets_at) > RESET_TOLERANCE


def _credits(
    ours: CreditsReading | None, theirs: CreditsReading | None
) -> tuple[CreditsReading | None, list[str]]:
    if not ours or not theirs:
        return ours or theirs, []
    merged = msgspec.structs.replace(ours, resets_at=ours.resets_at or theirs.resets_at)
    if (ours.used, ours.currency) == (theirs.used, theirs.currency):
        return merged, []
    shown = f"the page {theirs.used:g} {theirs.currency}"
    return merged, [f"credits: the JSON says {ours.used:g} {ours.currency}, {shown}"]


def _errors(answer: Found, page: Found, read: set[str]) -> dict[str, str]:
    """Say of each limit that nobody could read why: the page's reason, for that is where people look."""
    errors = {
        **dict.fromkeys(EXPECTED, "no row with its label is on the page"),
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
