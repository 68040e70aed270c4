"""Alerts about limits: thresholds, hits and their end, early resets, hits to come."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.alerter.scenes import FIVE, NOW, Scene, lived, minutes

WEEK_END = NOW + timedelta(days=3)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_a_threshold_is_told_once_with_its_figures(scene: Scene) -> None:
    assert await scene.readings([50, 70, 76, 78, 80], WEEK_END) == ["threshold"]
    told = scene.told[0]
    assert (told.limit, told.threshold, told.percentage, told.resets_at) == ("weekly", 75, 76, WEEK_END)
    assert scene.titles == ["default: weekly limit at 76 % (told at 75 %)"]


async def test_each_threshold_is_told_and_several_at_once_are_one(scene: Scene) -> None:
    assert await scene.readings([62, 76, 91], WEEK_END) == ["threshold", "threshold"]
    assert [news.threshold for news in scene.told] == [75, 90]
    other = await scene.readings([10, 95, 95], NOW + timedelta(hours=4), limit="session")
    assert (other, scene.told[-1].threshold) == (["threshold"], 90)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("announced", [True, False])
def test_a_day_of_noise_around_a_threshold_alerts_once(seed: int, announced: bool) -> None:
    chance = random.Random(seed)
    noise = [80 + chance.choice([-4, -3, -2, -1, 0, 1, 2, 3, 4]) for _ in range(288)]
    resets = [WEEK_END + timedelta(seconds=chance.randint(-1, 1)) if announced else None for _ in range(292)]
    assert lived([60, 70, *noise, 84, 79], resets, thresholds="80") == ["threshold"]


@pytest.mark.parametrize("seed", range(30))
def test_a_day_of_noise_around_full_is_one_hit(seed: int) -> None:
    chance = random.Random(seed)
    noisy = [60, 90, *(chance.choice([94, 96, 97, 98, 99, 100]) for _ in range(287)), 100]
    assert lived(noisy, [WEEK_END] * len(noisy), thresholds="none") == ["hit"]


async def test_a_day_of_noise_through_a_store_alerts_once(tmp_path: Path) -> None:
    scene, chance = Scene(tmp_path, thresholds="80"), random.Random(1)
    assert await scene.readings([60, *(80 + chance.randint(-3, 3) for _ in range(288))], WEEK_END) == [
        "threshold"
    ]


async def test_the_reset_arms_a_threshold_again(scene: Scene) -> None:
    end = NOW + minutes(20)
    assert await scene.readings([66, 80, 81, 82, 83], end, limit="session") == ["threshold"]
    later = end + timedelta(hours=5)
    assert await scene.readings([3, 62, 77], later, limit="session") == ["threshold"]


async def test_a_fall_far_below_arms_it_and_a_little_one_does_not(scene: Scene) -> None:
    assert await scene.readings([66, 80, 70, 70, 70, 80], WEEK_END) == ["threshold"]
    assert await scene.readings([60, 60, 66, 80], WEEK_END) == ["threshold"]


async def test_a_hit_and_its_end_by_a_reset(scene: Scene) -> None:
    end = NOW + minutes(20)
    assert await scene.readings([80, 95, 100, 100], end, limit="session") == ["threshold", "threshold", "hit"]
    assert scene.told[-1].resets_at == end
    scene.clock.at = end + minutes(2)
    await scene.read(0, limit="session")
    assert await scene.turn() == ["usable"]
    assert (scene.told[-1].how, scene.told[-1].percentage) == ("on_time", 0)
    assert await scene.readings([5, 86, 100], end + timedelta(hours=5), limit="session") == ["hit"]


async def test_a_hit_that_ends_because_the_counter_fell(scene: Scene) -> None:
    assert await scene.readings([86, 100, 2, 2], WEEK_END) == ["threshold", "hit", "usable"]
    assert scene.told[-1].how == "counter_fell"
    assert await scene.readings([100, 100], WEEK_END) == ["hit"]


async def test_a_hit_is_not_followed_by_the_thresholds_below_it(scene: Scene) -> None:
    assert await scene.readings([88, 100, 97, 97, 97], WEEK_END) == ["threshold", "hit"]


async def test_an_early_reset_is_told_once(scene: Scene) -> None:
    assert await scene.readings([40, 60], WEEK_END) == []
    assert await scene.readings([1, 2, 3], WEEK_END + timedelta(days=4)) == ["early_reset"]
    told = scene.told[0]
    assert (told.until, told.left.latest <= scene.clock.at) == (WEEK_END, True)
    await scene.read(60, WEEK_END, at=NOW + minutes(7))
    assert await scene.turn() == []


async def test_an_odd_page_is_no_early_reset_and_ends_no_hit(scene: Scene) -> None:
    await scene.readings([88, 100], WEEK_END)
    assert await scene.readings([3], WEEK_END + timedelta(days=4)) == []
    assert await scene.readings([100, 100], WEEK_END) == []


async def test_one_odd_page_that_shows_far_too_much_alerts_nothing(scene: Scene) -> None:
    assert await scene.readings([19, 20, 100, 21, 21, 22], WEEK_END) == []
    assert await scene.readings([22, 95, 22], WEEK_END) == []
    assert await pass_by(scene) == []


async def test_a_leap_counts_when_the_next_reading_agrees(scene: Scene) -> None:
    assert await scene.readings([20, 100], WEEK_END) == []
    reached = scene.clock.at - FIVE
    assert await scene.readings([100, 100], WEEK_END) == ["hit"]
    assert (scene.told[0].read_at, scene.told[0].doubtful) == (reached, False)
    assert await scene.readings([21, 22], WEEK_END) == ["usable"]


async def test_a_leap_that_no_reading_follows_is_told_as_in_doubt(scene: Scene) -> None:
    assert await scene.readings([20, 100], WEEK_END) == []
    assert await pass_by(scene) == ["hit"]
    assert scene.told[0].doubtful
    assert "it may be an odd page" in scene.place.got[0].said.text
    assert await scene.readings([21, 22], WEEK_END) == ["usable"]


async def test_a_rise_that_had_time_is_told_at_once(scene: Scene) -> None:
    await scene.readings([20], WEEK_END)
    scene.clock.at += minutes(15)
    assert await scene.readings([80], WEEK_END) == ["threshold"]


@pytest.mark.parametrize("seed", range(6))
def test_a_day_with_odd_pages_in_it_alerts_as_the_day_without_them(seed: int) -> None:
    chance = random.Random(seed)
    figures = [min(100.0, 10 + place * 0.3 + chance.random()) for place in range(288)]
    odd = list(figures)
    for place in range(5, 195, 7):
        odd[place] = chance.choice([100.0, figures[place] + 31])
    wanted = ["threshold", "threshold"]
    assert lived(figures, [WEEK_END] * 288, thresholds="70,90") == wanted
    assert lived(odd, [WEEK_END] * 288, thresholds="70,90") == wanted


async def pass_by(scene: Scene) -> list[str]:
    """Let half an hour go without a reading."""
    told: list[str] = []
    for _ in range(6):
        told += await scene.turn(FIVE)
    return told


async def test_a_page_from_before_the_reset_alerts_nothing(scene: Scene) -> None:
    end = NOW + minutes(12)
    await scene.readings([60, 88, 89], end, limit="session")
    fresh = end + timedelta(hours=5)
    assert await scene.readings([2, 3], fresh, limit="session") == []
    assert await scene.readings([89], end, limit="session") == []
    assert await scene.readings([4, 5], fresh, limit="session") == []


async def test_a_pool_that_is_always_full_is_never_told(scene: Scene) -> None:
    assert await scene.readings([100] * 20, WEEK_END, limit="weekly:cinder_cove") == []
    scene.clock.at = WEEK_END + FIVE
    assert await scene.readings([100] * 20, WEEK_END + timedelta(days=7), limit="weekly:cinder_cove") == []


async def test_a_limit_that_is_full_through_resets_is_told_no_more(tmp_path: Path) -> None:
    scene, told, end = Scene(tmp_path), [], NOW
    for _ in range(6):
        end += timedelta(hours=5)
        told += await scene.readings([100] * 3, end)
        scene.clock.at = end - FIVE
        told += await scene.readings([100] * 2, end)
        scene.clock.at = end + FIVE
    assert told == ["hit"]


async def test_a_late_arrival_that_shows_an_earlier_crossing_is_no_news(scene: Scene) -> None:
    await scene.readings([50, 60], WEEK_END)
    scene.clock.at += minutes(60)
    assert await scene.readings([80], WEEK_END) == ["threshold"]
    await scene.read(78, WEEK_END, at=scene.clock.at - minutes(30))
    assert await scene.turn() == []


async def test_a_late_arrival_that_crosses_a_higher_one_is_told(scene: Scene) -> None:
    await scene.readings([50, 80], WEEK_END)
    await scene.read(93, WEEK_END, at=scene.clock.at - minutes(7))
    await scene.read(94, WEEK_END)
    assert await scene.turn() == ["threshold"]
    assert scene.told[-1].threshold == 90


async def test_a_correction_takes_a_wrong_figure_back(scene: Scene) -> None:
    await scene.readings([50], WEEK_END)
    scene.clock.at += minutes(30)
    assert await scene.readings([95], WEEK_END) == ["threshold"]
    wrong = scene.clock.at - FIVE
    await scene.read(55, WEEK_END, at=wrong, reparsedFrom="old")
    assert await scene.turn() == []
    assert await scene.readings([56, 57], WEEK_END) == []
    assert await scene.readings([71, 76, 91], WEEK_END) == ["threshold", "threshold"]


async def test_a_threshold_of_a_window_that_is_over_is_not_told(scene: Scene) -> None:
    await scene.readings([50], NOW + minutes(30), limit="session")
    await scene.read(92, NOW + minutes(30), limit="session", at=NOW + minutes(6))
    assert await scene.turn(timedelta(hours=2)) == []


async def test_thresholds_by_account_and_limit(tmp_path: Path) -> None:
    scene = Scene(tmp_path, thresholds="90 weekly=50 work/weekly=none")
    assert await scene.readings([48, 60], WEEK_END) == ["threshold"]
    await scene.read(40, WEEK_END, account="work")
    await scene.turn(FIVE)
    await scene.read(95, WEEK_END, account="work")
    assert await scene.turn() == []
