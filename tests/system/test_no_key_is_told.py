"""A key that is a canary: used rightly and wrongly, it turns up in no log, file, command line or answer."""

import contextlib
import http.client
import json
import socket
import urllib.parse
from pathlib import Path

import pytest

from tests.system.conftest import KEY, USAGE, Stage
from tests.system.keyed import READING, Keyed

ACCOUNT = "/api/v1/accounts/default"
BARE = "canary-that-a-person-chose-8f3a"


class Canary:
    """Secrets, and all that a receiver said to whoever used them."""

    def __init__(self, keyed: Keyed, secrets: list[str]) -> None:
        self.keyed = keyed
        self.secrets = secrets
        self.said = bytearray()
        self.host, self.port = "127.0.0.1", int(keyed.address.rpartition(":")[2])

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> int:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(
                method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
            )
            answer = connection.getresponse()
            self.said += str(answer.getheaders()).encode() + answer.read()
            return answer.status

    def send(self, raw: str) -> None:
        """Say something that is no HTTP, and note what comes back."""
        with socket.create_connection((self.host, self.port), timeout=3) as line:
            line.sendall(raw.encode())
            with contextlib.suppress(OSError):
                while piece := line.recv(65536):
                    self.said += piece

    def told_in(self, text: bytes) -> list[str]:
        """The secrets that a text gives away, also written as in an address."""
        return [
            one for one in self.secrets if one.encode() in text or urllib.parse.quote(one).encode() in text
        ]


def use_rightly(canary: Canary, secret: str) -> None:
    assert canary.ask("POST", USAGE, json.dumps(READING).encode(), X_API_Key=secret) == 200
    for path in (USAGE, f"{ACCOUNT}/snapshots", "/api/v1/accounts", f"{ACCOUNT}/snapshots/none"):
        assert canary.ask("GET", path, Authorization=f"Bearer {secret}") in {200, 404}
        canary.ask("HEAD", path, X_API_Key=secret)


def use_wrongly(canary: Canary, secret: str) -> None:
    """Where a key does not belong, and where it is not understood."""
    quoted = urllib.parse.quote(secret)
    for path in (
        f"/{quoted}",
        f"/api/v1/accounts/{quoted}/snapshots",
        f"{ACCOUNT}/snapshots/{quoted}",
        f"{ACCOUNT}/asof?at={quoted}",
        f"{ACCOUNT}/snapshots?cursor={quoted}",
        f"{ACCOUNT}/snapshots?limit={quoted}&{quoted}=1",
        f"{ACCOUNT}/series?step={quoted}",
        f"{ACCOUNT}/series?format={quoted}",
        f"{ACCOUNT}/events?after={quoted}",
        f"{ACCOUNT}/scrape?collector={quoted}",
        f"{ACCOUNT}/scrape?wait={quoted}&collector=laptop",
        f"{ACCOUNT}/reports?cursor={quoted}",
        f"{ACCOUNT}/reports/{quoted}",
        f"{USAGE}?version={quoted}",
        f"{USAGE}?timestamp={quoted}",
        f"{USAGE}?key={quoted}",
        f"{USAGE}?X-API-Key={quoted}",
    ):
        canary.ask("POST", f"{ACCOUNT}/scrape", X_API_Key=canary.secrets[0])
        for method in ("GET", "POST", "DELETE"):
            canary.ask(method, path, b"{}" if method == "POST" else None, X_API_Key=secret)
    for body in (
        secret,
        json.dumps(secret),
        json.dumps({secret: secret}),
        json.dumps({"lastUpdated": secret}),
    ):
        for path in (USAGE, f"{ACCOUNT}/snapshots", f"{ACCOUNT}/reports"):
            canary.ask("POST", path, body.encode(), X_API_Key=secret)
    for headers in (
        {"X_API_Key": f"{secret}x"},
        {"X_API_Key": secret[:-1]},
        {"Authorization": secret},
        {"Authorization": f"Basic {secret}"},
        {"Cookie": f"key={secret}"},
        {"X_Request_ID": secret, "X_API_Key": secret},
        {"Host": secret, "X_API_Key": secret},
        {"Accept": secret, "If_None_Match": secret, "If_Modified_Since": secret, "X_API_Key": secret},
        {"X_Forwarded_For": secret, "X_API_Key": "wrong"},
    ):
        canary.ask("GET", USAGE, **headers)


def break_requests(canary: Canary, secret: str) -> None:
    for raw in (
        f"{secret}\r\n\r\n",
        f"GET /{secret}\r\nX-API-Key: {secret}\r\n\r\n",
        f"{secret} / HTTP/1.1\r\nHost: x\r\nX-API-Key: {secret}\r\n\r\n",
        f"GET / HTTP/{secret}\r\nHost: x\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nX-API-Key {secret}\r\n\r\n",
        f"GET / HTTP/1.1\nHost: x\nX-API-Key: {secret}\n\n",
        f"POST {USAGE} HTTP/1.1\r\nHost: x\r\nX-API-Key: {secret}\r\nContent-Length: {secret}\r\n\r\n",
        f"POST {USAGE} HTTP/1.1\r\nHost: x\r\nX-API-Key: {secret}\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n{secret}",
        f"POST {USAGE} HTTP/1.1\r\nHost: x\r\nX-API-Key: {secret}\r\nTransfer-Encoding: chunked\r\n\r\n{secret}\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nExpect: {secret}\r\nConnection: {secret}\r\nUpgrade: {secret}\r\n\r\n",
    ):
        canary.send(raw)


@pytest.mark.timeout(180)
def test_a_key_is_told_nowhere(keyed: Keyed) -> None:
    minted = keyed.add("canary", "--read", "--write")
    ended = keyed.add("ended")
    canary = Canary(keyed, [minted, ended, BARE])
    settings = {"CLAUDE_SYNC_API_KEY_FILE": str(keyed.folder / "bare")}
    (keyed.folder / "bare").write_text(BARE + "\n")
    keyed.start(LOG_LEVEL="debug", LOG_FORMAT="json", RECEIVER_FAILED_KEYS_PER_MINUTE="0", **settings)
    said = keyed.keys("revoke", "ended").stderr
    said += "".join(keyed.keys(*arguments).stdout for arguments in (("list",), ("list", "--json")))
    keyed.stops(ended, "the revoked key stopping")
    for secret in canary.secrets:
        if secret != ended:
            use_rightly(canary, secret)
        use_wrongly(canary, secret)
        break_requests(canary, secret)
    for path in ("/metrics", "/readyz", "/livez", "/api/health", "/openapi.json", "/docs", "/"):
        canary.ask("GET", path)
    assert keyed.process is not None
    running = Path(f"/proc/{keyed.process.pid}")
    assert canary.told_in((running / "cmdline").read_bytes() + (running / "environ").read_bytes()) == []
    assert canary.told_in(bytes(canary.said)) == []
    keyed.stop()
    assert canary.told_in(said.encode()) == []
    (keyed.folder / "bare").unlink()
    given_away = {
        str(path.relative_to(keyed.folder)): told
        for path in keyed.folder.rglob("*")
        if path.is_file() and (told := canary.told_in(path.read_bytes()))
    }
    assert given_away == {}
    assert '"event":"request"' in keyed.log.read_text()  # the log was looked at, and was not empty


@pytest.mark.browser
@pytest.mark.timeout(180)
def test_a_scraper_tells_its_key_nowhere(stage: Stage) -> None:
    wrong = "a-wrong-canary-of-a-key-4711"
    stage.start_practice()
    stage.start_receiver()
    said = ""
    for command in ("once", "status"):
        for key in (KEY, wrong, f"{wrong}\xe9"):
            done = stage.scraper(command, CLAUDE_SYNC_API_KEY=key, LOG_LEVEL="debug", SYNC_VERBOSE="true")
            said += done.stdout + done.stderr
    stage.stop("receiver")
    assert "stored" in (stage.folder / "receiver.log").read_text()
    texts = [said.encode(), *(path.read_bytes() for path in stage.folder.rglob("*") if path.is_file())]
    assert len(texts) > 10
    assert not any(key.encode() in text for text in texts for key in (KEY, wrong))
