"""Reads the limits from what was seen on the page, each on its own (pure)."""

from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from services.scraper.extract.captured import CapturedPage, Element, Text
from services.scraper.extract.found import EXPECTED, TOLERANCE, Found, reading
from services.scraper.extract.moment import Moment
from services.scraper.extract.money import parse_money, whole
from services.scraper.extract.resets import Horizon, contradicts, parse_reset
from services.scraper.extract.rows import Row, find_rows
from services.scraper.extract.tokens import Kind, Token
from services.scraper.extract.words import CREDITS, LANGUAGES, SESSION, SONNET, tidy
from shared.schemas.usage import CreditsReading, Reading

__all__ = ["page_age", "read_page"]

UNUSED_MEANS = 0.5
"""A limit said to be untouched must not show more than this."""


class _Refused(Exception):  # noqa: N818 - it carries a reason, and never leaves this module
    """The row is there but cannot be read; the text says why."""


def read_page(page: CapturedPage, tokens: list[Token], moment: Moment) -> Found:
    """Read every limit that has a row on the page."""
    rows = find_rows(_in_dialog(tokens, page.elements), page.elements)
    readings: dict[str, Reading] = {}
    errors: dict[str, str] = {}
    credit = None
    for limit, row in rows.items():
        try:
            if limit == CREDITS:
                credit = _credits(row, moment)
            elif found := _reading(limit, row, moment):
                readings[limit] = found
        except _Refused as refused:
            errors[limit] = str(refused)
    return Found(readings=readings, errors=errors, credits=credit, plan=_plan(page))


def page_age(tokens: list[Token]) -> timedelta | None:
    """Return how old the page says its figures are, the oldest if it says so twice.

    Zero when it says nothing. None when it says something that is not understood.
    """
    ages = [_age(token.meaning.words) for token in tokens if token.kind == "updated"]
    known = [age for age in ages if age is not None]
    return None if len(known) < len(ages) else max(known, default=timedelta(0))


def _age(words: str) -> timedelta | None:
    for table in LANGUAGES:
        for pattern, minutes in table.ages:
            if match := pattern.fullmatch(words.rstrip(".")):
                count = match.groupdict().get("count") or "0"
                return timedelta(minutes=minutes * (int(count) if count.isdigit() else 1))
    return None


def _in_dialog(tokens: list[Token], elements: list[Element]) -> list[Token]:
    """Keep to the dialogs in which limits are shown, if any: what lies under them is another page."""
    dialogs: dict[int, list[Token]] = {}
    for token in tokens:
        if (dialog := _dialog_of(token.element, elements)) is not None:
            dialogs.setdefault(dialog, []).append(token)
    shown = [inside for inside in dialogs.values() if any(one.meaning.limit in EXPECTED for one in inside)]
    if not shown:
        return tokens
    kept = [token for inside in shown for token in inside]
    return [msgspec.structs.replace(token, order=order) for order, token in enumerate(kept)]


def _dialog_of(element: int, elements: list[Element]) -> int | None:
    outermost = None
    while element >= 0:
        if elements[element].role in {"dialog", "alertdialog"}:
            outermost = element
        element = elements[element].parent
    return outermost


def _reading(limit: str, row: Row, moment: Moment) -> Reading | None:
    """Read one row; None for a model's name that heads no limit's row. Raises _Refused."""
    resets, states = _of(row, "reset"), _of(row, "idle") + _of(row, "unused")
    if limit not in EXPECTED and _is_mention(row, timed=bool(resets or states)):
        return None
    if row.torn:
        raise _Refused("a meter in its row bears another limit's name")
    percentage = _percentage(row, has_reset=bool(resets or states), own=limit in EXPECTED)
    scoped = limit not in {*EXPECTED, SONNET} and row.labels
    label = row.labels[0].meaning.words if scoped else None
    if states:
        return _closed(limit, states, percentage, resets, label)
    if percentage is None:
        raise _Refused("its label is there, but no percentage stands in its row")
    words, at = _reset(limit, resets, moment)
    return reading(percentage, state="open" if resets else None, words=words, resets_at=at, label=label)


def _is_mention(row: Row, *, timed: bool) -> bool:
    """Tell a model's name in passing from a row: a row has content, and a stranger's must tell of a reset."""
    return not row.content or (all(label.meaning.stranger for label in row.labels) and not timed)


def _of(row: Row, kind: Kind) -> list[Token]:
    return [token for token in row.content if token.kind == kind]


def _percentage(row: Row, *, has_reset: bool, own: bool) -> float | None:
    """Choose the row's percentage. A lone number counts only in a row that also tells of a reset.

    Raises _Refused when the row shows two percentages, or when it shares use out among models.
    """
    used = _values(row, "used")
    exact = used or _values(row, "summary")
    spread = [
        *exact,
        *_values(row, "summary"),
        *_values(row, "meter"),
        *([] if exact else _values(row, "bare")),
    ]
    if not spread:
        return None
    if len(set(used)) > 1 or max(spread) - min(spread) > TOLERANCE:
        shown = ", ".join(f"{whole(value)} %" for value in sorted(set(spread)))
        raise _Refused(f"its row shows several percentages: {shown}")
    if not has_reset and not (exact and own):
        raise _Refused(f"{whole(spread[0])} % stands in its row, but nothing that makes it this limit's")
    return spread[0]


def _values(row: Row, kind: Kind) -> list[float]:
    return [token.meaning.value for token in _of(row, kind) if token.meaning.value is not None]


def _closed(
    limit: str, states: list[Token], percentage: float | None, resets: list[Token], label: str | None
) -> Reading:
    """Read a limit whose window is not open, or a model that was never used: 0 % is a fact then."""
    kinds = {token.kind for token in states}
    strangers = [token for token in states if token.kind == "unused" and token.meaning.limit != limit]
    if len(kinds) > 1 or strangers or resets or (percentage or 0) > UNUSED_MEANS:
        raise _Refused("its row says it is untouched, and also says otherwise")
    return reading(0, state=states[0].kind, words=states[0].meaning.words, label=label)


def _reset(limit: str, resets: list[Token], moment: Moment) -> tuple[str, datetime | None]:
    """Return the reset's words and moment; raises _Refused when the row cannot be this limit's."""
    if not resets:
        return "", None
    horizon: Horizon = "session" if limit == SESSION else "weekly"
    every = {token.meaning.words for token in resets}
    moments = {parse_reset(words, moment.base, moment.zone, horizon) for words in every}
    if len(every) > 1 and (len(moments) > 1 or None in moments):
        raise _Refused(f"its row shows several resets: {', '.join(sorted(every))}")
    words = resets[0].meaning.words
    if contradicts(words, moment.base, moment.zone, horizon):
        raise _Refused(f"the reset in its row ({words}) is not one this limit can have")
    return words, moments.pop()


def _credits(row: Row, moment: Moment) -> CreditsReading | None:
    """Read what was spent beyond the plan; None when the page names no amount."""
    amounts = {label.meaning.words for label in row.labels if label.kind == "spent"}
    if not amounts:
        return None
    money = parse_money(amounts.pop())
    if amounts or not money:
        raise _Refused("its row shows several amounts")
    percentage = _percentage(row, has_reset=True, own=True)
    resets = {token.meaning.words for token in _of(row, "reset")}
    resets_at = parse_reset(resets.pop(), moment.base, moment.zone, "monthly") if len(resets) == 1 else None
    return CreditsReading(
        used=money.amount,
        currency=money.currency,
        percentage_used=None if percentage is None else whole(percentage),
        resets_at=resets_at,
    )


def _plan(page: CapturedPage) -> str | None:
    """Find the plan's badge, in the section's heading or right after it."""
    texts = [tidy(piece.text) for piece in page.pieces if isinstance(piece, Text)]
    pairs = [f"{one} {other}" for one, other in pairwise(texts)]
    matches = (table.plan.fullmatch(text) for text in [*texts, *pairs] for table in LANGUAGES)
    return next((match["plan"] for match in matches if match), None)
