"""The page to which a problem's `type` leads: what each code means and what to do about it."""

from html import escape

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.fixed import fixed
from services.receiver.giving.headers import of_page
from services.receiver.refusing.problems import KINDS, PAGE, anchor_of

__all__ = ["BLUEPRINT"]

_ROWS = "".join(
    f'<dt id="{anchor_of(code)}"><b>{escape(kind.title)}</b> (<code>{code}</code>)</dt>'
    f"<dd>{escape(kind.cure)}</dd>"
    for code, kind in KINDS.items()
)
_TEXT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Marigraph: problems</title><h1>Problems</h1><p>What the codes of failed calls mean.</p>"
    f"<dl>{_ROWS}</dl></html>\n"
)


_PAGE = fixed(_TEXT.encode(), "text/html; charset=utf-8", of_page())


async def problems(request: Request) -> HTTPResponse:
    """Explain every code."""
    return _PAGE.answer(request)


BLUEPRINT = Blueprint("explained")
BLUEPRINT.add_route(problems, PAGE, methods=["GET", "HEAD"])
