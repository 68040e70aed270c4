"""Answering what is sent: one item, or an array with a result for each."""

from collections.abc import Awaitable, Callable, Sequence

from sanic import Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.routes import question_of
from services.receiver.context import json_answer
from services.receiver.taking.batch import Outcome, Receipt, is_batch, items_of, results_of
from services.receiver.taking.bodies import read_body

__all__ = ["store_sent"]

Take = Callable[[Request, str, bytes], Awaitable[Receipt]]
TakeAll = Callable[[Request, str, Sequence[bytes]], Awaitable[Sequence[Outcome]]]


async def store_sent(request: Request, account: str, take: Take, take_all: TakeAll) -> HTTPResponse:
    """Store what a body holds: 201 for one item (200 if it was stored before), 200 with results for many."""
    question_of(request)
    body = await read_body(request, takes_batch=True)
    if is_batch(body):
        return json_answer(results_of(await take_all(request, account, items_of(body))))
    receipt = await take(request, account, body)
    answer = json_answer(receipt, receipt.status)
    answer.headers["Location"] = f"{request.path.rstrip('/')}/{receipt.id}"
    return answer
