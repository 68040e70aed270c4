"""Events: what comes is told as it comes, and whoever was away is told what was missed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.receiver.live import hub
from services.receiver.live.events import Cursor, read_cursor, written
from shared.store import Store
from tests.receiver.conftest import OTHER, READ_ONLY, SECRET, Receiver
from tests.receiver.listening import EVENTS, NOW, listen, stored


async def reported(store: Store) -> str:
    report = {"at": NOW.isoformat(), "state": "login_required", "advice": "Log in."}
    return (await store.add_report("default", report, datetime.now(UTC))).report.id


async def test_a_snapshot_is_told_with_its_id_its_content_and_that_it_is_the_newest(
    receiver: Receiver,
) -> None:
    async with listen(receiver) as stream:
        await stream.opened()
        version = await stored(receiver.store)
        told = await stream.next()
    assert (told.kind, told.data["id"], told.data["account"]) == ("snapshot", version, "default")
    assert told.data["snapshot"]["currentSession"]["percentageUsed"] == 47
    assert told.data["newest"] is True
    assert abs(datetime.fromisoformat(told.data["arrivedAt"]) - datetime.now(UTC)) < timedelta(seconds=9)
    assert stream.retry == 3000
    assert stream.answer.headers["Cache-Control"] == "no-store"


async def test_a_late_arrival_is_told_and_that_it_is_not_the_newest(receiver: Receiver) -> None:
    await stored(receiver.store, 1)
    async with listen(receiver) as stream:
        await stream.opened()
        late = await stored(receiver.store, 600)
        told = await stream.next()
    assert (told.data["id"], told.data["newest"]) == (late, False)


async def test_what_another_process_stores_is_told_too_and_a_report_as_a_report(
    receiver: Receiver, other: Store
) -> None:
    async with listen(receiver) as stream:
        await stream.opened()
        version, report = await stored(other), await reported(other)
        first, second = await stream.some(2)
    assert (first.kind, first.data["id"]) == ("snapshot", version)
    assert (second.kind, second.data["id"]) == ("report", report)
    assert second.data["report"]["advice"] == "Log in."


async def test_who_comes_back_is_told_what_arrived_meanwhile_late_ones_too_and_nothing_else(
    receiver: Receiver, other: Store
) -> None:
    await stored(receiver.store, 30)
    await asyncio.sleep(2.1)  # what came within two seconds before may come again
    async with listen(receiver) as stream:
        await stream.opened()
        await stored(receiver.store, 20)
        last = await stream.next()
    away = [await stored(other, 10), await stored(other, 900), await stored(receiver.store, 5)]
    async with listen(receiver, last_id=last.id) as stream:
        assert await stream.ids(3) == away
        later = await stored(other, 1)
        assert await stream.ids(1) == [later]
        assert await stream.is_silent()


async def test_who_was_told_nothing_before_the_connection_broke_misses_nothing(
    receiver: Receiver, other: Store
) -> None:
    async with listen(receiver) as stream:
        await stream.opened()
    away = await stored(other, 900)
    async with listen(receiver, last_id=stream.last_id) as again:
        assert await again.ids(1) == [away]


async def test_every_place_in_a_burst_can_be_gone_on_from(receiver: Receiver) -> None:
    async with listen(receiver) as stream:
        await stream.opened()
        order = [await stored(receiver.store, back) for back in (5, 90, 3, 80, 1)]
        told = await stream.some(5)
    assert [one.data["id"] for one in told] == order
    for place, one in enumerate(told):
        async with listen(receiver, last_id=one.id) as again:
            # What came within two seconds before may come again: a client knows it by its id.
            seen = {earlier.data["id"] for earlier in told[: place + 1]}
            new = []
            while len(new) < len(order) - place - 1:
                told_again = await again.next()
                assert told_again.data["id"] != one.data["id"]
                new += [told_again.data["id"]] if told_again.data["id"] not in seen else []
            assert new == order[place + 1 :]


async def test_what_is_stored_while_the_past_is_told_comes_once(
    receiver: Receiver, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = [await stored(receiver.store, 60)]
    arrivals = receiver.store.arrivals

    async def slowly(account: str, since: datetime) -> Any:
        order.append(await stored(other, 50))
        found = await arrivals(account, since)
        order.append(await stored(other, 40))
        return found

    monkeypatch.setattr(receiver.store, "arrivals", slowly)
    async with listen(receiver, path=f"{EVENTS}?after={order[0]}") as stream:
        seen = await stream.ids(2)
        order.append(await stored(other, 30))
        assert [*seen, *await stream.ids(1)] == order[1:]
        assert await stream.is_silent()


async def test_after_names_a_version_a_moment_or_an_events_id(receiver: Receiver) -> None:
    first = await stored(receiver.store, 60)
    await asyncio.sleep(2.1)
    between = datetime.now(UTC) + timedelta(seconds=1.9)
    await asyncio.sleep(2)
    second = await stored(receiver.store, 900)
    for after in (first, between.isoformat().replace("+00:00", "Z"), written(Cursor(between))):
        async with listen(receiver, path=f"{EVENTS}?after={after}") as stream:
            assert await stream.ids(1) == [second]


@pytest.mark.parametrize(
    ("after", "status"),
    [("nonsense", 400), ("2026-13-01", 400), ("2020-01-01T00-00-00-12345678", 404), ("", 200)],
)
async def test_an_after_that_names_nothing_is_refused(receiver: Receiver, after: str, status: int) -> None:
    async with receiver.session.get(
        f"{receiver.address}{EVENTS}?after={after}", headers={"X-API-Key": SECRET}
    ) as answer:
        assert answer.status == status


@pytest.mark.parametrize("last_id", ["nonsense", "4", "99999999999999999", "1763800000000000.x"])
async def test_an_id_that_is_not_known_here_is_answered_with_a_gap_and_then_news(
    receiver: Receiver, last_id: str
) -> None:
    async with listen(receiver, last_id=last_id) as stream:
        assert (await stream.next()).kind == "gap"
        version = await stored(receiver.store)
        assert await stream.ids(1) == [version]


async def test_a_moment_long_before_the_epoch_tells_all_there_is(receiver: Receiver) -> None:
    order = [await stored(receiver.store, back) for back in (3, 2, 1)]
    async with listen(receiver, path=f"{EVENTS}?after=0001-01-01") as stream:
        assert await stream.ids(3) == order


async def test_a_heartbeat_comes_when_nothing_else_does(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.3)
    async with listen(receiver) as stream:
        assert await stream.is_silent(1)
    assert len(stream.comments) >= 3


async def test_the_key_decides_which_account_is_listened_to(receiver: Receiver, other: Store) -> None:
    for key, account, status in ((READ_ONLY, "default", 200), (READ_ONLY, "work", 403), (OTHER, "work", 200)):
        path = f"/api/v1/accounts/{account}/events"
        answer = await receiver.call("HEAD", path, key=key)
        assert answer[0] == status
    async with listen(receiver, key=OTHER, path="/api/v1/accounts/work/events") as stream:
        await stream.opened()
        await stored(other)
        assert await stream.is_silent()
        version = await stored(other, account="work")
        assert await stream.ids(1) == [version]


async def test_a_stream_ends_when_its_key_is_revoked_and_others_go_on(receiver: Receiver) -> None:
    async with listen(receiver, key=READ_ONLY) as revoked, listen(receiver) as kept:
        await revoked.opened()
        await kept.opened()
        everything = [receiver.context.keys.find(SECRET)]
        receiver.context.keys.replace(everything)
        assert (await revoked.next(5)).kind == "key-ended"
        with pytest.raises(EOFError):
            await revoked.next(1)
        version = await stored(receiver.store)
        assert await kept.ids(1) == [version]


def test_an_events_id_is_read_as_it_was_written() -> None:
    for cursor in (Cursor(NOW), Cursor(NOW + timedelta(microseconds=7), "2026-11-22T12-00-00-1a2b3c4d")):
        assert read_cursor(written(cursor)) == cursor
    for text in (
        "",
        "x",
        "2026",
        "1763800000000000.",
        "1763800000000000.2026-13-22T12-00-00-1a2b3c4d",
        "9" * 18,
    ):
        assert read_cursor(text) is None
