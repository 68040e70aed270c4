"""Requests that are answered by the wire itself, before or instead of a handler."""

from sanic.exceptions import SanicException

__all__ = ["ClientLeft", "NotAnswered", "RequestRefused", "cut_short", "too_slow"]


class RequestRefused(SanicException):
    """The bytes that came are no request that is answered here: the connection is closed after the answer."""

    quiet = True

    def __init__(self, status: int, words: str, suggestion: str = "Correct the request.") -> None:
        """Take the status of the answer, a sentence without its full stop, and what the client can do."""
        super().__init__(words, status_code=status)
        self.suggestion = suggestion


class NotAnswered(SanicException):
    """No handler had an answer in time."""

    quiet = True
    status_code = 503
    message = "There was no answer in time"


class ClientLeft(SanicException):
    """Nobody is there any more to hear the answer; the status is the one that nginx logs."""

    quiet = True
    status_code = 499


def cut_short() -> RequestRefused:
    """Answer a request whose sender said that there is no more."""
    return RequestRefused(400, "The request ends before it is complete")


def too_slow(what: str) -> RequestRefused:
    """Answer a request that takes too long to arrive."""
    return RequestRefused(408, f"The {what} of the request took too long to arrive", "Send it again.")
