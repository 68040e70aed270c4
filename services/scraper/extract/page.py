"""Reads the limits from what was seen on the page, each on its own (pure)."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.scraper.extract.captured import CapturedPage, Text
from services.scraper.extract.found import Found
from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.limits import CREDITS, EXPECTED
from services.scraper.extract.meanings import HEADS, Meaning, age_minutes
from services.scraper.extract.moment import Moment
from services.scraper.extract.resets import passed
from services.scraper.extract.row_reading import (
    AbsentError,
    MentionError,
    RefusedError,
    read_credits,
    read_row,
)
from services.scraper.extract.rows import Row, find_rows
from services.scraper.extract.tidy import tidy
from services.scraper.extract.tokens import Token
from shared.schemas.usage import Reading

__all__ = ["page_age", "read_page"]

_SIGN = "(?:[$\u00a2-\u00a5\u20a0-\u20bf]|\\b[A-Z]{3}\\b)"
MONEY = re.compile(rf"{_SIGN}.*\d|\d.*{_SIGN}")
"""A currency's sign or code, and a digit."""

SPENDING = re.compile(r"spent|used|ausgegeben|verwendet|genutzt|d[ée]pens|utilis|\ufffd", re.IGNORECASE)


def read_page(page: CapturedPage, tokens: list[Token], moment: Moment) -> Found:
    """Read every limit that has a row on the page."""
    found = find_rows(tokens, page.elements)
    readings: dict[str, Reading] = {}
    errors = dict(found.refused)
    mentions = dict(found.passed)
    for limit in dict.fromkeys(row.limit for row in found.rows if row.limit != CREDITS):
        if limit in found.refused:
            continue
        try:
            if one := _agree([row for row in found.rows if row.limit == limit], moment):
                readings[limit] = one
        except MentionError as error:
            mentions[limit] = str(error)
        except (RefusedError, AbsentError) as error:
            errors[limit] = str(error)
    credit = None
    try:
        if CREDITS not in found.refused:
            credit = read_credits([row for row in found.rows if row.limit == CREDITS], moment)
            if credit is None and _unread_money(tokens):
                errors[CREDITS] = "an amount of money stands in its row that is not understood"
    except (RefusedError, AbsentError) as error:
        errors[CREDITS] = str(error)
    return Found(readings=readings, errors=errors, mentions=mentions, credits=credit, plan=_plan(page))


def _agree(rows: list[Row], moment: Moment) -> Reading | None:
    """Read all rows of one limit, which must agree: one that cannot be read may be the true one.

    None when none of them is a row. Raises RefusedError, AbsentError or MentionError.
    """
    spoilt = [row for row in rows if row.label and not row.content and not row.echo]
    if len(spoilt) < len(rows) and spoilt and rows[0].limit in EXPECTED:
        raise RefusedError("several of its labels are on the page, and not every row can be read")
    readings: list[Reading] = []
    mention: MentionError | None = None
    for row in rows:
        try:
            if one := read_row(row, moment):
                readings.append(one)
        except MentionError as error:
            mention = error
    if mention and not readings:
        raise mention
    if len({(one.percentage_used, one.percentage_shown, one.state, one.resets_at) for one in readings}) > 1:
        shown = ", ".join(sorted(f"{one.percentage_used:g} % {one.resets_in}" for one in readings))
        raise RefusedError(f"several of its rows are on the page, and they differ: {shown}")
    if not readings and rows[0].limit in EXPECTED:
        raise AbsentError("its label is there, but no percentage stands in its row")
    return readings[0] if readings else None


def _unread_money(tokens: list[Token]) -> bool:
    """Tell whether an amount that was spent follows the credits' label, in words that are not understood."""
    for token in tokens:
        if token.kind == "label" and token.meaning.limit == CREDITS:
            for after in tokens[token.order + 1 : token.order + 4]:
                if after.kind in HEADS:
                    break
                words = after.meaning.words
                if after.kind in {"name", "prose"} and MONEY.search(words) and SPENDING.search(words):
                    return True
    return False


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
