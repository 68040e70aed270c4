"""Requests that smell of smuggling, byte by byte, to a running receiver."""

import logging
import re

import pytest

from tests.receiver.conftest import SECRET, Receiver
from tests.receiver.malformed import CHUNKED, CUT_SHORT, GOOD, MALFORMED, PATH, get, post
from tests.receiver.raw import exchange, statuses


async def answered(receiver: Receiver) -> float:
    """How many answers the receiver has counted."""
    _, shown, _ = await receiver.get("/metrics", key=None)
    return sum(
        float(count)
        for count in re.findall(r"^marigraph_http_requests_total\{.* (\S+)$", shown, re.MULTILINE)
    )


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_request_is_refused_once_and_its_connection_closed(
    receiver: Receiver, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent, status = MALFORMED[name]
    before = await answered(receiver)
    came = await exchange(receiver, sent + GOOD)
    assert statuses(came) == [status]
    assert not came.endswith(b"(open)")
    assert b"connection: close" in came.lower()
    assert await answered(receiver) == before + 2  # this one, and the question before
    assert statuses(await exchange(receiver, GOOD)) == [200]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


@pytest.mark.parametrize("name", CUT_SHORT)
async def test_a_request_whose_sender_says_that_there_is_no_more_is_refused_once(
    receiver: Receiver, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = await answered(receiver)
    assert statuses(await exchange(receiver, CUT_SHORT[name], ends=True)) == [400]
    assert await answered(receiver) == before + 2  # this one, and the question before
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


async def test_requests_sent_at_once_are_answered_one_after_the_other(receiver: Receiver) -> None:
    posted = post(b"Content-Length: 2", body=b"{}")
    chunked = post(CHUNKED, body=b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
    unknown = get(line=b"POST /nowhere HTTP/1.1") + get(b"Content-Length: 5") + b"GET /"
    came = await exchange(receiver, get() + posted + chunked + unknown + GOOD, ends=True)
    assert statuses(came) == [200, 400, 400, 404, 200, 200]


async def test_a_request_is_answered_though_its_sender_sends_no_more(receiver: Receiver) -> None:
    assert statuses(await exchange(receiver, get(), ends=True)) == [200]


async def test_an_empty_line_before_a_request_is_passed_over(receiver: Receiver) -> None:
    assert statuses(await exchange(receiver, b"\r\n" + GOOD)) == [200]


async def test_a_head_may_come_byte_by_byte(receiver: Receiver) -> None:
    import asyncio  # noqa: PLC0415 - only here

    host, port = receiver.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for byte in GOOD:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
    assert statuses(await reader.read()) == [200]
    writer.close()


async def test_no_body_is_asked_for_before_the_key_is_known(receiver: Receiver) -> None:
    head = b"POST " + PATH + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
    came = await exchange(receiver, head + b"\r\n")
    assert statuses(came) == [401]
    assert b"connection: close" in came.lower()
    came = await exchange(receiver, head + b"X-API-Key: " + SECRET.encode() + b"\r\n\r\n{}", wait=0.5)
    assert statuses(came) == [100, 400]
    came = await exchange(receiver, head.replace(b"100-continue", b"a-miracle") + b"\r\n")
    assert statuses(came) == [417]
