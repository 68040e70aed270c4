"""What an answer says of its age: caches and health, as the origin's consumers rely on them."""

from email.utils import parsedate_to_datetime

import pytest

from shared.store.errors import StoreFullError
from tests.receiver.conftest import Receiver
from tests.receiver.test_origin_contract import FULL, READ_AT, reading


async def test_an_unchanged_answer_is_304(receiver: Receiver) -> None:
    await receiver.post(FULL)
    _, _, headers = await receiver.get()
    for condition in (
        {"If-None-Match": headers["ETag"]},
        {"If-None-Match": f'"other", W/{headers["ETag"]}'},
        {"If-Modified-Since": headers["Last-Modified"]},
    ):
        status, body, again = await receiver.get(headers=condition)
        assert (status, body) == (304, None)
        assert again["ETag"] == headers["ETag"]
    for condition in (
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Sat, 21 Nov 2026 12:00:00 GMT"},
        {"If-Modified-Since": "x"},
    ):
        assert (await receiver.get(headers=condition))[0] == 200


async def test_a_cached_answer_never_passes_for_younger_than_it_is(receiver: Receiver) -> None:
    await receiver.post(FULL)
    _, _, first = await receiver.get()
    receiver.clock.forward(minutes=1)
    conditions = {"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]}
    for name, value in conditions.items():
        status, body, _ = await receiver.get(headers={name: value})
        assert (status, body["ageMinutes"]) == (200, 1)


async def test_a_new_version_changes_the_tag_of_the_latest(receiver: Receiver) -> None:
    await receiver.post(reading(1))
    _, _, before = await receiver.get()
    await receiver.post(reading(2))
    assert (await receiver.get(headers={"If-None-Match": before["ETag"]}))[0] == 200


async def test_a_reading_from_a_clock_ahead_hides_none_that_follow(receiver: Receiver) -> None:
    await receiver.post(FULL.replace(READ_AT.encode(), b"2026-11-22T15:00:00Z"))
    _, _, ahead = await receiver.get()
    assert parsedate_to_datetime(ahead["Last-Modified"]) <= receiver.clock.now()
    assert (await receiver.get(headers={"If-Modified-Since": ahead["Last-Modified"]}))[0] == 304
    receiver.clock.forward(seconds=2)
    await receiver.post(FULL.replace(READ_AT.encode(), b"2026-11-22T12:00:32Z"))
    status, body, _ = await receiver.get(headers={"If-Modified-Since": ahead["Last-Modified"]})
    assert (status, body and body["lastUpdated"]) == (200, "2026-11-22T12:00:32Z")


async def test_a_reading_that_comes_late_is_new_to_whoever_holds_the_one_before(receiver: Receiver) -> None:
    await receiver.post(FULL)
    receiver.clock.forward(minutes=2, seconds=31)
    _, _, before = await receiver.get()
    receiver.clock.forward(seconds=4)
    await receiver.post(FULL.replace(READ_AT.encode(), b"2026-11-22T12:01:59Z"))
    status, body, _ = await receiver.get(headers={"If-Modified-Since": before["Last-Modified"]})
    assert (status, body and body["lastUpdated"]) == (200, "2026-11-22T12:01:59Z")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, "public, max-age=60"),
        (4, "public, max-age=60"),
        (5, "public, max-age=30"),
        (9, "public, max-age=30"),
        (10, "no-cache"),
    ],
)
async def test_how_long_an_answer_may_be_kept_follows_its_age(
    receiver: Receiver, minutes: int, expected: str
) -> None:
    await receiver.post(FULL)
    receiver.clock.forward(minutes=minutes)
    _, _, headers = await receiver.get()
    assert headers["Cache-Control"] == expected
    assert "X-API-Key" in headers["Vary"]
    assert parsedate_to_datetime(headers["Last-Modified"]) <= receiver.clock.now()


@pytest.mark.parametrize(
    ("minutes", "status", "word"),
    [(0, 200, "healthy"), (11, 200, "degraded"), (31, 503, "unhealthy")],
)
async def test_health_follows_the_age_of_the_record(
    receiver: Receiver, minutes: int, status: int, word: str
) -> None:
    await receiver.post(FULL)
    receiver.clock.forward(minutes=minutes)
    answered, body, _ = await receiver.get("/api/health", key=None)
    assert (answered, body["status"]) == (status, word)
    assert body["storage"] == {"accessible": True, "versionCount": 1}
    assert body["latestData"]["ageMinutes"] == minutes
    assert body["latestData"]["timestamp"] == READ_AT


async def test_health_without_a_version_or_a_store_is_unhealthy(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, body, _ = await receiver.get("/api/health", key=None)
    assert (status, body["status"], body["latestData"]) == (503, "unhealthy", None)

    async def refuse(_account: str, **_: object) -> None:
        raise StoreFullError("reading account default: No space left on device")

    monkeypatch.setattr(receiver.store, "latest", refuse)
    status, body, _ = await receiver.get("/api/health", key=None)
    assert (status, body["storage"]["accessible"]) == (503, False)


async def test_a_reading_whose_zone_is_a_small_z_is_answered_like_any_other(receiver: Receiver) -> None:
    small = READ_AT.replace("Z", "z")
    assert (await receiver.post(FULL.replace(READ_AT.encode(), small.encode())))[0] == 200
    status, body, _ = await receiver.get()
    assert (status, body["lastUpdated"]) == (200, small)
