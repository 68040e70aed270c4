"""Reads one row: its percentage, its state and its reset, or the reason why not (pure)."""

from datetime import datetime

from services.scraper.extract.found import FULL, TOLERANCE, reading
from services.scraper.extract.limits import CREDITS, EXPECTED, SESSION, SONNET
from services.scraper.extract.meanings import FIGURES, Kind
from services.scraper.extract.moment import Moment
from services.scraper.extract.money import parse_money, whole
from services.scraper.extract.resets import Horizon, contradicts, parse_reset, understood
from services.scraper.extract.rows import Row
from services.scraper.extract.tokens import Token
from shared.schemas.usage import CreditsReading, Reading

__all__ = ["AbsentError", "MentionError", "RefusedError", "read_credits", "read_row"]

UNUSED_MEANS = 0.5
"""A limit said to be untouched must not show more than this."""


class RefusedError(ValueError):
    """The row contradicts itself; the text says how."""


class AbsentError(ValueError):
    """The row has no percentage; the text says what it has."""


class MentionError(ValueError):
    """A model's name with a figure that may be a share of something; the text says so."""


def read_row(row: Row, moment: Moment) -> Reading | None:
    """Read one row; None for a label that heads no row. Raises RefusedError, AbsentError or MentionError."""
    resets, states = _of(row, "reset"), _of(row, "idle") + _of(row, "unused")
    expected, timed = row.limit in EXPECTED, bool(resets or states)
    if not row.content or (not expected and _is_mention(row, timed=timed)):
        if used := _values(row, "used"):
            raise MentionError(
                f"{whole(used[0])} % stands beside its name, but nothing that makes it a limit's"
            )
        return None
    percentage = _percentage(row, timed=timed, lone=expected and not row.loose)
    label = row.label.meaning.words if row.label and not expected and row.limit != SONNET else None
    if states:
        return _closed(row.limit, states, percentage, resets, label)
    if percentage is None:
        raise AbsentError("its label is there, but no percentage stands in its row")
    if percentage == 0 and not any(_understood(token) for token in resets):
        raise AbsentError("0 % stands in its row, but neither a reset nor words that make it a fact")
    words, at = _reset(row.limit, resets, moment)
    return reading(percentage, state="open" if resets else None, words=words, resets_at=at, label=label)


def _is_mention(row: Row, *, timed: bool) -> bool:
    """Tell a model's name in passing, or its share of something, from a row: a row tells of a reset."""
    return row.label is not None and row.label.meaning.weak and not timed


def _of(row: Row, kind: Kind) -> list[Token]:
    return [token for token in row.content if token.kind == kind]


def _percentage(row: Row, *, timed: bool, lone: bool) -> float | None:
    """Choose the row's percentage.

    Where the row tells of no reset, only the words `N% used` count, and only if `lone` allows it. Raises
    RefusedError when the row shows two percentages, or one that may be something else.
    """
    used = _values(row, "used") + _values(row, "rest")
    exact = used or _values(row, "summary")
    spread = [*exact, *_values(row, "summary"), *_metered(row), *_values(row, "bare")]
    if not spread:
        return None
    if len(set(used)) > 1 or max(spread) - min(spread) > TOLERANCE:
        shown = ", ".join(f"{whole(value)} %" for value in sorted(set(spread)))
        raise RefusedError(f"its row shows several percentages: {shown}")
    if not timed and not (exact and lone):
        raise RefusedError(f"{whole(spread[0])} % stands in its row, but nothing that makes it this limit's")
    if not exact and row.doubtful:
        raise RefusedError(f"{whole(spread[0])} % stands in its row, beside words that are not understood")
    return spread[0]


def _metered(row: Row) -> list[float]:
    """Return the meters' values; where the row tells what is left, a meter may show that and is no rival."""
    rests = [FULL - value for value in _values(row, "rest")]
    meters = _values(row, "meter")
    return [value for value in meters if not any(abs(value - rest) <= TOLERANCE for rest in rests)]


def _understood(token: Token) -> bool:
    return understood(token.meaning.when, token.meaning.language)


def _values(row: Row, kind: Kind) -> list[float]:
    return [token.meaning.value for token in _of(row, kind) if token.meaning.value is not None]


def _closed(
    limit: str, states: list[Token], percentage: float | None, resets: list[Token], label: str | None
) -> Reading:
    """Read a limit whose window is not open, or a model that was never used: 0 % is a fact then."""
    kinds = {token.kind for token in states}
    strangers = [token for token in states if token.kind == "unused" and token.meaning.limit != limit]
    if len(kinds) > 1 or strangers or resets or (percentage or 0) > UNUSED_MEANS:
        raise RefusedError("its row says it is untouched, and also says otherwise")
    return reading(0, state=states[0].kind, words=states[0].meaning.words, label=label)


def _reset(limit: str, resets: list[Token], moment: Moment) -> tuple[str, datetime | None]:
    """Return the reset's words and moment; raises RefusedError when the row cannot be this limit's."""
    if not resets:
        return "", None
    horizon: Horizon = "session" if limit == SESSION else "weekly"
    if len(resets) > 1:  # even if they agree: the second is of a row that has lost its label
        raise RefusedError(f"its row shows several resets: {', '.join(one.meaning.words for one in resets)}")
    words, when, language = resets[0].meaning.words, resets[0].meaning.when, resets[0].meaning.language
    if contradicts(when, moment.base, moment.zone, horizon, language):
        raise RefusedError(f"the reset in its row ({words}) is not one this limit can have")
    return words, parse_reset(when, moment.base, moment.zone, horizon, language)


def read_credits(rows: list[Row], moment: Moment) -> CreditsReading | None:
    """Read what was spent beyond the plan; None when the page names no amount. Raises RefusedError.

    Heading and amount both head the row, so their content is read together.
    """
    spent = [row.label.meaning for row in rows if row.label and row.label.kind == "spent"]
    amounts = {one.words for one in spent}
    if not amounts:
        if any(row.label and any(token.kind in FIGURES for token in row.content) for row in rows):
            raise AbsentError("its label is there, but no amount of money that is understood")
        return None
    money, limit = parse_money(amounts.pop()), parse_money(spent[0].of)
    if amounts or not money or len({one.of for one in spent}) > 1:
        raise RefusedError("its row shows several amounts")
    content = [token for row in rows for token in row.content]
    whole_row = Row(CREDITS, None, content, doubtful=any(row.doubtful for row in rows))
    percentage = _percentage(whole_row, timed=True, lone=True)
    resets = {(token.meaning.when, token.meaning.language) for token in _of(whole_row, "reset")}
    when, language = resets.pop() if len(resets) == 1 else ("", "")
    resets_at = parse_reset(when, moment.base, moment.zone, "monthly", language) if when else None
    return CreditsReading(
        used=money.amount,
        currency=money.currency,
        limit=limit.amount if limit and limit.currency == money.currency else None,
        percentage_used=None if percentage is None else whole(percentage),
        resets_at=resets_at,
    )
