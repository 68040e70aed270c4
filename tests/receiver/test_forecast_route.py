"""What is expected, asked for from outside."""

from datetime import timedelta

import msgspec
import pytest

from shared.insight.told.forecasts import ForecastsTold
from shared.store import Store, open_store
from tests.insight.stories import Stored, at, minutes, told
from tests.receiver.conftest import Receiver
from tests.receiver.record_calls import ABOUT, put

DAYS = 9
"""Days of one session each, from 09:00 to 14:00 UTC, read every twenty minutes; work ends at noon."""


@pytest.fixture
def store() -> Store:
    return open_store("memory:")


def habit() -> list[Stored]:
    story = []
    moment = at("00:00") - timedelta(days=DAYS)
    while moment <= at("10:40"):
        opened = moment.replace(hour=9, minute=0)
        if opened <= moment < opened + timedelta(hours=5):
            grown = 1 + 25 * min(moment - opened, timedelta(hours=3)) / timedelta(hours=1)
            story.append(told(moment, int(grown), opened + timedelta(hours=5)))
        else:
            story.append(told(moment, 0))
        moment += minutes(20)
    return story


async def test_a_forecast_tells_what_is_expected_and_how_good_such_forecasts_were(receiver: Receiver) -> None:
    ids = await put(receiver.store, habit())
    status, body, headers = await receiver.get(f"{ABOUT}forecast?tz=Europe/Berlin&at=2026-11-22T10:45:00Z")
    assert status == 200
    assert (body["zone"], body["asOf"]) == ("Europe/Berlin", "2026-11-22T10:45:00Z")
    assert (body["newest"]["version"], body["newest"]["ageMinutes"]) == (ids[-1], 5)
    [session] = body["limits"]
    assert (session["limit"], session["status"], session["percentage"]) == ("session", "forecast", 42)
    assert session["atReset"]["low"] <= 76 <= session["atReset"]["high"]
    assert session["straightLine"] == 100
    assert session["resetsAt"] == "2026-11-22T14:00:00Z"
    judged = session["judgement"]["atReset"]
    assert judged["forecasts"] >= 20
    assert judged["meanError"] < judged["straightLineError"]
    assert headers["ETag"]
    msgspec.json.decode(msgspec.json.encode(body), type=ForecastsTold)


async def test_the_same_answer_again_is_not_sent_and_more_is_another(receiver: Receiver) -> None:
    story = habit()
    await put(receiver.store, story[:-1])
    asked = f"{ABOUT}forecast?at=2026-11-22T10:45:00Z"
    _, _, headers = await receiver.get(asked)
    status, _, _ = await receiver.get(asked, headers={"If-None-Match": headers["ETag"]})
    assert status == 304
    await put(receiver.store, story[-1:])
    status, body, _ = await receiver.get(asked, headers={"If-None-Match": headers["ETag"]})
    assert (status, body["limits"][0]["percentage"]) == (200, 42)


async def test_a_moment_of_the_past_is_answered_as_it_would_have_been_then(receiver: Receiver) -> None:
    story = habit()
    asked = f"{ABOUT}forecast?at=2026-11-21T10:45:00Z"
    await put(receiver.store, [one for one in story if one[0] < "2026-11-21T10-50"])
    _, then, _ = await receiver.get(asked)
    await put(receiver.store, [one for one in story if one[0] > "2026-11-21T10-50"])
    _, now, _ = await receiver.get(asked)
    assert then["limits"][0]["status"] == "forecast"
    assert now == then


async def test_without_enough_it_is_said_and_with_nothing_there_is_none(receiver: Receiver) -> None:
    _, body, _ = await receiver.get(f"{ABOUT}forecast")
    assert (body["newest"], body["limits"]) == (None, [])
    await put(receiver.store, [told("10:30", 10, "14:00"), told("10:40", 12, "14:00")])
    _, body, _ = await receiver.get(f"{ABOUT}forecast?at=2026-11-22T10:45:00Z")
    [session] = body["limits"]
    assert (session["status"], session["hit"], session["atReset"]) == ("not_enough_data", None, None)
    assert session["reason"] == "0 hours of use are known, 72 are needed"


async def test_a_forecast_is_written_as_a_table_and_as_lines(receiver: Receiver) -> None:
    await put(receiver.store, habit())
    asked = f"{ABOUT}forecast?at=2026-11-22T10:45:00Z&limit=session"
    _, lines, _ = await receiver.get(f"{asked}&format=ndjson")
    _, table, _ = await receiver.get(f"{asked}&format=csv")
    assert "limit" in str(lines)
    assert "atResetLikely" in str(table)
    assert "judgementAtResetHeld" in str(table)


@pytest.mark.parametrize(
    ("question", "about"),
    [("at=2027-01-01T00:00:00Z", "ahead"), ("tz=Mars/Olympus", "time zone"), ("limit=x", "limit")],
)
async def test_what_cannot_be_asked_is_told(receiver: Receiver, question: str, about: str) -> None:
    status, body, _ = await receiver.get(f"{ABOUT}forecast?{question}")
    assert status == 400
    assert about in str(body)
