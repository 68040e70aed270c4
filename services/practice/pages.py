"""The pages' files, and the filling in of values: everything that is put into a page is escaped."""

import html
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

from services.practice.eras import Era
from shared.schemas.codec import encode

__all__ = ["ASSETS", "Markup", "asset", "fill", "usage_page"]

FOLDER = Path(__file__).parent / "pages"
ASSETS = {
    "home.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "readings.js": "text/javascript; charset=utf-8",
    "settings.css": "text/css; charset=utf-8",
    "translate.js": "text/javascript; charset=utf-8",
    "usage.js": "text/javascript; charset=utf-8",
    "words.js": "text/javascript; charset=utf-8",
}
"""Files that a page loads, with their content types."""


@lru_cache
def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def asset(name: str) -> str:
    """Return the content of one of ASSETS."""
    return _text(name)


class Markup(str):
    """HTML that is put into a page as it is: whatever in it came from outside is escaped already."""

    __slots__ = ()


def fill(name: str, **values: str) -> str:
    """Return a page with values in place of its $names, escaped unless they are Markup."""
    return Template(_text(name)).substitute(
        {key: value if isinstance(value, Markup) else html.escape(value) for key, value in values.items()}
    )


def usage_page(era: Era, *, layout: str, boot: dict[str, Any]) -> str:
    """Return the usage page of an era, or one that nobody knows, with what its script starts from."""
    known = layout == "known"
    frame = "frame-dialog.html" if era.dialog and known else "frame-page.html"
    content = _text(f"{era.slug}.html" if known else "unknown.html")
    return Template(_text(frame)).substitute(content=content, boot=_script_json(boot))


def _script_json(value: dict[str, Any]) -> str:
    """Write JSON that cannot end the script element it stands in."""
    return encode(value).decode().replace("<", "\\u003c")
