"""What a piece of text on the page says (pure).

A text is recognised as a whole, else piece by piece where it is made of pieces. What is not recognised is
either prose, which says nothing about rows, or a name: it may head a row nobody knows, and whatever follows
it is its own. Treating a short unknown text as a name is what keeps its number from landing in another row.
"""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from services.scraper.extract.languages import LANGUAGES, Language
from services.scraper.extract.languages.form import PERCENT, phrase
from services.scraper.extract.limits import CREDITS, model_limit
from services.scraper.extract.money import parse_money

__all__ = ["CONTENT", "FIGURES", "HEADS", "NAMES", "Kind", "Meaning", "age_minutes", "recognise"]

Kind = Literal[
    "label",
    "name",
    "used",
    "rest",
    "summary",
    "bare",
    "meter",
    "reset",
    "idle",
    "unused",
    "spent",
    "updated",
    "aside",
    "prose",
]

HEADS: frozenset[Kind] = frozenset({"label", "spent"})
"""What heads the row of a known limit; an amount of money spent is both head and content of its row."""

NAMES: frozenset[Kind] = frozenset({*HEADS, "name"})
"""What can head a row, known or not."""

FIGURES: frozenset[Kind] = frozenset({"used", "rest", "summary", "bare"})
"""Texts with a percentage."""

CONTENT: frozenset[Kind] = frozenset({*FIGURES, "meter", "reset", "idle", "unused"})
"""What can stand in a row beside its label."""

BARE = phrase(PERCENT)
FULL = 100


class Meaning(msgspec.Struct, frozen=True):
    """What one piece of text says. `limit` is set for labels, `when` for resets (see `Language.resets`).

    `value` is what is used, in per cent, also where the text tells what is left. `weak` marks a model's name
    that heads a row only where the row also tells of a reset. `language` is the code of the language whose
    words they are. `of` is the amount of which an amount was spent.
    """

    kind: Kind
    words: str = ""
    limit: str = ""
    value: float | None = None
    weak: bool = False
    when: str = ""
    of: str = ""
    language: str = ""


@lru_cache(maxsize=4096)
def recognise(text: str) -> Meaning | None:
    """Read a tidied text that is one phrase from end to end; None when it is not known."""
    for table in LANGUAGES:
        if meaning := _figure(text, table) or _state(text, table):
            return meaning
    if match := BARE.fullmatch(text):
        return Meaning("bare", words=text, value=_number(match))
    labels = (label for table in LANGUAGES if (label := _label(text.rstrip(": "), table)))
    if label := next(labels, None):
        return label
    return Meaning("aside", words=text) if any(table.asides.fullmatch(text) for table in LANGUAGES) else None


def age_minutes(words: str) -> int | None:
    """Read `3 minutes ago`; None when the words are not known."""
    bare = words.rstrip(".")
    for table in LANGUAGES:
        for pattern, minutes in table.ages:
            if match := pattern.fullmatch(bare):
                count = match.groupdict().get("count") or "0"
                return minutes * (int(count) if count.isdigit() else 1)
    return None


def _figure(text: str, table: Language) -> Meaning | None:
    for pattern in table.figures:
        if match := pattern.fullmatch(text):
            return Meaning("used", words=text, value=_number(match))
    for pattern in table.rests:
        if (match := pattern.fullmatch(text)) and (rest := _number(match)) <= FULL:
            return Meaning("rest", words=text, value=FULL - rest)
    for limit, pattern in table.summaries.items():
        if (match := pattern.fullmatch(text)) and not table.elsewhere.search(text):
            return Meaning("summary", words=text, limit=limit, value=_number(match))
    return None


def _state(text: str, table: Language) -> Meaning | None:
    if match := table.updated.fullmatch(text):
        return Meaning("updated", words=_group(match, "age"), language=table.code)
    if (match := table.renewed.fullmatch(text)) and age_minutes(match["age"]) is not None:
        return Meaning("updated", words=match["age"], language=table.code)
    if table.idle.fullmatch(text):
        return Meaning("idle", words=text)
    if match := _first(table.unused, text):
        return Meaning("unused", words=text, limit=model_limit(match["model"]))
    if match := _first(table.resets, text):
        return Meaning("reset", words=match["words"], when=match["when"], language=table.code)
    for pattern in table.spent:
        match = pattern.fullmatch(text)
        limit = _group(match, "limit") if match else ""
        if match and parse_money(match["amount"]) and (not limit or parse_money(limit)):
            return Meaning("spent", words=match["amount"], limit=CREDITS, of=limit)
    return None


def _label(text: str, table: Language) -> Meaning | None:
    for limit, pattern in table.labels.items():
        if pattern.fullmatch(text):
            return Meaning("label", words=text, limit=limit)
    if match := table.model.fullmatch(text):
        shown = _group(match, "shown")
        return Meaning("label", words=shown, limit=model_limit(_group(match, "model")), weak=shown == text)
    if match := table.stranger.fullmatch(text):
        shown = _group(match, "shown")
        return Meaning("label", words=shown, limit=model_limit(_group(match, "model")), weak=True)
    return None


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.fullmatch(text))), None)


def _group(match: re.Match[str], name: str) -> str:
    """Return a group that a pattern may have under two names, one for each place it can stand in."""
    found = match.groupdict()
    return found.get(name) or found.get(f"{name}_after") or ""


def _number(match: re.Match[str]) -> float:
    return float(match["percent"].replace(",", "."))
