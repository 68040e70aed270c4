"""What every answer carries, and what none shows."""

import re

import pytest

from shared.store.errors import StoreFullError, StoreIOError, StoreReadOnlyError, StoreUnavailableError
from tests.receiver.conftest import SECRET, Receiver
from tests.receiver.malformed import MALFORMED, get
from tests.receiver.raw import exchange

V1 = "/api/v1/accounts/default"
CALLS = [
    ("GET", "/", 200),
    ("GET", "/login/login.js", 200),
    ("GET", "/livez", 200),
    ("GET", "/metrics", 200),
    ("GET", "/api/health", 503),
    ("GET", "/nowhere", 404),
    ("GET", "/api/v1/nowhere", 404),
    ("GET", "//etc/passwd", 404),
    ("GET", "/api/claude-usage", 404),
    ("GET", f"{V1}/snapshots", 200),
    ("GET", f"{V1}/asof?at=x", 400),
    ("GET", f"{V1}/snapshots?limit=+5", 400),
    ("GET", f"{V1}/snapshots?limit=%2B5", 400),
    ("PUT", f"{V1}/snapshots", 405),
    ("POST", "/api/claude/console-usage", 400),
    ("BREW", "/livez", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), CALLS)
async def test_every_answer_carries_what_keeps_browsers_from_guessing(
    receiver: Receiver, method: str, path: str, status: int
) -> None:
    answered, body, headers = await receiver.call(method, path)
    assert answered == status
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", headers["X-Request-ID"])
    assert not {"Server", "X-Powered-By", "Strict-Transport-Security"} & set(headers)
    is_page = headers["Content-Type"].startswith("text/html")
    assert ("Content-Security-Policy" in headers) == (is_page or path.startswith("/login"))
    if status >= 400 and path != "/api/health":
        assert headers["Cache-Control"] == "no-store"
        assert body["requestId"] == headers["X-Request-ID"]
        assert ".md" not in body["suggestion"]  # who asks has the server, not its repository


async def test_pages_say_what_they_may_load_and_who_may_frame_them(receiver: Receiver) -> None:
    _, _, entered = await receiver.call(
        "POST", "/login", key=None, data={"key": SECRET}, allow_redirects=False
    )
    cookie = {"Cookie": entered["Set-Cookie"].partition(";")[0]}
    for path, frames in (("/", "'self'"), ("/login", "'none'"), ("/docs/problems", "'none'")):
        _, _, headers = await receiver.get(path, key=None, headers=cookie)
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith(f"frame-ancestors {frames}") or f"frame-ancestors {frames};" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == ("SAMEORIGIN" if frames == "'self'" else "DENY")


async def test_a_refused_head_is_answered_like_everything_else(receiver: Receiver) -> None:
    came = (await exchange(receiver, MALFORMED["no Host"][0])).decode()
    for line in ("X-Content-Type-Options: nosniff", "Cache-Control: no-store", "X-Request-ID: "):
        assert f"\r\n{line}" in came


@pytest.mark.parametrize(
    "asked", [b"a b", b"a\tb", b"<script>", b"x" * 65, "\u00e4".encode(), b"a%0d%0aSet-Cookie:b=c", b""]
)
async def test_a_request_id_that_could_do_harm_is_replaced(receiver: Receiver, asked: bytes) -> None:
    came = await exchange(receiver, get(b"X-Request-ID: " + asked, b"Connection: close"))
    echoed = re.search(rb"\r\nX-Request-ID: ([^\r]*)\r\n", came)
    assert echoed is not None
    assert re.fullmatch(rb"[0-9a-f]{12}-[0-9a-f]+", echoed[1])


@pytest.mark.parametrize("error", [StoreFullError, StoreIOError, StoreReadOnlyError, StoreUnavailableError])
async def test_no_answer_shows_a_path_of_the_server_and_the_log_does(
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[Exception],
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise error("opening the store /srv/data-1/store (file:///srv/data-1): '/srv/data-1/.index' is gone")

    for name in (
        "append",
        "append_all",
        "latest",
        "probe",
        "nearest",
        "listed",
        "accounts",
        "reports",
        "add_report",
    ):
        if hasattr(receiver.store, name):
            monkeypatch.setattr(receiver.store, name, fails)
    snapshot = {
        "lastUpdated": "2026-11-22T12:00:00Z",
        "currentSession": {"percentageUsed": 1, "resetsIn": "1 hr"},
    }
    failed = 0
    for method, path, body in (
        ("POST", "/api/claude/console-usage", snapshot),
        ("POST", f"{V1}/snapshots", snapshot),
        ("POST", f"{V1}/snapshots", [snapshot, snapshot]),
        ("GET", "/api/claude/console-usage", None),
        ("GET", f"{V1}/asof?at=2026-11-22", None),
        ("GET", "/api/v1/accounts", None),
        ("GET", "/readyz", None),
        ("GET", "/api/health", None),
    ):
        status, answer, _ = await receiver.call(method, path, **({"json": body} if body else {}))
        failed += status >= 500
        assert "srv" not in str(answer), (method, path)
    assert failed >= 6
    assert "/srv/data-1/store" in capsys.readouterr().out
