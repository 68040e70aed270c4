"""Sends snapshots to the receiver, and says what its answer means."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, Self

import aiohttp
import msgspec

__all__ = ["Client", "Verdict", "classify"]

TIMEOUT_SECONDS = 10
LONGEST_ANSWER = 64 * 1024

Meaning = Literal["accepted", "rejected", "refused", "retry"]

REJECTED = frozenset({400, 413, 422})
REFUSED = frozenset({401, 403})


class Verdict(msgspec.Struct, frozen=True):
    """What became of one send.

    `accepted`: the receiver has it. `rejected`: it never will. `refused`: the key does not fit. `retry`: not
    yet. `status` is 0 when nothing was answered; `retry_after` is what the server asked for, in seconds.
    """

    meaning: Meaning
    status: int = 0
    answer: str = ""
    retry_after: float | None = None


def classify(status: int, answer: str, headers: dict[str, str], now: datetime) -> Verdict:
    """Decide what an answer means. `headers` have lower-case names."""
    if 200 <= status < 300:  # noqa: PLR2004 - the statuses of success
        # A captive portal answers everything with a page of its own: that is no receiver.
        if headers.get("content-type", "").startswith("text/html"):
            return Verdict(
                "retry", status, "a web page came back, so this is no receiver: see CLAUDE_SYNC_URL"
            )
        return Verdict("accepted", status, answer)
    if status in REJECTED:
        return Verdict("rejected", status, answer)
    if status in REFUSED:
        return Verdict("refused", status, answer)
    return Verdict("retry", status, answer, _retry_after(headers.get("retry-after", ""), now))


def _retry_after(text: str, now: datetime) -> float | None:
    """Read seconds or an HTTP date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


class Client:
    """A connection to one receiver; use it as an asynchronous context."""

    def __init__(self, url: str) -> None:
        """Take the address that snapshots are posted to."""
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def send(self, body: bytes, key: str) -> Verdict:
        """Post one snapshot and return what became of it; never raises for what a network can do."""
        if self._session is None:
            raise RuntimeError("the client is not open")
        headers = {"X-API-Key": key, "Content-Type": "application/json"}
        try:
            # No redirects: the key is for this address and no other.
            async with self._session.post(
                self._url, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await response.content.read(LONGEST_ANSWER)
                found = {name.lower(): value for name, value in response.headers.items()}
                text = content.decode("utf-8", "replace")
                return classify(response.status, text, found, datetime.now(UTC))
        except TimeoutError:
            return Verdict("retry", answer=f"no answer within {TIMEOUT_SECONDS} s")
        except aiohttp.ClientError as error:
            return Verdict("retry", answer=str(error) or type(error).__name__)
