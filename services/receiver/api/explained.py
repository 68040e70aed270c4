"""The page to which a problem's `type` leads: what each code means and what to do about it."""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.fixed import fixed
from services.receiver.giving.headers import of_page
from services.receiver.refusing.problems import KINDS, PAGE, anchor_of

__all__ = ["BLUEPRINT"]

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
dt { margin-top: 1.25rem; }
dt:target { outline: 2px solid; outline-offset: .4rem; }
dd { margin: .25rem 0 0; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
"""
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()


def _marked(text: str) -> str:
    """Return a text as HTML, with what stands between backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


_ROWS = "".join(
    f'<dt id="{anchor_of(code)}"><b>{_marked(kind.title)}</b> (<code>{code}</code>)</dt>'
    f"<dd>{_marked(kind.cure)}</dd>"
    for code, kind in KINDS.items()
)
_TEXT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    f"<title>Marigraph: problems</title><style>{_STYLE}</style>"
    '<h1>Problems</h1><p>What the codes of failed calls mean. <a href="/docs">All calls</a></p>'
    f"<dl>{_ROWS}</dl></html>\n"
)


_PAGE = fixed(_TEXT.encode(), "text/html; charset=utf-8", of_page(f"style-src 'sha256-{_STYLE_HASH}'"))


async def problems(request: Request) -> HTTPResponse:
    """Explain every code."""
    return _PAGE.answer(request)


BLUEPRINT = Blueprint("explained")
BLUEPRINT.add_route(problems, PAGE, methods=["GET", "HEAD"])
