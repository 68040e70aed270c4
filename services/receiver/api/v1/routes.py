"""How a call under `/api/v1` is added: its address, its methods, and the key before anything else."""

from collections.abc import Awaitable, Callable, Collection

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.admission.auth import Key, Scope
from services.receiver.asking.questions import Question, read_question
from services.receiver.context import authorise
from services.receiver.refusing.problems import ROOT
from services.receiver.taking.bodies import read_body
from shared.schemas.usage import ACCOUNT_PATTERN

__all__ = ["ACCOUNT", "ACCOUNTS", "Handler", "add_route", "drop_body", "key_of", "question_of"]

ACCOUNTS = f"{ROOT}/accounts"
ACCOUNT = f"{ACCOUNTS}/<account:({ACCOUNT_PATTERN})>"
"""The address of one account; a name of another form is 404 before any code of ours sees it."""

Handler = Callable[..., Awaitable[HTTPResponse | None]]
"""Takes the request, `account`, and what else its path names; None when it has streamed its answer."""


ScopeOf = Callable[[Request], Scope]
"""Tells what a request needs, where that depends on what it asks."""


def add_route(blueprint: Blueprint, method: str, path: str, scope: Scope | ScopeOf, handler: Handler) -> None:
    """Add a call below an account, such as `GET`, `/snapshots`; with GET comes HEAD.

    The key is checked before a byte of the body is read, whatever the method: a handler that wants a body
    reads it with `bodies.read_body`.
    """

    async def authorised(request: Request, account: str, **parts: str) -> HTTPResponse | None:
        authorise(request, scope(request) if callable(scope) else scope, account)
        if method == "GET":
            await drop_body(request)
        return await handler(request, account, **parts)

    blueprint.add_route(
        authorised,
        ACCOUNT + path,
        methods=["GET", "HEAD"] if method == "GET" else [method],
        stream=True,  # Sanic would read the body first
        name=handler.__name__,
    )


def key_of(request: Request) -> Key:
    """Return the key that opened a request to one of these calls."""
    key: Key = request.ctx.key
    return key


async def drop_body(request: Request) -> None:
    """Read the body of a request that needs none, so that the next one on its connection can be read."""
    if request.stream is not None and request.stream.request_body:
        await read_body(request)


def question_of(request: Request, *known: str, repeatable: Collection[str] = ()) -> Question:
    """Return the parameters of a request; raises Refusal (400) for others than those that are known.

    Those that are `repeatable`, too, may be sent more than once.
    """
    if not request.query_string:
        return Question({})
    return read_question(request.get_args(keep_blank_values=True), known, repeatable)
