"""What a meter or progress bar says: whose it is and how full (pure)."""

import re

from services.scraper.extract.captured import Meter
from services.scraper.extract.found import FULL, TOLERANCE
from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.meanings import FIGURES, Meaning, recognise
from services.scraper.extract.reading_text import QUANTITY, leftover, read_text
from services.scraper.extract.tidy import tidy

__all__ = ["read_meter"]

_COUNT = r"\d{1,9}(?:\.\d+)?"
RATIO = re.compile(rf"(?P<part>{_COUNT}) ?(?:/|of|out of|von|sur) ?(?P<whole>{_COUNT})(?: used)?")
NUMBER = re.compile(_COUNT)
SUFFIX = re.compile(r" (?:usage|limit|limit usage|nutzung)$", re.IGNORECASE)


def read_meter(meter: Meter) -> list[Meaning]:
    """Read a meter by its number, its name and its own words: one meaning for each of the values it gives.

    A meter whose name is not known is about something else, and an aside. One whose words have a number in
    them that is not understood is prose: its number may be of anything.
    """
    name = tidy(meter.name)
    limit, named_value = _named(name)
    if limit is None:
        return [Meaning("aside", words=name)]
    words = tidy(meter.words)
    told = _told(words)
    if told is None and words and _unclear(words):
        return [Meaning("prose", words=words)]
    values: list[float | None] = [*_agreeing(_share(meter), told)]
    values += [] if named_value is None else [named_value]
    return [Meaning("meter", words=name, limit=limit, value=value) for value in values or [None]]


def _named(name: str) -> tuple[str | None, float | None]:
    """Return the limit a name names ("" for none, None for something unknown), and the percentage in it."""
    if leftover(name):
        return None, None
    bare = SUFFIX.sub("", name)
    if not name or any(table.generic.fullmatch(text) for table in LANGUAGES for text in (name, bare)):
        return "", None
    limits: set[str] = set()
    value = None
    for meaning in read_text(bare, []):
        if meaning.kind == "label":
            limits.add(meaning.limit)
        elif meaning.kind in FIGURES:
            value = meaning.value
        elif not any(table.generic.fullmatch(meaning.words) for table in LANGUAGES):
            return None, None
    return (limits.pop() if limits else "", value) if len(limits) < 2 else (None, None)  # noqa: PLR2004 - it names two


def _share(meter: Meter) -> float | None:
    """Return how full the meter is, in per cent; None without a number, or without a scale to read it by."""
    if meter.now is None:
        return None
    low, high = meter.low or 0, FULL if meter.high is None else meter.high
    if high <= low or meter.now < low:
        return None
    if meter.high is None and 0 < meter.now <= 1:  # a fraction of 1, or a hundredth: nobody says
        return None
    return (meter.now - low) * FULL / (high - low)


def _told(words: str) -> Meaning | None:
    """Read what the meter's words say in numbers."""
    meaning = recognise(words) if words else None
    if meaning and meaning.kind in FIGURES:
        return meaning
    if (ratio := RATIO.fullmatch(words)) and float(ratio["whole"]):
        return Meaning("bare", words=words, value=float(ratio["part"]) * FULL / float(ratio["whole"]))
    return None


def _unclear(words: str) -> bool:
    return leftover(words) or (bool(QUANTITY.search(words)) and not NUMBER.fullmatch(words))


def _agreeing(share: float | None, told: Meaning | None) -> list[float]:
    """Return the values a meter gives. Where its words tell what is left, its number may be that too."""
    values = [] if told is None or told.value is None else [told.value]
    if share is None:
        return values
    if told and told.kind == "rest" and values and abs(FULL - values[0] - share) <= TOLERANCE:
        return values
    return [share, *values]
