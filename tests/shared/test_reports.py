"""A report travels whole, is checked, and may come from a newer scraper."""

from datetime import UTC, datetime

import msgspec
import pytest

from shared.schemas.codec import decode_document, decode_report, encode, to_document
from shared.schemas.reports import REPORT_VERSION, Report

WHOLE = Report(
    at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
    state="layout_changed",
    reason="The page loaded, but no limit on it could be recognised.",
    advice="Look for a newer Marigraph.",
    schema_version=REPORT_VERSION,
    account="default",
    collector="desk",
    parser="2026.11.1",
    sections_found=["credits"],
    sections_failed={"currentSession": "no such row"},
    fingerprint="0123456789abcdef",
    http_status=200,
    login_since=datetime(2026, 11, 1, tzinfo=UTC),
    login_ends_at=datetime(2026, 11, 29, tzinfo=UTC),
    next_try_at=datetime(2026, 11, 22, 10, 5, tzinfo=UTC),
)


def test_a_report_comes_back_as_it_was_sent() -> None:
    assert decode_report(decode_document(encode(to_document(WHOLE)))) == WHOLE


def test_a_newer_scrapers_states_and_fields_are_no_error() -> None:
    document = {"at": "2026-11-22T10:00:00Z", "state": "page_on_strike", "mood": 3}
    assert decode_report(document).state == "page_on_strike"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "network"},
        {"at": "2026-11-22T10:00:00", "state": "network"},
        {"at": "2026-11-22T10:00:00Z", "state": "Not a name"},
        {"at": "2026-11-22T10:00:00Z", "state": "network", "account": "../x"},
        {"at": "2026-11-22T10:00:00Z", "state": "network", "httpStatus": 0},
    ],
)
def test_what_is_no_report_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_report(wrong)
