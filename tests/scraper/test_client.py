"""What an answer means is a plain function of it."""

from datetime import UTC, datetime

import pytest

from services.scraper.client import classify

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, "accepted"),
        (201, "accepted"),
        (204, "accepted"),
        (400, "rejected"),
        (413, "rejected"),
        (422, "rejected"),
    ]
    + [(401, "refused"), (403, "refused")]
    + [(status, "retry") for status in (301, 302, 404, 405, 408, 409, 425, 429, 500, 502, 503, 504, 507)],
)
def test_a_status_means(status, meaning):
    assert classify(status, "", {}, NOW).meaning == meaning


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Sun, 22 Nov 2026 10:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("²", None),
        ("", None),
    ],
)
def test_a_server_may_ask_for_patience(header, seconds):
    assert classify(503, "", {"retry-after": header}, NOW).retry_after == seconds
