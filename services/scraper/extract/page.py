"""Reads the limits from what was seen on the page, each on its own (pure)."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.scraper.extract.captured import CapturedPage, Text
from services.scraper.extract.found import Found
from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.limits import CREDITS
from services.scraper.extract.meanings import Meaning, age_minutes
from services.scraper.extract.moment import Moment
from services.scraper.extract.resets import passed
from services.scraper.extract.row_reading import AbsentError, RefusedError, read_credits, read_row
from services.scraper.extract.rows import Row, find_rows
from services.scraper.extract.tidy import tidy
from services.scraper.extract.tokens import Token
from shared.schemas.usage import Reading

__all__ = ["page_age", "read_page"]


def read_page(page: CapturedPage, tokens: list[Token], moment: Moment) -> Found:
    """Read every limit that has a row on the page."""
    found = find_rows(tokens, page.elements)
    readings: dict[str, Reading] = {}
    errors = dict(found.refused)
    for limit in dict.fromkeys(row.limit for row in found.rows if row.limit != CREDITS):
        if limit in found.refused:
            continue
        try:
            if one := _agree([row for row in found.rows if row.limit == limit], moment):
                readings[limit] = one
        except (RefusedError, AbsentError) as error:
            errors[limit] = str(error)
    credit = None
    try:
        if CREDITS not in found.refused:
            credit = read_credits([row for row in found.rows if row.limit == CREDITS], moment)
    except (RefusedError, AbsentError) as error:
        errors[CREDITS] = str(error)
    return Found(readings=readings, errors=errors, credits=credit, plan=_plan(page))


def _agree(rows: list[Row], moment: Moment) -> Reading | None:
    """Read all rows of one limit, which must agree; a row without a percentage gives way to one that has it.

    None when none of them is a row. Raises RefusedError or AbsentError.
    """
    readings: list[Reading] = []
    absent: AbsentError | None = None
    for row in rows:
        try:
            if one := read_row(row, moment):
                readings.append(one)
        except AbsentError as error:
            absent = error
    if not readings and absent:
        raise absent
    if len({(one.percentage_used, one.percentage_shown, one.state, one.resets_at) for one in readings}) > 1:
        shown = ", ".join(sorted(f"{one.percentage_used:g} % {one.resets_in}" for one in readings))
        raise RefusedError(f"several of its rows are on the page, and they differ: {shown}")
    return readings[0] if readings else None


def page_age(tokens: list[Token], taken_at: datetime, zone: ZoneInfo) -> timedelta | None:
    """Return how old the page says its figures are, the oldest if it says so twice.

    Zero when it says nothing. None when it says something that is not understood.
    """
    ages = [_age(token.meaning, taken_at, zone) for token in tokens if token.kind == "updated"]
    known = [age for age in ages if age is not None]
    return None if len(known) < len(ages) else max(known, default=timedelta(0))


def _age(said: Meaning, taken_at: datetime, zone: ZoneInfo) -> timedelta | None:
    """Read `3 minutes ago` or a time such as `2:05 PM`, which is the last one before the page was taken."""
    if (minutes := age_minutes(said.words)) is not None:
        return timedelta(minutes=minutes)
    moment = passed(said.words, taken_at, zone, said.language)
    return taken_at - moment if moment else None


def _plan(page: CapturedPage) -> str | None:
    """Find the plan's badge, in the section's heading or right after it."""
    texts = [tidy(piece.text) for piece in page.pieces if isinstance(piece, Text)]
    pairs = [f"{one} {other}" for one, other in pairwise(texts)]
    matches = (table.plan.fullmatch(text) for text in [*texts, *pairs] for table in LANGUAGES)
    return next((match["plan"] for match in matches if match), None)
