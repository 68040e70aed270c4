"""Who speaks HTTP/1.0 gets what it can read: no chunks, and no word before the answer."""

import msgspec

from tests.receiver.conftest import SECRET, Receiver
from tests.receiver.raw import exchange, statuses
from tests.receiver.series_calls import SERIES, put
from tests.receiver.test_origin_contract import FULL

KEY = b"X-API-Key: %b\r\n" % SECRET.encode()


async def test_a_long_answer_ends_with_its_connection(receiver: Receiver) -> None:
    await put(receiver.store, (30, 20))
    question = f"{SERIES}?step=60&from=2026-11-15&to=2026-11-23".encode()
    came = await exchange(receiver, b"GET %b HTTP/1.0\r\n%b\r\n" % (question, KEY))
    head, _, body = came.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert len(msgspec.json.decode(body)["series"][0]["buckets"]) == 8 * 1440


async def test_nobody_is_told_to_go_on(receiver: Receiver) -> None:
    head = b"POST /api/claude/console-usage HTTP/1.0\r\n%bExpect: 100-continue\r\n" % KEY
    came = await exchange(receiver, head + b"Content-Length: %d\r\n\r\n" % len(FULL) + FULL)
    assert statuses(came) == [200]
