"""Alerts about the recording itself: silence, trouble, a login that ends; a store that is away; quiet hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.alerter.rules.watch import TROUBLES
from services.alerter.telling.quiet import quiet_from
from shared.errors import TemporaryError
from shared.store.arrivals import Tail
from shared.store.errors import StoreDamagedError
from tests.alerter.scenes import BERLIN, FIVE, NOW, Scene, iso, minutes

END = NOW + timedelta(days=3)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, silence=minutes(60))


async def pass_time(scene: Scene, span: timedelta) -> list[str]:
    told: list[str] = []
    for _ in range(int(span / minutes(2))):
        told += await scene.turn(minutes(2))
    return told


async def test_silence_is_told_once_with_its_reason_and_so_is_its_end(scene: Scene) -> None:
    await scene.readings([20, 20], END)
    scene.clock.at += FIVE
    await scene.report("network", reason="no route", advice="look at the line", collector="desk")
    assert await pass_time(scene, minutes(120)) == ["no_data"]
    told = scene.told[-1]
    assert (told.state, told.reason, told.collector) == ("network", "no route", "desk")
    assert scene.titles[-1].startswith("default: no reading since 12:05 UTC (1 h")
    scene.start()
    assert await pass_time(scene, minutes(10)) == []
    await scene.read(22, END)
    assert await scene.turn() == ["data_again"]
    assert await pass_time(scene, minutes(20)) == []


async def test_an_older_report_explains_nothing(scene: Scene) -> None:
    await scene.report("network")
    scene.clock.at += FIVE
    await scene.readings([20], END)
    assert await pass_time(scene, minutes(90)) == ["no_data"]
    assert scene.told[-1].state is None
    assert "No report tells why" in scene.place.got[-1].said.text


async def test_an_account_that_is_damaged_keeps_no_alert_of_another_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for account in ("damaged", "well"):
        await scene.read(70, END, account=account)
    await scene.turn()
    store = scene.follower._store
    tail = store.tail

    async def torn(account: str, *details: Any, **more: Any) -> Tail:
        if account == "damaged":
            raise StoreDamagedError("its newest entry is damaged")
        return await tail(account, *details, **more)

    monkeypatch.setattr(store, "tail", torn)
    scene.clock.at += FIVE
    for account in ("damaged", "well"):
        await scene.read(78, END, account=account)
    with capture_logs() as lines:
        assert [await scene.turn(), await scene.turn()] == [["threshold"], []]
    assert [line["account"] for line in lines if line["event"] == "an account cannot be followed"] == [
        "damaged"
    ]
    monkeypatch.setattr(store, "tail", tail)
    assert await scene.turn() == ["threshold"]


async def test_a_machine_that_slept_gives_readings_time_to_come(scene: Scene) -> None:
    await scene.readings([20], END)
    assert await scene.turn(timedelta(hours=8)) == []
    await scene.read(21, END)
    assert await pass_time(scene, minutes(30)) == []


@pytest.mark.parametrize("state", sorted(TROUBLES))
async def test_trouble_is_told_once_until_a_reading_came(scene: Scene, state: str) -> None:
    await scene.readings([20], END)
    for _ in range(3):
        await scene.report(state, advice="do this")
        scene.clock.at += FIVE
    assert await scene.turn() == ["trouble"]
    told = scene.place.got[-1].said
    assert state not in told.title  # in words, not in the program's names
    assert "(since 12:15 UTC)" in told.title
    assert "do this" in told.text
    await scene.report(state)
    assert await scene.turn(FIVE) == []
    await scene.readings([21], END)
    scene.clock.at += timedelta(hours=7)
    await scene.readings([22], END)
    await scene.report(state)
    assert await scene.turn() == ["trouble"]


async def test_a_challenge_that_comes_and_goes_is_told_every_six_hours(scene: Scene) -> None:
    told = []
    for _ in range(3 * 14):
        await scene.report("challenge")
        told += await scene.turn(minutes(10))
        await scene.read(20, END)
        told += await scene.turn(minutes(10))
    assert told == ["trouble", "trouble", "trouble"]


async def test_trouble_that_is_over_is_not_told(scene: Scene) -> None:
    await scene.report("layout_changed")
    scene.clock.at += FIVE
    await scene.read(20, END)
    assert await scene.turn() == []


async def test_another_collectors_reading_does_not_end_a_trouble(scene: Scene) -> None:
    await scene.report("login_required", collector="laptop")
    scene.clock.at += FIVE
    await scene.read(20, END, collector="desk")
    assert await scene.turn() == ["trouble"]
    assert scene.told[-1].collector == "laptop"


async def test_a_login_that_ends_is_told_five_days_and_one_day_before(scene: Scene) -> None:
    ends, told = NOW + timedelta(days=8), []
    for hour in range(0, 8 * 24, 6):
        scene.clock.at = NOW + timedelta(hours=hour)
        await scene.read(20, loginEndsAt=iso(ends + minutes(hour % 5)))
        told += [(kind, hour // 24) for kind in await scene.turn()]
    assert told == [("login", 3), ("login", 7)]
    await scene.read(20, loginEndsAt=iso(ends + timedelta(days=20)))
    assert await scene.turn(FIVE) == []


async def test_a_login_is_known_from_reports_too(scene: Scene) -> None:
    await scene.report("stale_page", loginEndsAt=iso(NOW + timedelta(hours=20)))
    assert await scene.turn() == ["login"]
    assert "in 20 h" in scene.titles[0]


async def test_a_store_that_is_away_is_no_reason_to_end(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(TemporaryError):
        await scene.turn()
    (tmp_path / "away").rename(tmp_path / "store")
    assert await scene.readings([66, 80], END) == ["threshold"]


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-22T20:59:00Z", False),
        ("2026-11-22T21:00:00Z", True),
        ("2026-11-23T05:59:00Z", True),
        ("2026-11-23T06:00:00Z", False),
        ("2026-03-29T05:30:00Z", False),  # summer time since 01:00Z: 07:30
        ("2026-03-29T04:30:00Z", True),
        ("2026-10-25T05:30:00Z", True),  # winter time since 01:00Z: 06:30
        ("2026-10-25T06:00:00Z", False),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(moment: str, quiet: bool) -> None:
    hours = quiet_from("22:00-07:00")
    assert hours is not None
    assert hours.covers(datetime.fromisoformat(moment), BERLIN) is quiet


@pytest.mark.parametrize(("hours", "minutes_quiet"), [("01:00-02:30", 90), ("02:30-05:00", 210)])
def test_the_hour_that_comes_twice_begins_or_ends_quiet_once(hours: str, minutes_quiet: int) -> None:
    quiet, start = quiet_from(hours), datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert quiet is not None
    covered = [quiet.covers(start + minutes(count), BERLIN) for count in range(12 * 60)]
    assert sum(covered) == minutes_quiet
    assert sum(one != other for one, other in pairwise(covered)) == 2


async def test_alerts_of_the_quiet_hours_are_told_in_one_message_at_their_end(tmp_path: Path) -> None:
    night = datetime(2026, 10, 24, 19, 50, tzinfo=UTC)  # 21:50, and the clock goes back in the night
    end = night + timedelta(days=3)
    scene = Scene(
        tmp_path, at=night, zone=BERLIN, quiet="22:00-07:00", passing=["hit"], thresholds="50,75,90"
    )
    assert await scene.readings([40, 55], end) == ["threshold"]
    await scene.readings([62, 78, 80, 92], end)
    assert [news.threshold for news in scene.told] == [50]
    assert await scene.readings([100], end) == ["hit"]
    scene.start()
    scene.clock.at = datetime(2026, 10, 25, 5, 59, tzinfo=UTC)
    await scene.read(100, end)
    assert await scene.turn() == []
    assert await scene.turn(minutes(1)) == ["threshold", "threshold"]
    message = scene.place.got[-1]
    assert message.said.title == "2 alerts of the quiet hours"
    assert "22:05 CEST" in message.said.text
    scene.start()
    assert await scene.turn(FIVE) == []
    assert len(scene.place.got) == 3
