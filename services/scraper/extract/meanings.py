"""What a piece of text on the page says (pure).

A text is recognised as a whole, else piece by piece where it is made of pieces. What is not recognised is
either prose, which says nothing about rows, or a name: it may head a row nobody knows, and whatever follows
it is its own. Treating a short unknown text as a name is what keeps its number from landing in another row.
"""

import re
from typing import Literal

import msgspec

from services.scraper.extract.money import parse_money
from services.scraper.extract.words import CREDITS, LANGUAGES, Words, model_limit, tidy

__all__ = ["CONTENT", "HEADS", "NAMES", "Kind", "Meaning", "meter_limit", "read_text", "recognise"]

Kind = Literal[
    "label",
    "name",
    "used",
    "summary",
    "bare",
    "meter",
    "reset",
    "idle",
    "unused",
    "spent",
    "updated",
    "prose",
]

HEADS: frozenset[Kind] = frozenset({"label", "spent"})
"""What heads the row of a known limit; an amount of money spent is both head and content of its row."""

NAMES: frozenset[Kind] = frozenset({*HEADS, "name"})
"""What can head a row, known or not."""

CONTENT: frozenset[Kind] = frozenset({"used", "summary", "bare", "meter", "reset", "idle", "unused"})
"""What can stand in a row beside its label."""

BARE = re.compile(r"(?P<percent>\d{1,4}(?:\.\d{1,6})?) ?%")
FRAGMENT = re.compile(" ?[\u00b7\u2022|] ?|: | [\u2013\u2014-] ")
SEPARATORS = " \u00b7\u2022|\u2013\u2014-"
SENTENCE_WORDS = 8
LABEL_WORDS = 4


class Meaning(msgspec.Struct, frozen=True):
    """What one piece of text says. `limit` is set for labels.

    `weak` marks a model's name that heads a row only where the row also tells of a reset.
    """

    kind: Kind
    words: str = ""
    limit: str = ""
    value: float | None = None
    weak: bool = False


def read_text(text: str, parts: list[str]) -> list[Meaning]:
    """Read a text as a whole, else cut where it leaves least that nobody knows."""
    whole = tidy(text)
    if meaning := recognise(whole):
        return [meaning]
    fragments = [part for fragment in FRAGMENT.split(whole) for part in _run_on(fragment)]
    cuts = [fragments, [tidy(part).strip(SEPARATORS) for part in parts]]
    readings = [_fragments(cut) for cut in ([part for part in cut if part] for cut in cuts) if len(cut) > 1]
    known = [reading for reading in readings if _unknowns(reading) < len(reading)]
    return min(known, key=_unknowns, default=[_unknown(whole)])


def recognise(text: str) -> Meaning | None:
    """Read a tidied text that is one phrase from end to end; None when it is not known."""
    for table in LANGUAGES:
        if meaning := _content(text, table):
            return meaning
    if match := BARE.fullmatch(text):
        return Meaning("bare", words=text, value=float(match["percent"]))
    return _label(text)


def meter_limit(name: str) -> str | None:
    """Name the limit that a meter's accessible name names: "" when it names none, None when it is unknown."""
    bare = re.sub(r"[:,]? ?\d+(\.\d+)?% ?(used)?$", "", tidy(name), flags=re.IGNORECASE)
    if any(table.generic.fullmatch(bare) for table in LANGUAGES):
        return ""
    meaning = _label(bare)
    return meaning.limit if meaning else None


def _run_on(text: str) -> list[str]:
    """Cut `All models 46% used` after the label, if it begins with one and goes on with a phrase."""
    words = text.split(" ")
    for count in range(min(LABEL_WORDS, len(words) - 1), 0, -1):
        head, rest = " ".join(words[:count]), " ".join(words[count:])
        if _label(head) and recognise(rest):
            return [head, rest]
    return [text]


def _fragments(fragments: list[str]) -> list[Meaning]:
    """Read `Separate limit for Fable · Resets Wed 9:00 AM`: beside a reset, words alone describe its row."""
    meanings = [recognise(part) or _unknown(part) for part in fragments]
    if not any(meaning.kind == "reset" for meaning in meanings):
        return meanings
    return [Meaning("prose") if one.kind == "name" and "%" not in one.words else one for one in meanings]


def _unknowns(meanings: list[Meaning]) -> int:
    return sum(meaning.kind in {"name", "prose"} for meaning in meanings)


def _unknown(text: str) -> Meaning:
    sentence = text.endswith((".", "!", "?", "…")) or len(text.split()) > SENTENCE_WORDS
    aside = any(table.asides.fullmatch(text) for table in LANGUAGES)
    return Meaning("prose" if sentence or aside else "name", words=text)


def _content(text: str, table: Words) -> Meaning | None:
    for pattern in table.figures:
        if match := pattern.fullmatch(text):
            return Meaning("used", words=text, value=float(match["percent"]))
    for limit, pattern in table.summaries.items():
        if match := pattern.fullmatch(text):
            return Meaning("summary", words=text, limit=limit, value=float(match["percent"]))
    if match := table.updated.fullmatch(text):
        return Meaning("updated", words=match["age"])
    if match := table.reset.fullmatch(text):
        return Meaning("reset", words=match["words"])
    if table.idle.fullmatch(text):
        return Meaning("idle", words=text)
    if match := table.unused.fullmatch(text):
        return Meaning("unused", words=text, limit=model_limit(match["model"]))
    if (match := table.spent.fullmatch(text)) and parse_money(match["amount"]):
        return Meaning("spent", words=match["amount"], limit=CREDITS)
    return None


def _label(text: str) -> Meaning | None:
    bare = text.rstrip(": ")
    for table in LANGUAGES:
        for limit, pattern in table.labels.items():
            if pattern.fullmatch(bare):
                return Meaning("label", words=bare, limit=limit)
        if match := table.model.fullmatch(bare):
            weak = match["shown"] == bare
            return Meaning("label", words=match["shown"], limit=model_limit(match["model"]), weak=weak)
        if match := table.stranger.fullmatch(bare):
            return Meaning("label", words=match["shown"], limit=model_limit(match["model"]), weak=True)
    return None
