"""A receiver behind TLS: a certificate that nobody vouches for is told with what to do, and its file is enough."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from desk import Commands, Desk
from fake_receiver import FakeReceiver

from services.scraper.outgoing.client import Client


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
async def secure(certificate):
    """The address of a receiver that speaks TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    fake = FakeReceiver()
    app = web.Application()
    app.router.add_post("/api/claude/console-usage", fake._post)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    yield f"https://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/api/claude/console-usage"
    await runner.cleanup()


async def sent(folder, url):
    async with Client() as client:
        desk = Desk(folder, client, url)
        desk.add(1)
        await desk.drain()
        return desk.sender.sending.detail


async def test_a_certificate_that_nobody_vouches_for_is_told_with_what_to_do(tmp_path, secure):
    said = await sent(tmp_path / "state", secure)
    assert "is not trusted" in said
    assert "SSL_CERT_FILE" in said


async def test_the_file_of_its_authority_is_enough(tmp_path, secure, certificate):
    commands = Commands(tmp_path / "state", secure, SSL_CERT_FILE=str(certificate))
    commands.add(1)
    code, said = await commands.run("send")
    assert (code, said.strip()) == (0, "sent: 1, waiting in the outbox: 0")


async def test_plain_http_is_told_from_tls(tmp_path):
    async with FakeReceiver() as plain:
        said = await sent(tmp_path, plain.url.replace("http:", "https:"))
    assert "does not speak TLS as we do" in said
