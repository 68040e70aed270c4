"""The receiver behind the reverse proxies whose settings are shipped."""

import asyncio
import contextlib
import gc
import io
import os
import shutil
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests import certificates
from tests.ports import free_port
from tests.system.conftest import KEY, USAGE, fetch, wait_until

V1 = "/api/v1/accounts/default"
SNAPSHOT = {
    "lastUpdated": "2026-11-22T11:00:00Z",
    "currentSession": {"percentageUsed": 47, "resetsIn": "2 hr"},
}


@contextlib.contextmanager
def process(command: list[str], **settings: str) -> Iterator[None]:
    running = subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        assert running.wait(15) == 0


def nginx_settings(repository: Path, folder: Path, *, port: int, receiver_port: int) -> Path:
    """Write the shipped settings with this test's ports and files, and what nginx wants around them."""
    chain, key = certificates.make(folder)
    shipped = (repository / "deploy" / "proxy" / "nginx.conf").read_text()
    for there, here in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("127.0.0.1:4000", f"127.0.0.1:{receiver_port}"),
        ("/etc/marigraph/tls/fullchain.pem", str(chain)),
        ("/etc/marigraph/tls/privkey.pem", str(key)),
    ):
        assert there in shipped
        shipped = shipped.replace(there, here)
    (folder / "site.conf").write_text(shipped)
    (folder / "snippets").mkdir()
    shutil.copy(repository / "deploy" / "proxy" / "marigraph.conf", folder / "snippets")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    around = folder / "nginx.conf"
    around.write_text(
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        + "http {\naccess_log off;\n"
        + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        + f"include {folder}/site.conf;\n}}\n"
    )
    return around


@pytest.fixture
def behind_nginx(repository: Path, tmp_path: Path) -> Iterator[str]:
    port, receiver_port = free_port(), free_port()
    around = nginx_settings(repository, tmp_path, port=port, receiver_port=receiver_port)
    checked = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(around)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    settings = {
        "STORE_URL": "memory:",
        "CLAUDE_SYNC_API_KEY": KEY,
        "RECEIVER_PORT": str(receiver_port),
        "RECEIVER_PROXIES": "1",
    }
    with (
        process([sys.executable, "-m", "services.receiver"], **settings),
        process(["nginx", "-p", str(tmp_path), "-c", str(around)]),
    ):
        wait_until(
            lambda: fetch(f"http://127.0.0.1:{receiver_port}/livez")[0] == 200, what="the receiver's start"
        )
        yield f"https://127.0.0.1:{port}"


@pytest.fixture
async def client(behind_nginx: str, tmp_path: Path):
    trusted = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(tmp_path / "cert.pem")))
    async with aiohttp.ClientSession(behind_nginx, connector=trusted, headers={"X-API-Key": KEY}) as session:
        yield session
    await asyncio.sleep(0.1)
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # aiohttp leaves a TLS connection open that nginx ended in mid-body


@pytest.mark.nginx
async def test_behind_nginx_everything_works_as_without(client: aiohttp.ClientSession) -> None:
    async with client.get(f"{V1}/events") as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        began = time.monotonic()
        async with client.post(USAGE, json=SNAPSHOT) as answer:
            assert answer.status == 200
        while not (await events.content.readline()).startswith(b"event: snapshot"):
            pass
        assert time.monotonic() - began < 5
    async with client.post(
        f"{V1}/snapshots", data=io.BytesIO(b"[" + b" " * (1024 * 1024 - 10) + b"]")
    ) as answer:
        assert answer.status == 200
    async with client.post(
        f"{V1}/snapshots", data=io.BytesIO(b"[" + b" " * (1024 * 1024 + 10) + b"]")
    ) as answer:
        assert (answer.status, answer.content_type) == (413, "application/problem+json")
    async with client.post(f"{V1}/snapshots", data=io.BytesIO(b" " * 5_000_000)) as answer:
        assert answer.status == 413
    began = time.monotonic()
    async with client.get(f"{V1}/scrape?wait=6&collector=laptop") as answer:
        assert answer.status == 204
        assert time.monotonic() - began > 5
    async with client.get(
        "/livez", headers={"X-Request-ID": "abc-1"}
    ) as answer:  # the receiver closed by now
        assert answer.status == 200
        assert answer.headers["X-Request-ID"] == "abc-1"
        assert "Strict-Transport-Security" in answer.headers


@pytest.mark.nginx
async def test_behind_nginx_wrong_keys_are_held_against_who_sent_them(client: aiohttp.ClientSession) -> None:
    wrong = {"X-API-Key": "wrong", "X-Forwarded-For": "192.0.2.1"}
    answers = []
    for _ in range(40):
        async with client.get(USAGE, headers=wrong) as answer:
            answers.append(answer.status)
    assert set(answers) == {401, 429}


@pytest.mark.skipif(shutil.which("caddy") is None, reason="there is no caddy command")
def test_caddy_takes_its_settings(repository: Path) -> None:
    checked = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(repository / "deploy/proxy/Caddyfile")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
