"""A report as one HTML page (pure): it loads nothing, runs nothing, and prints well on A4 and Letter."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape

from shared.insight.report.blocks import Block, Document, Facts, Heading, Points, Prose, Record, Table

__all__ = ["STYLE_SOURCE", "page"]

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; padding-bottom: .15rem; border-bottom: 1px solid #999;
  break-after: avoid; }
h3 { font-size: 1rem; margin: 0 0 .3rem; break-after: avoid; }
p, ul, dl { margin: .4rem 0; }
ul { padding-left: 1.2rem; }
li, tr { break-inside: avoid; }
dl { display: grid; grid-template-columns: 6.5rem 1fr; column-gap: .8rem; row-gap: .15rem; }
dt { color: #555; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
dd span { display: block; }
section { break-inside: avoid; margin: .8rem 0; padding: .5rem .8rem; border-left: 3px solid #999; }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem .2rem 0; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child { text-align: left; font-weight: normal; }
thead { display: table-header-group; }
@page { margin: 18mm 16mm; }
@media print {
  body { font-size: 10pt; margin: 0; padding: 0; max-width: none; }
  section { padding-left: .6rem; }
}
"""

STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
"""The one style that the page needs, as a Content-Security-Policy names it."""

_HEAD = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {STYLE_SOURCE}">
<style>{_STYLE}</style>
"""


def page(document: Document) -> str:
    """Write a document as a page; every word of it is escaped."""
    title = _safe(document.title)
    parts = [_HEAD, f"<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n"]
    for block in document.blocks:
        parts += _written(block)
    return "".join([*parts, "</body>\n</html>\n"])


def _written(block: Block) -> Iterator[str]:
    match block:
        case Heading(words):
            yield f"<h2>{_safe(words)}</h2>\n"
        case Prose(words):
            yield f"<p>{_safe(words)}</p>\n"
        case Points(lines):
            yield from ("<ul>\n", *(f"<li>{_safe(line)}</li>\n" for line in lines), "</ul>\n")
        case Facts(rows):
            yield from _facts(rows)
        case Record(title, facts):
            yield f"<section>\n<h3>{_safe(title)}</h3>\n"
            yield from _facts(facts.rows)
            yield "</section>\n"
        case Table(head, rows):
            yield from _table(head, rows)


def _facts(rows: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    yield "<dl>\n"
    for label, lines in rows:
        told = "".join(f"<span>{_safe(line)}</span>" for line in lines)
        yield f"<dt>{_safe(label)}</dt><dd>{told}</dd>\n"
    yield "</dl>\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{_safe(cell)}</th>' for cell in head)
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for first, *cells in rows:
        told = "".join(f"<td>{_safe(cell)}</td>" for cell in cells)
        yield f'<tr><th scope="row">{_safe(first)}</th>{told}</tr>\n'
    yield "</tbody>\n</table>\n"


def _safe(words: str) -> str:
    """Escape a text; control characters, and those that turn the direction of writing, become marks."""
    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in words))
