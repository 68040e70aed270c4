"""The printable report of resets, asked for from outside."""

import pytest

from shared.insight.report import STYLE_SOURCE
from tests.insight.stories import at, told
from tests.receiver.conftest import OTHER, Receiver
from tests.receiver.record_calls import ABOUT, put

THURSDAY = at("07:00", 26)
STORY = [
    *(told(f"01:{m:02}", 60, THURSDAY, limit="weekly") for m in range(0, 60, 5)),
    *(told(f"09:{m:02}", 2, THURSDAY, limit="weekly") for m in range(0, 60, 5)),
]


@pytest.mark.parametrize("form", ["text", "html"])
async def test_the_report_names_both_readings_and_the_gap_between(receiver: Receiver, form: str) -> None:
    ids = await put(receiver.store, STORY)
    report = {"at": "2026-11-22T04:00:00Z", "state": "challenge", "reason": "a check", "advice": "wait"}
    assert (await receiver.call("POST", f"{ABOUT}reports", json=report))[0] == 201
    status, body, headers = await receiver.get(
        f"{ABOUT}resets?format={form}&tz=Europe/Berlin&from=2026-11-22"
    )
    assert status == 200
    assert ids[11] in body
    assert ids[12] in body
    words = " ".join(body.split())
    assert "counter fell, announced reset unchanged" in words
    assert "2026-11-22 02:55:00 CET (01:55:00 UTC)" in words
    assert "challenge reported once" in words
    tag = headers["ETag"]
    path = f"{ABOUT}resets?format={form}&tz=Europe/Berlin&from=2026-11-22"
    assert (await receiver.get(path, headers={"If-None-Match": tag}))[0] == 304
    assert (await receiver.get(f"{ABOUT}resets?from=2026-11-22"))[2]["ETag"] != tag


async def test_the_page_may_load_nothing(receiver: Receiver) -> None:
    await put(receiver.store, STORY)
    _, _, headers = await receiver.get(f"{ABOUT}resets?format=html")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "private, no-cache"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src {STYLE_SOURCE};")
    assert "script" not in policy


async def test_an_empty_record_and_a_range_to_come_are_reports_too(receiver: Receiver) -> None:
    assert "Nothing of this range was observed." in (await receiver.get(f"{ABOUT}resets?format=text"))[1]
    await put(receiver.store, STORY)
    for asked in ("from=2027-01-01", "to=2020-01-01", "from=2027-01-01&to=2027-02-01", "limit=credits"):
        status, body, _ = await receiver.get(f"{ABOUT}resets?format=text&{asked}")
        assert (status, "No" in body or "Observed" in body) == (200, True)


async def test_other_rows_have_no_report_and_other_keys_see_none(receiver: Receiver) -> None:
    assert (await receiver.get(f"{ABOUT}hits?format=text"))[0] == 400
    assert (await receiver.get(f"{ABOUT}resets?format=pdf"))[0] == 400
    assert (await receiver.get(f"{ABOUT}resets?format=text&tz=Mars/Base"))[0] == 400
    assert (await receiver.get(f"{ABOUT}resets?format=text", key=OTHER))[0] == 403
