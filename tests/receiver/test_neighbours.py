"""What other programs are given: a flat document, and a badge of each limit."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from services.receiver.giving.neighbours import badge, flat, standings
from shared.store.base import Version
from tests.receiver.conftest import Receiver
from tests.receiver.v1_calls import NOON, reading, send

BELOW = "/api/v1/accounts/default"


def document(**more: object) -> dict[str, object]:
    return {
        "lastUpdated": "2026-11-22T12:00:00Z",
        "currentSession": {"percentageUsed": 47, "resetsIn": "2 hr", "resetsAt": "2026-11-22T14:00:00Z"},
        "weeklyLimits": {"scoped": {"fable": {"percentageUsed": 3, "resetsIn": "x", "state": "open"}}},
        "isPartial": True,
        "extractionErrors": {"weeklyLimits.allModels": "gone"},
        **more,
    }


def test_every_key_is_flat_and_unknown_is_null() -> None:
    told = flat(
        "default", Version("default", "2026-11-22T12-00-00-1a2b3c4d", document()), NOON + timedelta(minutes=3)
    )
    assert told == {
        "account": "default",
        "version": "2026-11-22T12-00-00-1a2b3c4d",
        "read_at": "2026-11-22T12:00:00Z",
        "age_seconds": 180,
        "stale": False,
        "session_percentage": 47,
        "session_resets_at": "2026-11-22T14:00:00Z",
        "session_resets_in_seconds": 7020,
        "session_state": "open",
        "weekly_percentage": None,
        "weekly_resets_at": None,
        "weekly_resets_in_seconds": None,
        "weekly_state": "unknown",
        "weekly_fable_percentage": 3,
        "weekly_fable_resets_at": None,
        "weekly_fable_resets_in_seconds": None,
        "weekly_fable_state": "open",
    }


def test_after_the_reset_nothing_is_known() -> None:
    told = flat(
        "default", Version("default", "2026-11-22T12-00-00-1a2b3c4d", document()), NOON + timedelta(hours=2)
    )
    assert (told["session_percentage"], told["session_state"], told["stale"]) == (None, "unknown", True)
    assert told["session_resets_at"] is None


@pytest.mark.parametrize(
    ("percentage", "after", "says", "colour"),
    [
        (47, 1, "session: 47 %", "#15803d"),
        (80, 1, "session: 80 %", "#a16207"),
        (100, 1, "session: 100 %", "#b91c1c"),
        (100, 25, "session: 100 %, 25 min old", "#6b7280"),
        (100, 121, "session: unknown", "#6b7280"),
    ],
)
def test_a_badge_looks_as_sure_as_it_is(percentage: int, after: int, says: str, colour: str) -> None:
    shown = {"percentageUsed": percentage, "resetsIn": "2 hr", "resetsAt": "2026-11-22T14:00:00Z"}
    standing = standings(document(currentSession=shown), NOON + timedelta(minutes=after))["session"]
    picture = ET.fromstring(badge("session", standing))
    assert picture.attrib["aria-label"] == says
    assert picture[2].attrib["fill"] == colour


def test_a_limits_name_cannot_break_out_of_its_badge() -> None:
    picture = ET.fromstring(badge('weekly:<script>"', None))
    assert picture.attrib["aria-label"] == 'weekly:<script>": unknown'


async def test_the_calls(receiver: Receiver) -> None:
    assert (await receiver.get(f"{BELOW}/flat"))[0] == 404
    await send(receiver, reading(0, 47))
    status, told, headers = await receiver.get(f"{BELOW}/flat")
    assert (status, told["session_percentage"]) == (200, 47)
    for name, wanted in (
        ("session.svg", 200),
        ("weekly:opus.svg", 200),
        ("session.png", 404),
        ("x.svg", 404),
    ):
        status, body, headers = await receiver.get(f"{BELOW}/badges/{name}")
        assert status == wanted, body
    status, body, headers = await receiver.get(f"{BELOW}/badges/session.svg")
    assert headers["Content-Type"] == "image/svg+xml"
    assert headers["Cache-Control"] == "private, no-cache"
    again = await receiver.get(f"{BELOW}/badges/session.svg", headers={"If-None-Match": headers["ETag"]})
    assert again[0] == 304
    assert (await receiver.get(f"{BELOW}/badges/session.svg", key=None))[0] == 401
