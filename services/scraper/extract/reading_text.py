"""Cuts a text that is no phrase into the phrases it is made of (pure)."""

import re
from collections.abc import Iterator

from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.meanings import FIGURES, Meaning, recognise
from services.scraper.extract.tidy import tidy

__all__ = ["QUANTITY", "leftover", "read_text", "unknown"]

FRAGMENT = re.compile(" ?[\u00b7\u2022|] ?| ?: | [\u2013\u2014-] ")
SEPARATORS = " \u00b7\u2022|\u2013\u2014-"
QUANTITY = re.compile(r"[\d%]")
NAME_WORDS = 2
SENTENCE_WORDS = 8
LABEL_WORDS = 4


def read_text(text: str, parts: list[str]) -> list[Meaning]:
    """Read a text as a whole, else cut where it leaves least that nobody knows."""
    whole = tidy(text)
    meaning = recognise(whole)
    if meaning and meaning.kind != "aside":
        return [meaning]
    cuts = [_by_separators(whole), [tidy(part).strip(SEPARATORS) for part in parts]]
    fitting = [reading for cut in cuts if len(cut) > 1 and (reading := _read(cut, by_parts=cut is cuts[1]))]
    return min(fitting, key=_unknowns, default=[meaning or unknown(whole)])


def leftover(text: str) -> bool:
    """Tell whether a word in the text turns percentages into what is left of a limit."""
    return any(table.leftover.search(text) for table in LANGUAGES)


def _by_separators(text: str) -> list[str]:
    return [part for fragment in FRAGMENT.split(text) if fragment for part in _run_on(fragment)]


def _run_on(text: str) -> Iterator[str]:
    """Cut `All models 46% used` after the label, if it begins with one and goes on with a phrase."""
    words = [text] if recognise(text) else text.split(" ")
    for count in range(min(LABEL_WORDS, len(words) - 1), 0, -1):
        head, rest = " ".join(words[:count]), " ".join(words[count:])
        label = recognise(head)
        if label and label.kind == "label" and recognise(rest):
            yield from (head, rest)
            return
    yield text


def _read(cut: list[str], *, by_parts: bool) -> list[Meaning] | None:
    """Read `Separate limit for Fable · Resets Wed 9:00 AM`: beside a reset, words alone describe its row.

    None when nothing in it is known, or when a figure would stand beside something unknown that no separator
    parts it from, or another figure: of `<` and `1% used`, of `30%` and `35% used` only the whole is true.
    """
    meanings = [recognise(part) or unknown(part) for part in cut if part]
    strange = _unknowns(meanings)
    if strange == len(meanings):
        return None
    figures = {meaning.value for meaning in meanings if meaning.kind in FIGURES}
    beside = strange or any(meaning.kind == "aside" for meaning in meanings)
    if (by_parts and beside and figures) or len(figures) > 1:
        return None
    if not any(meaning.kind == "reset" for meaning in meanings):
        return meanings
    return [
        Meaning("aside", one.words) if one.kind == "name" and not QUANTITY.search(one.words) else one
        for one in meanings
    ]


def _unknowns(meanings: list[Meaning]) -> int:
    return sum(meaning.kind in {"name", "prose"} for meaning in meanings)


def unknown(text: str) -> Meaning:
    """Say of a text that is not known whether it is a sentence or may be a row's name."""
    words = len(text.split())
    ended = words > NAME_WORDS and text.endswith((".", "!", "?"))
    sentence = words > SENTENCE_WORDS or ended or any(table.notices.fullmatch(text) for table in LANGUAGES)
    return Meaning("prose" if sentence else "name", words=text)
