"""Logging in with a browser: what the cookie opens, what it does not, and when it ends."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.receiver.admission.auth import Key, Keys, key_of_secret
from services.receiver.admission.logins import (
    DAYS,
    cookie_name,
    key_of_login,
    login_of,
    renewed,
    same_site,
    set_cookie,
)
from services.receiver.api import release
from shared.store import open_store
from tests.receiver.conftest import OTHER, READ_ONLY, SECRET, Receiver, running

DAY = 86_400
NOW = 1_795_348_830.0
LAPTOP = key_of_secret("laptop", SECRET)


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    async with running(open_store(tmp_path.as_uri())) as receiver:
        yield receiver


async def enter(receiver: Receiver, key: str, **headers: str) -> tuple[int, Any, Any]:
    return await receiver.call(
        "POST", "/login", key=None, data={"key": key}, headers=headers, allow_redirects=False
    )


async def logged_in(receiver: Receiver, key: str = SECRET) -> dict[str, str]:
    """Log in; return the header with the cookie."""
    status, _body, headers = await enter(receiver, key)
    assert status == 303
    assert headers["Location"] == "./"
    return {"Cookie": headers["Set-Cookie"].partition(";")[0]}


def test_a_login_stands_for_its_key_until_it_ends_and_may_only_read() -> None:
    login = login_of(LAPTOP, NOW)
    found = key_of_login(Keys([LAPTOP]), login, NOW + DAYS * DAY - 1)
    assert found is not None
    assert found.name == "laptop"
    assert found.allows("read", "default")
    assert not found.allows("write", "default")
    assert key_of_login(Keys([LAPTOP]), login, NOW + DAYS * DAY) is None


def test_an_admins_login_reads_all_and_does_nothing_else() -> None:
    admin = Key(name="boss", sha256=LAPTOP.sha256, scopes=["admin"], accounts=["*"])
    found = key_of_login(Keys([admin]), login_of(admin, NOW), NOW)
    assert found is not None
    assert found.allows("read", "work")
    assert not found.allows("write", "work")
    assert not found.allows("admin", "*")


def test_a_login_ends_with_its_key() -> None:
    assert key_of_login(Keys([key_of_secret("other", OTHER)]), login_of(LAPTOP, NOW), NOW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        ".",
        "..",
        "x",
        "a.b.c",
        "a.1.b",
        "ä.9999999999.ö",
        "a.-1.b",
        "a.9999999999999999999.b",
        "a.٣٣٣٣٣٣٣٣٣٣.b",
    ],
)
def test_what_is_no_login_opens_nothing(wrong: str) -> None:
    assert key_of_login(Keys([LAPTOP]), wrong, NOW) is None


def test_a_login_whose_end_or_signature_was_changed_opens_nothing() -> None:
    tag, until, mac = login_of(LAPTOP, NOW).split(".")
    assert key_of_login(Keys([LAPTOP]), f"{tag}.{int(until) + 1}.{mac}", NOW) is None
    assert key_of_login(Keys([LAPTOP]), f"{tag}.{until}.{mac[:-1]}", NOW) is None
    assert key_of_login(Keys([LAPTOP]), f"{tag}.{until}.{mac}0", NOW) is None


def test_a_login_is_renewed_once_a_day() -> None:
    login = login_of(LAPTOP, NOW)
    assert renewed(login, LAPTOP, NOW + DAY) is None
    assert renewed(login, LAPTOP, NOW + DAY + 1) == login_of(LAPTOP, NOW + DAY + 1)


def test_receivers_on_one_host_have_cookies_of_their_own() -> None:
    assert cookie_name("127.0.0.1:4000") == "marigraph-4000"
    assert cookie_name("tide.example") == "marigraph"
    assert cookie_name("[::1]") == "marigraph"
    assert cookie_name("[::1]:4001") == "marigraph-4001"


def test_the_cookie_is_for_the_server_alone() -> None:
    kept = set_cookie("tide.example", "login", secure=True)
    assert kept == "marigraph=login; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict; Secure"
    assert (
        set_cookie("h:1", None, secure=False) == "marigraph-1=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"
    )


@pytest.mark.parametrize(
    ("fetched", "origin", "ours"),
    [
        ("same-origin", "http://h", True),
        ("none", None, True),
        ("cross-site", None, False),
        ("same-site", "http://other.h", False),
        (None, None, True),
        (None, "http://h", True),
        (None, "https://h", True),
        (None, "http://evil", False),
        (None, "null", False),
    ],
)
def test_only_our_own_pages_use_a_login(fetched: str | None, origin: str | None, ours: bool) -> None:
    assert same_site(fetched, origin, "h") is ours


async def test_without_a_login_nothing_but_the_login_page_is_served(receiver: Receiver) -> None:
    status, body, headers = await receiver.get("/", key=None, allow_redirects=False)
    assert (status, body, headers["Location"]) == (303, None, "login")
    assert len(release.BODIES) > 10
    for file in release.BODIES:
        assert (await receiver.get(f"/dashboard/{release.NAME}/{file}", key=None))[0] == 401, file
    status, body, headers = await receiver.get("/login", key=None)
    assert status == 200
    assert '<form id="ask" method="post" action="login">' in body
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    for path in ("/login/login.js", "/login/login.css", "/login/theme.css", "/login/mark.svg"):
        assert (await receiver.get(path, key=None))[0] == 200


async def test_with_a_login_the_page_and_the_figures_are_served(receiver: Receiver) -> None:
    cookie = await logged_in(receiver, READ_ONLY)
    status, body, headers = await receiver.get("/", key=None, headers=cookie)
    assert status == 200
    assert "Log out" in body
    assert "Set-Cookie" not in headers
    assert headers["Cache-Control"] == "private, no-cache"
    linked = re.findall(r'(?:href|src)="(dashboard/[^"]+)"', body)
    assert f"dashboard/{release.NAME}/main.js" in linked
    for path in linked:
        status, _body, headers = await receiver.get(f"/{path}", key=None, headers=cookie)
        assert (status, headers["Cache-Control"]) == (200, "private, max-age=31536000, immutable"), path
    assert (await receiver.get("/api/v1/accounts", key=None, headers=cookie))[0] == 200
    status, body, _headers = await receiver.get(key=None, headers=cookie)
    assert (status, body["versionsAvailable"]) == (404, 0)


async def test_files_of_another_release_are_not_there(receiver: Receiver) -> None:
    cookie = await logged_in(receiver, READ_ONLY)
    for path in ("0123456789ab/main.js", f"{release.NAME}/other.js", f"{release.NAME}/../login/login.js"):
        assert (await receiver.get(f"/dashboard/{path}", key=None, headers=cookie))[0] == 404, path


async def test_a_login_writes_nothing_whatever_its_key_may(receiver: Receiver) -> None:
    cookie = await logged_in(receiver, SECRET)
    for method, path in [
        ("POST", "/api/claude/console-usage"),
        ("POST", "/api/v1/accounts/default/snapshots"),
        ("POST", "/api/v1/accounts/default/reports"),
        ("POST", "/api/v1/accounts/default/scrape"),
    ]:
        status, _body, _headers = await receiver.call(method, path, key=None, json={}, headers=cookie)
        assert status == 401, path
    assert await receiver.store.count("default") == 0


async def test_a_login_opens_the_accounts_of_its_key_alone(receiver: Receiver) -> None:
    cookie = await logged_in(receiver, OTHER)
    assert (await receiver.get("/api/v1/accounts/work/snapshots", key=None, headers=cookie))[0] == 200
    assert (await receiver.get("/api/v1/accounts/default/snapshots", key=None, headers=cookie))[0] == 403


async def test_a_wrong_key_is_told_on_the_page_and_sets_no_cookie(receiver: Receiver) -> None:
    status, body, headers = await enter(receiver, '<script>alert("x")</script>')
    assert status == 401
    assert "This key is not known here." in body
    assert 'role="alert"' in body
    assert "alert(" not in body
    assert "Set-Cookie" not in headers


async def test_a_form_of_many_fields_is_read_like_any_other(receiver: Receiver) -> None:
    form = "&".join(f"{number}=x" for number in range(2000))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, body, _headers = await receiver.call("POST", "/login", key=None, data=form, headers=headers)
    assert status == 401
    assert "not known" in body


async def test_guesses_are_kept_slow_here_too(receiver: Receiver) -> None:
    statuses = [(await enter(receiver, f"guess-{number}"))[0] for number in range(40)]
    assert 429 in statuses
    status, body, headers = await enter(receiver, SECRET)
    assert status == 429
    assert "Too many wrong keys" in body
    assert int(headers["Retry-After"]) > 0


async def test_a_key_that_may_not_read_does_not_log_in(receiver: Receiver) -> None:
    receiver.context.keys.replace([Key(name="sender", sha256=LAPTOP.sha256, scopes=["write"])])
    status, body, _headers = await enter(receiver, SECRET)
    assert status == 403
    assert "may not read" in body


async def test_another_sites_page_logs_nobody_in_or_out_and_reads_nothing(receiver: Receiver) -> None:
    status, _body, _headers = await enter(receiver, SECRET, Origin="https://evil.example")
    assert status == 403
    cookie = await logged_in(receiver)
    foreign = {**cookie, "Sec-Fetch-Site": "cross-site"}
    assert (await receiver.get("/api/v1/accounts", key=None, headers=foreign))[0] == 401
    status, _body, headers = await receiver.call("POST", "/logout", key=None, headers=foreign)
    assert status == 403
    assert "Set-Cookie" not in headers


async def test_logging_out_drops_the_cookie(receiver: Receiver) -> None:
    cookie = await logged_in(receiver)
    status, _body, headers = await receiver.call(
        "POST", "/logout", key=None, headers=cookie, allow_redirects=False
    )
    assert (status, headers["Location"]) == (303, "login")
    assert "Max-Age=0" in headers["Set-Cookie"]


async def test_a_revoked_key_ends_its_logins_at_once(receiver: Receiver) -> None:
    cookie = await logged_in(receiver)
    receiver.context.keys.replace([])
    assert (await receiver.get("/api/v1/accounts", key=None, headers=cookie))[0] == 401
    assert (await receiver.get("/", key=None, headers=cookie, allow_redirects=False))[0] == 303


async def test_opening_the_page_keeps_a_login_going(receiver: Receiver) -> None:
    cookie = await logged_in(receiver)
    receiver.clock.forward(days=2)
    _status, _body, headers = await receiver.get("/", key=None, headers=cookie)
    assert headers["Set-Cookie"].startswith("marigraph-")
    receiver.clock.forward(days=DAYS - 2)
    assert (await receiver.get("/", key=None, headers=cookie, allow_redirects=False))[0] == 303


async def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_alone(receiver: Receiver) -> None:
    _status, _body, headers = await enter(receiver, SECRET, **{"X-Forwarded-Proto": "https"})
    assert "Secure" not in headers["Set-Cookie"]
    receiver.context.guard.proxies = 1
    _status, _body, headers = await enter(receiver, SECRET, **{"X-Forwarded-Proto": "https"})
    assert headers["Set-Cookie"].endswith("; Secure")


async def test_all_that_the_page_is_made_of_is_small(receiver: Receiver) -> None:
    cookie = await logged_in(receiver, READ_ONLY)
    packed = {"Accept-Encoding": "gzip"}
    _status, page, headers = await receiver.get("/", key=None, headers=cookie | packed)
    linked = re.findall(r'(?:href|src)="((?:dashboard|login)/[^"]+)"', page)
    sent = int(headers["Content-Length"])
    for path in sorted(set(linked)):
        _status, _body, headers = await receiver.get(f"/{path}", key=None, headers=cookie | packed)
        sent += int(headers["Content-Length"])
    assert sent < 150_000, f"{sent} bytes in {len(set(linked))} files"
