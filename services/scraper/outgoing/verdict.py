"""What a receiver's answer means for what was sent (pure)."""

import email.utils
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal

import msgspec

__all__ = [
    "PAGE",
    "UNKNOWN_CALL",
    "Meaning",
    "Reply",
    "Verdict",
    "has_v1",
    "is_page",
    "is_success",
    "judge_batch",
    "judge_single",
    "retry_after_of",
    "tells",
    "words_of",
]

Meaning = Literal["accepted", "rejected", "refused", "retry", "no_place"]

REJECTED = frozenset({400, 409, 413, 422})
"""The same again is refused again. Our receiver says 409 when what it has contradicts it."""

REFUSED = frozenset({401, 403})
UNKNOWN_CALL = frozenset({404, 405, 410, 501})
REDIRECTS = range(300, 400)
PROBLEM = "application/problem+json"

PAGE = "a web page came back, so this is no receiver: see CLAUDE_SYNC_URL"

FRAMED = frozenset({"content-length", "transfer-encoding"})
"""Headers of which one is there when an empty answer is known to be whole."""

FAULTS = frozenset({"error", "errors", "errorCode", "fault", "login"})
"""Words that a gateway or a portal says in JSON when it took nothing."""

YES = frozenset({"ok", "success", "accepted", "created", "stored", "done"})
"""Words by which a plain server says success."""

ASKED_BELIEVED = 24 * 3600
"""Seconds; a server that asks for a longer wait has slipped in the unit."""

LONGEST_NUMBER = 9


class Reply(msgspec.Struct, frozen=True):
    """What came back; `headers` have lower-case names. If nothing did, `status` is 0: see `trouble`."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = {}
    trouble: str = ""

    @property
    def text(self) -> str:
        """The body, or why there is none."""
        return self.body.decode("utf-8", "replace") if self.status else self.trouble


class Verdict(msgspec.Struct, frozen=True):
    """What became of one item.

    `accepted`: the receiver has it. `rejected`: it never will. `refused`: the key does not fit. `retry`: not
    yet. `no_place`: this server takes nothing of the kind. `status` is 0 when nothing was answered;
    `retry_after` is what the server asked for, in seconds, None when it did not or cannot be believed.
    """

    meaning: Meaning
    status: int = 0
    answer: str = ""
    retry_after: float | None = None


def judge_single(reply: Reply, now: datetime) -> Verdict:
    """Decide what an answer to one item means."""
    if not is_success(reply.status):
        return _failed(reply, now)
    if wrong := _no_receiver(reply):
        return Verdict("retry", reply.status, wrong, retry_after_of(reply, now))
    return Verdict("accepted", reply.status, reply.text)


def judge_batch(reply: Reply, count: int, now: datetime) -> list[Verdict]:
    """Decide what an answer to `count` items means for each of them."""
    if not is_success(reply.status):
        return [_failed(reply, now)] * count
    results = (_decoded(reply.body) or {}).get("results")
    if not isinstance(results, list) or len(results) != count:
        wrong = _no_receiver(reply) or "it does not say what became of each item"
        return [Verdict("retry", reply.status, wrong, retry_after_of(reply, now))] * count
    return [_of_result(result, retry_after_of(reply, now)) for result in results]


def has_v1(reply: Reply) -> bool:
    """Tell from the answer to the question for accounts whether the server has the calls under /api/v1."""
    if (
        reply.status in REFUSED
    ):  # a key that may only write, or a wrong one: the form tells whose answer it is
        return reply.headers.get("content-type", "").startswith(PROBLEM)
    accounts = (_decoded(reply.body) or {}).get("accounts")
    return reply.status == HTTPStatus.OK and isinstance(accounts, list)


def tells(reply: Reply) -> bool:
    """Tell whether that answer is believed when it says no: a fault or a portal's page says nothing."""
    if is_success(reply.status):
        return _decoded(reply.body) is not None
    return reply.status not in REDIRECTS and (
        reply.status < HTTPStatus.INTERNAL_SERVER_ERROR or reply.status == HTTPStatus.NOT_IMPLEMENTED
    )


def is_success(status: int) -> bool:
    """Tell whether a status says that it went well."""
    return 200 <= status < 300  # noqa: PLR2004 - the statuses of success


def _failed(reply: Reply, now: datetime) -> Verdict:
    if reply.status in REJECTED:
        return Verdict("rejected", reply.status, reply.text)
    if reply.status in REFUSED:
        return Verdict("refused", reply.status, reply.text)
    if reply.status in REDIRECTS:
        where = reply.headers.get("location", "elsewhere")
        return Verdict("retry", reply.status, f"it sends us on to {where}: put that into CLAUDE_SYNC_URL")
    if reply.status in UNKNOWN_CALL:
        return Verdict("retry", reply.status, f"there is no such call: see CLAUDE_SYNC_URL. {reply.text}")
    return Verdict("retry", reply.status, reply.text, retry_after_of(reply, now))


def is_page(reply: Reply) -> bool:
    """Tell whether a web page came back: a captive portal, or a proxy that speaks for itself."""
    return reply.headers.get("content-type", "").startswith("text/html") or reply.body.lstrip().startswith(
        b"<"
    )


def _no_receiver(reply: Reply) -> str:
    """Say why a success is none: a captive portal answers everything with a page of its own.

    The origin's server and ours answer in JSON; a plain word for success, or an empty answer
    that is known to be whole, is believed, too.
    """
    if is_page(reply):
        return PAGE
    if not reply.body.strip():
        whole = reply.status == HTTPStatus.NO_CONTENT or not reply.headers.keys().isdisjoint(FRAMED)
        return "" if whole else "the connection was closed before it said what became of it"
    answer = _decoded(reply.body)
    if answer is None:
        said = reply.text.strip().strip(".!").lower()
        return "" if said in YES else "what came back is no receiver's answer: see CLAUDE_SYNC_URL"
    failed = answer.get("success") is False or (answer.get("success") is not True and answer.keys() & FAULTS)
    return f"it says success, and that it failed: {reply.text}" if failed else ""


def words_of(answer: str) -> str:
    """Return what a receiver says to people in an answer of JSON, with what to do; else the answer itself."""
    found = _decoded(answer.encode()) or {}
    said = (found.get("message") or found.get("detail") or found.get("title"), found.get("suggestion"))
    return " ".join(word for word in said if isinstance(word, str) and word) or answer


def _decoded(body: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_result(result: object, asked: float | None) -> Verdict:
    """Read what a batch's answer says of one item."""
    found = result if isinstance(result, dict) else {}
    status = found.get("status")
    if not isinstance(status, int):
        return Verdict("retry", 0, "the receiver does not say what became of it", asked)
    answer = msgspec.json.encode(found.get("problem", found)).decode()
    if is_success(status):
        return Verdict("accepted", status, answer)
    if status in REJECTED:
        return Verdict("rejected", status, answer)
    return Verdict("refused" if status in REFUSED else "retry", status, answer, asked)


def retry_after_of(reply: Reply, now: datetime) -> float | None:
    """Read Retry-After: seconds, or an HTTP date, held against the server's own clock if it tells it."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text) if len(text) <= LONGEST_NUMBER else float("inf")
    elif moment := _http_date(text):
        seconds = (moment - (_http_date(reply.headers.get("date", "")) or now)).total_seconds()
    else:
        return None
    return seconds if 0 < seconds <= ASKED_BELIEVED else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
