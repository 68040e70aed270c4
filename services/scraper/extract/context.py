"""Under which headings a row stands, and whether one says that the row is not about the limit now (pure).

`All models` under `Last week`, `Your team` or `5-hour limits`, `This week` under `Fable`: other numbers.
So is what stands in a section of its own under a heading nobody knows. A heading is of what stands in its
box; where it is alone there, of what stands in the box around that.
"""

from collections.abc import Iterator

from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.limits import CREDITS, EXPECTED, WEEKLY
from services.scraper.extract.meanings import CONTENT, HEADS, NAMES
from services.scraper.extract.place import Place
from services.scraper.extract.tokens import Token

__all__ = ["strangers"]

HEADING_WORDS = 8


def strangers(place: Place) -> set[int]:
    """Return the labels and named meters, by their order, that stand under a heading of something else."""
    found: set[int] = set()
    headings: dict[int, Token] = {}
    for token in place.tokens:
        if token.kind in HEADS or (token.kind == "meter" and token.meaning.limit):
            around = [(one, headings[one]) for one in place.ancestors(token.element) if one in headings]
            if any(_elsewhere(heading, token.meaning.limit, box, place) for box, heading in around):
                found.add(token.order)
        if _may_head(token, place):
            headings.update(dict.fromkeys(_of(token, place), token))
    return found


def _may_head(token: Token, place: Place) -> bool:
    """Tell a heading by its role, or a name by what follows it: a row's own name has content after it."""
    if token.kind == "label" or token.heading:
        return token.heading
    if token.kind != "name" or len(token.meaning.words.split()) > HEADING_WORDS:
        return False
    after = place.tokens[token.order + 1 : token.order + 2]
    return not after or after[0].kind not in CONTENT


def _of(heading: Token, place: Place) -> Iterator[int]:
    """Yield the boxes that a heading is the heading of."""
    box = place.parents[heading.element]
    if box < 0:
        return
    yield box
    alone = len(place.names[box]) + len(place.content[box]) <= (heading.kind in NAMES)
    if heading.heading and alone and place.parents[box] >= 0:
        yield place.parents[box]


def _elsewhere(heading: Token, limit: str, box: int, place: Place) -> bool:
    words = heading.meaning.words
    if heading.kind == "label":
        return limit == WEEKLY and heading.meaning.limit.startswith(f"{WEEKLY}:")
    if any(table.elsewhere.search(words) for table in LANGUAGES):
        return True
    if limit == CREDITS:
        return False
    if any(table.periods.search(words) for table in LANGUAGES):
        return True
    if heading.heading and not any(table.own.search(words) for table in LANGUAGES):
        return not {name.meaning.limit for name in place.names[box]} >= {*EXPECTED}
    of_session = any(table.of_session.search(words) for table in LANGUAGES)
    of_week = any(table.of_week.search(words) for table in LANGUAGES)
    return limit.startswith(WEEKLY) and of_session and not of_week
