"""What an answer means is a plain function of it."""

from datetime import UTC, datetime

import pytest

from services.scraper.outgoing.address import Addresses, account_in, addresses_of
from services.scraper.outgoing.verdict import Reply, has_v1, judge_single

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, "accepted"),
        (201, "accepted"),
        (204, "accepted"),
        (400, "rejected"),
        (409, "rejected"),
        (413, "rejected"),
        (422, "rejected"),
    ]
    + [(401, "refused"), (403, "refused")]
    + [(status, "retry") for status in (301, 302, 404, 405, 408, 425, 429, 500, 502, 503, 504, 507)],
)
def test_a_status_means(status, meaning):
    assert judge_single(Reply(status, headers={"content-length": "0"}), NOW).meaning == meaning


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (Reply(200), "retry"),  # cut off after its head: nothing says that it is whole
        (Reply(200, headers={"content-length": "0"}), "accepted"),
        (Reply(200, headers={"transfer-encoding": "chunked"}), "accepted"),
        (Reply(204), "accepted"),
        (Reply(200, b"OK"), "accepted"),
        (Reply(200, b"Okay, log in first"), "retry"),
        (Reply(200, b'{"error": "not stored"}'), "retry"),
        (Reply(200, b'{"login": "http://portal"}'), "retry"),
        (Reply(200, b'{"success": true, "errors": []}'), "accepted"),
    ],
)
def test_a_success_is_believed_only_where_nothing_speaks_against_it(reply, meaning):
    assert judge_single(reply, NOW).meaning == meaning


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Sun, 22 Nov 2026 10:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 09:00:00 GMT", None),
        ("Mon, 23 Nov 2026 09:59:00 GMT", 86340),
        ("Tue, 24 Nov 2026 10:00:00 GMT", None),
        ("Sun, 22 Nov 2026 10:01:00", 60),
        ("Sun, 22 Nov 99999 10:01:00 GMT", None),
        ("soon", None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("86400", 86400),
        ("86401", None),
        ("1700000000000", None),
        ("9" * 5000, None),
        ("²", None),
        ("", None),
    ],
)
def test_a_server_may_ask_for_patience(header, seconds):
    reply = Reply(503, headers={"retry-after": header})
    assert judge_single(reply, NOW).retry_after == seconds


def test_a_date_is_held_against_the_server_s_own_clock():
    headers = {"retry-after": "Sun, 22 Nov 2026 12:01:00 GMT", "date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    assert judge_single(Reply(503, headers=headers), NOW).retry_after == 60


def test_a_redirect_tells_where_to():
    verdict = judge_single(Reply(301, headers={"location": "https://x/api"}), NOW)
    assert (verdict.meaning, verdict.answer) == (
        "retry",
        "it sends us on to https://x/api: put that into CLAUDE_SYNC_URL",
    )


@pytest.mark.parametrize(
    ("reply", "has"),
    [
        (Reply(200, b'{"accounts": []}'), True),
        (Reply(401, b"{}", {"content-type": "application/problem+json"}), True),
        (Reply(403, b"{}", {"content-type": "application/problem+json; charset=utf-8"}), True),
        (Reply(401, b"{}", {"content-type": "application/json"}), False),
        (Reply(200, b'{"success": true}'), False),
        (Reply(200, b"<html>"), False),
        (Reply(404), False),
        (Reply(500), False),
    ],
)
def test_a_server_has_the_newer_calls_when_its_answer_is_ours(reply, has):
    assert has_v1(reply) is has


ORIGIN = "/api/claude/console-usage"


@pytest.mark.parametrize(
    ("url", "single", "base", "bare"),
    [
        (f"http://h:4000{ORIGIN}", f"http://h:4000{ORIGIN}", "http://h:4000", False),
        (f"https://h/x{ORIGIN}/", f"https://h/x{ORIGIN}/", "https://h/x", False),
        ("http://h:4000", "http://h:4000", "http://h:4000", True),
        ("http://h:4000/", "http://h:4000/", "http://h:4000", True),
        ("http://h/p/api/v1/accounts/work/snapshots", None, "http://h/p", False),
        ("http://h/hook?x=1", "http://h/hook?x=1", None, False),
    ],
)
def test_both_ways_of_sending_follow_from_one_address(url, single, base, bare):
    assert addresses_of(url) == Addresses(single, base, bare)


def test_the_account_stands_in_the_newer_address():
    assert addresses_of("http://h").of("work", "reports") == "http://h/api/v1/accounts/work/reports"
    assert account_in("http://h/api/v1/accounts/work/snapshots/") == "work"
    assert account_in(f"http://h{ORIGIN}") is None
