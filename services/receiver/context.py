"""What every handler of one receiver shares."""

from msgspec import Struct, field
from sanic import Request
from sanic.response import HTTPResponse

from services.receiver.answers import KeptAnswers
from services.receiver.auth import Key, Keys, Scope, secret_of
from services.receiver.encoded import Encoded
from services.receiver.metrics import ReceiverMetrics
from services.receiver.refusals import forbidden, key_invalid, key_missing
from shared.clock import Clock
from shared.schemas.codec import encode
from shared.store import Store

__all__ = ["Context", "authorise", "context_of", "identify", "json_answer"]


class Context(Struct):
    """A receiver's store, keys, clock, counters and last answers, and whether it is about to stop."""

    store: Store
    keys: Keys
    clock: Clock
    metrics: ReceiverMetrics
    answers: KeptAnswers = field(default_factory=KeptAnswers)
    stopping: bool = False


def context_of(request: Request) -> Context:
    """Return the context of the receiver that got a request."""
    context: Context = request.app.ctx.receiver
    return context


def authorise(request: Request, scope: Scope, account: str) -> Key:
    """Return the key a request presents; raises Refusal (401, 403) when it does not open the account."""
    key = identify(request)
    if not key.allows(scope, account):
        raise forbidden(scope)
    return key


def identify(request: Request) -> Key:
    """Return the key a request presents, whatever it opens; raises Refusal (401)."""
    secret = secret_of(request.headers.get("x-api-key"), request.headers.get("authorization"))
    if secret is None:
        raise key_missing()
    key = context_of(request).keys.find(secret)
    if key is None:
        raise key_invalid()
    return key


def json_answer(body: object, status: int = 200) -> HTTPResponse:
    """Encode an answer's body."""
    return Encoded(encode(body), status)
