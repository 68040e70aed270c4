"""From a captured page to a snapshot, or to the reasons why there is none (pure)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from services.scraper.extract.captured import CapturedPage
from services.scraper.extract.found import Found
from services.scraper.extract.limits import CREDITS, EXPECTED, SESSION, SONNET, WEEKLY, section
from services.scraper.extract.merge import Merged, merge
from services.scraper.extract.moment import Moment
from services.scraper.extract.page import page_age, read_page
from services.scraper.extract.scope import in_scope, uncovered
from services.scraper.extract.tokens import read_tokens
from services.scraper.extract.usage_json import read_json
from shared.schemas.usage import DEFAULT_ACCOUNT, SCHEMA_VERSION, Reading, Snapshot, WeeklyLimits

__all__ = ["PARSER", "Unreadable", "extract"]

PARSER = "2026.11.3"
"""Names this reader in every snapshot it makes; it changes whenever the reader would read something else."""

LONGEST_REASON = 200
UNKNOWN_AGE = "the page says how old its figures are, in words that are not understood"

FIRST_ERROR = 400
"""HTTP statuses from here on are errors, whatever came with them."""


class Unreadable(msgspec.Struct, frozen=True):
    """Neither limit that every account has could be read: `reasons` say why, by section of the snapshot.

    `found` names the sections that could be read all the same.
    """

    reasons: dict[str, str]
    found: tuple[str, ...] = ()


def extract(page: CapturedPage, *, collector: str) -> Snapshot | Unreadable:
    """Read every section on its own.

    Unreadable when neither the session nor the weekly limit is found, unless the JSON gives credits: accounts
    that pay by use alone have nothing else.
    """
    tokens = uncovered(read_tokens(page), page.elements)
    zone = ZoneInfo(page.zone)
    age = page_age(tokens, page.taken_at, zone)
    answer, trouble = _answer(page)
    moment = Moment((page.taken_at - (age or timedelta(0))).replace(microsecond=0), zone)
    shown = read_page(page, in_scope(tokens, page.elements), moment)
    merged = merge(answer, shown if age is not None else _of_no_time(shown), moment)
    errors = {section(limit): reason[:LONGEST_REASON] for limit, reason in merged.errors.items()}
    if age is None:
        errors["lastUpdated"] = UNKNOWN_AGE
    paid_by_use = answer is not None and answer.credits is not None
    if not paid_by_use and not merged.readings.keys() & set(EXPECTED):
        return Unreadable(errors, _found(merged))
    return Snapshot(
        last_updated=moment.base,
        schema_version=SCHEMA_VERSION,
        account=DEFAULT_ACCOUNT,
        collector=collector,
        current_session=merged.readings.get(SESSION),
        weekly_limits=_weekly(merged.readings),
        credits=merged.credits,
        plan=merged.plan,
        is_partial=bool(errors),
        extraction_errors=errors | _unplaced(merged.readings) | _mentioned(answer, shown, merged) or None,
        source=merged.source,
        disagreements=[text[:LONGEST_REASON] for text in [*trouble, *merged.disagreements]] or None,
        parser=PARSER,
    )


def _of_no_time(shown: Found) -> Found:
    """Take back what the page shows: nobody knows of when it is, and it may be a day old."""
    errors = dict.fromkeys(shown.readings, UNKNOWN_AGE) | ({CREDITS: UNKNOWN_AGE} if shown.credits else {})
    return msgspec.structs.replace(shown, readings={}, credits=None, errors=shown.errors | errors)


def _found(merged: Merged) -> tuple[str, ...]:
    """Name the sections that were read."""
    further = {"credits": merged.credits, "plan": merged.plan}
    return (*map(section, sorted(merged.readings)), *(name for name, one in further.items() if one))


def _mentioned(answer: Found | None, shown: Found, merged: Merged) -> dict[str, str]:
    """Tell of figures beside a model's name that were passed over, and of limits an account does not have."""
    mentions = (answer.mentions if answer else {}) | shown.mentions
    read = {*merged.readings, *merged.errors}
    return {section(limit): why for limit, why in mentions.items() if limit not in read}


def _unplaced(readings: dict[str, Reading]) -> dict[str, str]:
    """Tell of readings whose reset is known to come, but not when: they are whole but for that."""
    return {
        f"{section(limit)}.resetsAt": f"it cannot be told when this is: {one.resets_in[:100] or 'no words'}"
        for limit, one in readings.items()
        if one.state == "open" and not one.resets_at
    }


def _weekly(readings: dict[str, Reading]) -> WeeklyLimits | None:
    scoped = {
        limit.removeprefix(f"{WEEKLY}:"): one
        for limit, one in readings.items()
        if limit not in {SESSION, WEEKLY, SONNET}
    }
    if not readings.keys() - {SESSION}:
        return None
    return WeeklyLimits(
        all_models=readings.get(WEEKLY), sonnet_only=readings.get(SONNET), scoped=scoped or None
    )


def _answer(page: CapturedPage) -> tuple[Found | None, list[str]]:
    """Read the newest usage answer; none when answers for several organisations passed by."""
    answers = [answer for answer in page.answers if answer.data is not None and answer.status < FIRST_ERROR]
    organizations = {answer.organization for answer in answers}
    if len(organizations) > 1:
        return None, [f"usage answers for {len(organizations)} organisations passed by: none was read"]
    return (read_json(answers[-1].data) if answers else None), []
