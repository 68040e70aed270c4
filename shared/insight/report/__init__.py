"""The printable report of resets (pure): what a record proves of them, by which readings, and what not.

`material` gathers what a range holds, `wording` puts it into sentences, `composing` into blocks; `text` and
`page` write the same blocks for a mail and for paper.
"""

from shared.insight.report.composing import composed
from shared.insight.report.material import Asked, Material, gathered
from shared.insight.report.page import STYLE_SOURCE, page
from shared.insight.report.text import text

__all__ = ["STYLE_SOURCE", "Asked", "Material", "as_page", "as_text", "gathered"]


def as_text(material: Material) -> str:
    """Write the report in lines of at most 80 characters, for a mail or an issue."""
    return text(composed(material))


def as_page(material: Material) -> str:
    """Write the report as one HTML page that loads nothing, runs nothing and prints well."""
    return page(composed(material))
