"""A webhook: one signed POST of JSON a try. It follows no redirect and reads no more than the status.

Where a webhook leads is the operator's word alone: what answers there cannot send the alerter elsewhere.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.alerter.rules.news import News
from services.alerter.sending.addresses import Address
from services.alerter.sending.posting import NoAnswerError, posted
from services.alerter.sending.signing import headers_of
from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Message
from shared.schemas.codec import encode

__all__ = ["Webhook", "body_of"]

TRY_SECONDS = 15

_GONE = 410
_TRY_LATER = frozenset({408, 425, 429})
_SUCCESS, _REDIRECT, _CLIENT, _SERVER = 200, 300, 400, 500


class Webhook:
    """One webhook."""

    def __init__(self, address: Address, keys: Sequence[bytes], now: Callable[[], datetime]) -> None:
        """Take its address, the keys to sign with (the newest first), and the clock for the signature."""
        self.name = address.name
        self._url = address.url
        self._keys = keys
        self._now = now

    async def send(self, message: Message) -> tuple[Outcome, str]:
        """Try once; any status of 2xx means that it is there."""
        body = body_of(message)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Marigraph-alerter",
            **headers_of(message.id, int(self._now().timestamp()), body, self._keys),
        }
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return _outcome(await posted(self._url, body, headers))
        except TimeoutError:
            return "failed", f"no answer within {TRY_SECONDS} seconds"
        except (NoAnswerError, OSError, ValueError) as error:
            return "failed", _words(error)

    async def close(self) -> None:
        """Nothing is held open."""


def body_of(message: Message) -> bytes:
    """Return what is posted: `type`, `timestamp`, and under `data` the words and each alert's facts."""
    kind = message.news[0].kind if len(message.news) == 1 else "several" if message.news else "test"
    return encode(
        {
            "type": f"alert.{kind}",
            "timestamp": message.at,
            "data": {
                "title": message.said.title,
                "text": message.said.text,
                "alerts": [_facts(one) for one in message.news],
            },
        }
    )


def _facts(news: News) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.to_builtins(news)
    return {name: value for name, value in facts.items() if name not in {"mark", "about"}}


def _outcome(status: int) -> tuple[Outcome, str]:
    if _SUCCESS <= status < _REDIRECT:
        return "delivered", f"HTTP {status}"
    if status == _GONE:
        return "ended", "HTTP 410: it wants no more"
    if _REDIRECT <= status < _CLIENT:
        return "refused", f"HTTP {status}: redirects are not followed, so give the address it leads to"
    if _CLIENT <= status < _SERVER and status not in _TRY_LATER:
        return "refused", f"HTTP {status}"
    return "failed", f"HTTP {status}"


def _words(error: Exception) -> str:
    """Say what went wrong without the address, which errors of connections repeat."""
    if isinstance(error, NoAnswerError):
        return "what answers there is no web server"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not believed: {error.verify_message}"
    if isinstance(error, socket.gaierror):
        return "no host of that name is known"
    if isinstance(error, OSError) and error.errno:
        return f"{type(error).__name__}: {os.strerror(error.errno)}"
    return type(error).__name__
