"""Hits that are foreseen: told once in a window, when the weeks before make them likely enough."""

import asyncio
import shutil
from datetime import UTC, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.alerter.rules.account import Account, State, worth_telling
from services.alerter.rules.account import told as note
from services.alerter.rules.asked import thresholds_from
from services.alerter.rules.habit import Habit, with_day
from services.alerter.rules.limits import Expected
from services.alerter.rules.news import Asked
from services.alerter.rules.tide import Tide, followed
from services.alerter.telling.words import said
from shared.insight.sightings import Between
from shared.store.keys import time_of
from tests.alerter.scenes import FIVE, NOW, Scene, minutes
from tests.insight.stories import told

HOUR = timedelta(hours=1)
HALF = minutes(30)
TODAY = NOW.replace(hour=0)
NINE = timedelta(hours=9)


def level(since: timedelta) -> float:
    """A working day: from nine on 40 points an hour until the session is full, at half past eleven."""
    return min(100.0, since / HOUR * 40)


async def worked(scene: Scene, days: int) -> None:
    """Live the days before today: a session from nine to two, with a reading each half hour."""
    for day in range(days, 0, -1):
        midnight = TODAY - timedelta(days=day)
        for place in range(48):
            at = midnight + place * HALF
            since = at - midnight - NINE
            if timedelta(0) <= since < 5 * HOUR:
                await scene.read(
                    level(since), midnight + NINE + 5 * HOUR, limit="session", at=at, received=at
                )
            else:
                await scene.read(0, limit="session", at=at, received=at)


@pytest.fixture
async def scene(tmp_path: Path, lived: Path) -> Scene:
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    return begun(tmp_path)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the days before today; made once, as two hundred versions take their time."""
    folder = tmp_path_factory.mktemp("lived")
    asyncio.run(worked(begun(folder), 4))
    return folder


def begun(folder: Path, chance: float = 0.7) -> Scene:
    return Scene(folder, at=TODAY + NINE - FIVE, thresholds="session=none", chance=chance)


async def morning(scene: Scene, pace: float, until: timedelta = 2 * HOUR) -> list[str]:
    """Go through a morning, with a reading and a look every five minutes."""
    scene.clock.at = TODAY + NINE
    told_of: list[str] = []
    while scene.clock.at < TODAY + NINE + until:
        share = (scene.clock.at - TODAY - NINE) / HOUR
        await scene.read(round(share * pace), TODAY + NINE + 5 * HOUR, limit="session")
        told_of += await scene.turn()
        scene.clock.at += 2 * FIVE
    return told_of


async def test_a_hit_that_is_likely_is_told_once_with_its_times(scene: Scene) -> None:
    assert await morning(scene, 40) == ["forecast"]
    (news,) = scene.told
    assert news.expected
    assert news.expected.earliest
    assert news.expected.latest
    assert news.likely
    assert news.expected.earliest <= news.likely <= news.expected.latest
    assert abs(news.likely - (TODAY + timedelta(hours=11.5))) <= minutes(45)
    assert (news.limit, news.resets_at) == ("session", TODAY + timedelta(hours=14))
    assert "session limit will probably be hit at about 1" in scene.titles[0]
    assert "Most likely between 1" in scene.place.got[0].said.text


async def test_it_is_not_told_again_after_a_start_or_when_the_chance_wavers(scene: Scene) -> None:
    assert await morning(scene, 40) == ["forecast"]
    scene.start()
    for figure in (80, 80, 80, 80, 84, 88, 92, 96):
        scene.clock.at += FIVE
        await scene.read(figure, TODAY + NINE + 5 * HOUR, limit="session")
        assert await scene.turn() == []


def test_each_window_is_told_of_once_and_a_forecast_for_the_one_before_is_not() -> None:
    asked = Asked(kinds=frozenset({"forecast"}), thresholds=thresholds_from("none"))
    account, tide, told_of = Account(NOW), Tide(), []
    for place in range(24):
        now = NOW + place * HALF
        end, begun_at = NOW + (place // 10 + 1) * 5 * HOUR, NOW + place // 10 * 5 * HOUR
        tide = followed(tide, told(now, place % 10 * 5, end, name=f"{place:x}"), lambda _: (), 10)
        kept = end if place % 10 else begun_at  # the first reading of a window still has the old forecast
        ahead = {"session": Expected(at=Between(end - HOUR, end), likely=end - HALF, chance=0.8, reset=kept)}
        news = worth_telling("default", account, State(tide, (), ahead), asked, (now, NOW))
        account = note(account, news)
        told_of += [place for _ in news]
    assert told_of == [1, 11, 21]


async def test_a_day_of_rest_tells_nothing(scene: Scene) -> None:
    assert await morning(scene, 2) == []


async def test_nothing_is_foreseen_from_too_little(tmp_path: Path) -> None:
    scene = begun(tmp_path)
    await worked(scene, 1)
    assert await morning(scene, 40) == []


def test_habits_by_day_are_those_of_all_days_at_once() -> None:
    """A turn of the evening that the first reading after midnight proves is put where it was."""
    begin, fold, habit = TODAY - timedelta(days=20), Tide(), Habit()
    versions = [
        told(begin + place * HALF, place % 36 * 1.5, begin + (place // 36 + 1) * 18 * HOUR)
        for place in range(20 * 48)
    ]
    for day, group in groupby(versions, key=lambda version: time_of(version[0]).date()):
        habit = with_day(habit, day, list(group))
    for version in versions:
        fold = followed(fold, version, lambda _: (), 10)
    assert habit.record == fold.record
    assert len(habit.trails["session"]) == 19
    assert habit.edges["session"].breaks == 25


async def test_a_chance_below_the_one_asked_for_is_not_told(tmp_path: Path, lived: Path) -> None:
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    assert await morning(begun(tmp_path, chance=0.99), 40) == []


async def test_a_hit_that_is_more_likely_not_to_come_is_told_as_what_may_be(
    tmp_path: Path, lived: Path
) -> None:
    """Who has asked to be told from a chance of 0.25 on is told early, and without a likely time."""
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    scene = begun(tmp_path, chance=0.25)
    assert await morning(scene, 2) == ["forecast"]
    (news,) = scene.told
    assert news.chance
    assert news.chance >= 0.25
    soon = replace(news, likely=None, chance=0.3)
    assert said(soon, scene.clock.at, UTC).title == "default: session limit may be hit before its reset"
