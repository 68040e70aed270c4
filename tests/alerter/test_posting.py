"""What a webhook's try says on the wire, and what it makes of answers that are none."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.alerter.sending.addresses import Address
from services.alerter.sending.posting import NoAnswerError, posted
from services.alerter.sending.webhook import Webhook
from services.alerter.telling.book import Message
from services.alerter.telling.words import Said
from tests import certificates
from tests.alerter.sink import KEY


class Server:
    """Answers every request with the same bytes, and keeps what came."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.heard = b""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heard = head + await reader.readexactly(2)
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(answer: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answer)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


FINE = b"HTTP/1.1 204 No Content\r\n\r\n"


async def test_a_request_is_whole_and_a_password_goes_into_its_header() -> None:
    async with serving(FINE) as server:
        url = f"http://me:p%40ss@127.0.0.1:{server.port}/a b/c?d=é&e=%20#f"
        assert await posted(url, b"{}", {"webhook-id": "msg_1"}) == 204
    head, _, body = server.heard.partition(b"\r\n\r\n")
    line, *headers = head.decode("ascii").split("\r\n")
    assert line == "POST /a%20b/c?d=%C3%A9&e=%20 HTTP/1.1"
    assert sorted(headers) == [
        f"Authorization: Basic {base64.b64encode(b'me:p@ss').decode()}",
        "Connection: close",
        "Content-Length: 2",
        f"Host: 127.0.0.1:{server.port}",
        "webhook-id: msg_1",
    ]
    assert body == b"{}"


async def test_an_early_answer_is_not_the_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    async with serving(early + early + FINE) as server:
        assert await posted(f"http://127.0.0.1:{server.port}", b"{}", {}) == 204


@pytest.mark.parametrize(
    "answer", [b"", b"220 mail.example ESMTP\r\n", b"HTTP/1.1 103 x\r\n\r\n", b"HTTP/1.1 2\r\n"]
)
async def test_what_is_no_answer_is_not_taken_for_one(answer: bytes) -> None:
    async with serving(answer) as server:
        with pytest.raises(NoAnswerError):
            await posted(f"http://127.0.0.1:{server.port}/", b"{}", {})


async def test_a_certificate_that_nobody_vouches_for_is_told_and_gets_no_message(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificates.make(tmp_path))
    async with serving(FINE, context) as server:
        webhook = Webhook(
            Address("hook", f"https://127.0.0.1:{server.port}/top-secret"), [KEY], lambda: datetime.now(UTC)
        )
        outcome, why = await webhook.send(Message("msg_1", datetime.now(UTC), Said("a", ("b",)), (), ()))
    assert (outcome, server.heard) == ("failed", b"")
    assert why.startswith("its certificate is not believed")
    assert "top-secret" not in why
