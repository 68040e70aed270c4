"""TLS served by the receiver itself."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from shared.store import Store
from shared.wire import tls
from shared.wire.limits import WireLimits
from shared.wire.tls import Certificate
from tests import certificates
from tests.receiver.conftest import SECRET, Receiver, running
from tests.receiver.malformed import GOOD, get
from tests.receiver.raw import exchange, statuses
from tests.receiver.test_process import Process, process  # noqa: F401 - a fixture


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return certificates.make(tmp_path)


@pytest.fixture
async def secure(store: Store, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tls, "_LOOK_SECONDS", 0.1)
    certificate = Certificate(*pair, settings="RECEIVER")
    async with running(store, limits=WireLimits(head_seconds=0.8), certificate=certificate) as one:
        yield one


def trusting(chain: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(chain))


async def test_it_answers_over_tls(secure: Receiver, pair: tuple[Path, Path]) -> None:
    address = secure.address.replace("http:", "https:")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting(pair[0]))) as session:
        for _ in range(2):
            async with session.get(f"{address}/livez") as answer:
                assert (answer.status, await answer.json()) == (200, {"status": "ok"})
                assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        headers = {"X-API-Key": SECRET}
        async with session.post(
            f"{address}/api/claude/console-usage", headers=headers, data=b" " * 60_000
        ) as answer:
            assert answer.status == 400
        async with session.post(f"{address}/api/claude/console-usage", data=b" " * 60_000) as answer:
            assert answer.status == 401


async def test_plain_http_says_nothing_of_strict_transport(receiver: Receiver) -> None:
    _, _, headers = await receiver.get("/livez")
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("sent", [GOOD, b"", b"\x16\x03\x01\x02\x00\x01", bytes(range(256))])
async def test_what_speaks_no_tls_is_closed_in_its_time(
    secure: Receiver, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    came = await exchange(secure, sent)
    assert statuses(came) == []
    assert not came.endswith(b"(open)")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_old_versions_of_tls_are_refused(secure: Receiver, pair: tuple[Path, Path]) -> None:
    context = trusting(pair[0])
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    host, port = secure.address.removeprefix("http://").split(":")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(host, int(port), ssl=context)


async def test_a_slow_head_over_tls_is_dropped(secure: Receiver, pair: tuple[Path, Path]) -> None:
    host, port = secure.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trusting(pair[0]))
    writer.write(get()[:-2])
    async with asyncio.timeout(4):
        assert statuses(await reader.read()) == [408]
    writer.close()


async def test_a_renewed_certificate_is_used_without_a_restart(
    secure: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = secure.address.removeprefix("http://").split(":")
    chain, key = certificates.make(tmp_path, "another.test")
    key.write_text("not a key")
    await asyncio.sleep(0.3)
    chain, _key = certificates.make(tmp_path, "renewed.test")
    async with asyncio.timeout(4):
        while True:
            try:
                _reader, writer = await asyncio.open_connection(host, int(port), ssl=trusting(chain))
                break
            except ssl.SSLError:
                await asyncio.sleep(0.05)
    subject = writer.get_extra_info("peercert")["subject"]
    assert subject == ((("commonName", "renewed.test"),),)
    writer.transport.abort()
    assert "cannot be renewed" in capsys.readouterr().out


@pytest.fixture
def files(tmp_path: Path) -> Iterator[dict[str, Path]]:
    chain, key = certificates.make(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    locked = tmp_path / "locked"
    locked.mkdir()
    return {
        "chain": chain,
        "key": key,
        "other": certificates.make(other)[1],
        "text": text,
        "broken": broken,
        "locked": certificates.make(locked, passphrase=b"secret")[1],
        "none": tmp_path / "none.pem",
    }


@pytest.mark.parametrize(
    ("chain", "key", "names", "words"),
    [
        ("chain", None, ["RECEIVER_TLS_KEY"], "missing"),
        (None, "key", ["RECEIVER_TLS_CERT"], "missing"),
        ("none", "key", ["RECEIVER_TLS_CERT"], "No such file"),
        ("none", "none", ["RECEIVER_TLS_CERT", "RECEIVER_TLS_KEY"], "No such file"),
        ("chain", "text", ["RECEIVER_TLS_KEY"], "PEM"),
        ("chain", "other", ["RECEIVER_TLS_KEY"], "not the key of"),
        ("broken", "key", ["RECEIVER_TLS_CERT"], "cannot be used"),
        ("chain", "locked", ["RECEIVER_TLS_KEY"], "passphrase"),
        ("key", "chain", ["RECEIVER_TLS_CERT"], "cannot be used"),
    ],
)
def test_what_is_wrong_with_the_files_is_told_at_the_start(
    process: Process,  # noqa: F811 - the fixture
    files: dict[str, Path],
    chain: str | None,
    key: str | None,
    names: list[str],
    words: str,
) -> None:
    settings = {"RECEIVER_TLS_CERT": chain, "RECEIVER_TLS_KEY": key}
    code, said = process.ended(**{name: str(files[which]) for name, which in settings.items() if which})
    assert code == 2
    assert words in said
    assert all(name in said for name in names)
    assert "Traceback" not in said


def test_a_process_says_that_it_serves_tls(process: Process, pair: tuple[Path, Path]) -> None:  # noqa: F811 - the fixture
    chain, key = pair
    serving = process.start(RECEIVER_TLS_CERT=str(chain), RECEIVER_TLS_KEY=str(key))
    assert serving.stderr is not None
    said = serving.stderr.readline()
    port = int(said.partition("https://127.0.0.1:")[2].split()[0].strip('",'))
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        trusting(chain).wrap_socket(plain, server_hostname="127.0.0.1") as client,
    ):
        client.sendall(GOOD)
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
    silent = socket.create_connection(("127.0.0.1", port))
    serving.terminate()
    assert serving.wait(10) == 0
    silent.close()
