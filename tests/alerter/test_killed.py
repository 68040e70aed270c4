"""Killed at every point around a delivery: nothing is lost, and nothing doubled but in the one case that is told."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from services.alerter.keeper import Keeper
from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Book, Message
from tests.alerter.scenes import FIVE, NOW, Place, Scene

FIGURES = [71, 86, 100, 2, 2]
EXPECTED = ["threshold", "hit", "usable"]
END = NOW + timedelta(days=3)


class KilledError(BaseException):
    """The process ends here."""


class Fuse:
    """Burns at one point, once."""

    def __init__(self, point: str = "", count: int = 0) -> None:
        self.point, self.count, self.burnt = point, count, False
        self.passed: Counter[str] = Counter()

    def at(self, point: str) -> None:
        self.passed[point] += 1
        if not self.burnt and point == self.point and self.passed[point] == self.count:
            self.burnt = True
            raise KilledError


class FusedKeeper(Keeper):
    def __init__(self, folder: Path, fuse: Fuse) -> None:
        super().__init__(folder)
        self.fuse = fuse

    def save(self, book: Book) -> None:
        self.fuse.at("before a save")
        super().save(book)
        self.fuse.at("after a save")


class FusedPlace(Place):
    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse

    async def send(self, message: Message) -> tuple[Outcome, str]:
        self.fuse.at("before it is sent")
        answer = await super().send(message)
        self.fuse.at("after it was taken")
        return answer


async def live(folder: Path, fuse: Fuse) -> tuple[Scene, list[str]]:
    """Let the figures come; after a kill, a new process goes on where the disk says."""
    scene = Scene(folder)
    scene.keeper, scene.place = FusedKeeper(folder / "state", fuse), FusedPlace(fuse)
    scene.start()
    for figure in FIGURES:
        await scene.read(figure, END)
        try:
            await scene.turn()
        except KilledError:
            scene.start()
            await scene.turn()
        scene.clock.at += FIVE
    return scene, [message.id for message in scene.place.got]


async def points(folder: Path) -> list[tuple[str, int]]:
    fuse = Fuse()
    await live(folder, fuse)
    return [(point, count) for point, most in fuse.passed.items() for count in range(1, most + 1)]


@pytest.mark.usefixtures("_which_saves_are_notes")
async def test_a_kill_at_any_point_loses_nothing_and_doubles_only_what_was_not_noted(tmp_path: Path) -> None:
    scene, ids = await live(tmp_path / "whole", Fuse())
    assert [news.kind for news in scene.told] == EXPECTED
    every = await points(tmp_path / "count")
    assert len(every) > 15
    for point, count in every:
        folder = tmp_path / f"{point}-{count}".replace(" ", "-")
        killed, got = await live(folder, fuse := Fuse(point, count))
        assert fuse.burnt
        assert list(dict.fromkeys(got)) == ids, (point, count)
        doubled = [one for one, times in Counter(got).items() if times > 1]
        assert len(doubled) == (
            point == "after it was taken" or (point == "before a save" and count in NOTES)
        ), (point, count)
        assert [news.kind for news in killed.told if news.kind == "hit"][:1] == ["hit"]


NOTES: set[int] = set()
"""Which saves, by their number, note a delivery."""


@pytest.fixture
async def _which_saves_are_notes(tmp_path: Path) -> None:
    """Find which saves note a delivery, in a life that goes undisturbed."""

    class Watching(FusedKeeper):
        def save(self, book: Book) -> None:
            super().save(book)
            if before and sum(d.delivered for d in book.deliveries.values()) > before[-1]:
                NOTES.add(self.fuse.passed["before a save"])
            before.append(sum(d.delivered for d in book.deliveries.values()))

    before: list[int] = []
    NOTES.clear()
    fuse, scene = Fuse(), Scene(tmp_path / "notes")
    scene.keeper, scene.place = Watching(tmp_path / "notes" / "state", fuse), FusedPlace(fuse)
    scene.start()
    for figure in FIGURES:
        await scene.read(figure, END)
        await scene.turn()
        scene.clock.at += FIVE
    assert len(NOTES) == len(EXPECTED)


async def test_a_disk_that_takes_no_book_delays_alerts_and_loses_none(tmp_path: Path) -> None:
    class Full(Keeper):
        full = False

        def save(self, book: Book) -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            super().save(book)

    scene = Scene(tmp_path)
    keeper = scene.keeper = Full(tmp_path / "state")
    scene.start()
    await scene.readings([66], END)
    keeper.full = True
    await scene.read(80, END)
    with pytest.raises(OSError, match="No space"):
        await scene.turn()
    assert scene.place.got == []
    keeper.full = False
    assert await scene.turn() == ["threshold"]


async def test_a_restart_tells_nothing_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    await scene.readings([71, 86, 100], END)
    for _ in range(3):
        scene.start()
        assert await scene.turn(FIVE) == []
    assert await scene.readings([100, 2, 2], END) == ["usable"]
    scene.start()
    assert await scene.turn() == []


async def test_what_came_while_it_was_down_is_told_as_it_is_now(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    end = NOW + timedelta(hours=4)
    await scene.readings([50], end, limit="session")
    scene.clock.at += timedelta(hours=1)
    for figure in (80, 100, 100):
        await scene.read(figure, end, limit="session")
        scene.clock.at += FIVE
    scene.clock.at = end + FIVE
    await scene.read(0, limit="session")
    scene.start()
    assert await scene.turn() == ["hit"]
    assert scene.told[0].over
    assert "which is over" in scene.titles[0]
    scene.start()
    assert await scene.turn() == []


async def test_a_hit_that_was_over_for_more_than_a_day_is_not_told(tmp_path: Path) -> None:
    scene, end = Scene(tmp_path), NOW + timedelta(hours=4)
    await scene.readings([50], end, limit="session")
    await scene.read(100, end, limit="session")
    scene.clock.at = end + FIVE
    await scene.read(0, limit="session")
    scene.clock.at = end + timedelta(hours=25)
    await scene.read(0, limit="session")
    scene.start()
    assert await scene.turn() == []


async def test_a_weekly_limit_that_was_told_before_a_long_downtime_is_told_in_its_new_window(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path)
    await scene.readings([50, 80], END)
    for day in range(1, 13):
        scene.clock.at = NOW + timedelta(days=day)
        week = END + timedelta(days=7 * (0 if scene.clock.at < END else 1 if day < 10 else 2))
        await scene.read(82 if scene.clock.at < END else 10 * (day - 3) if day < 10 else day, week)
    scene.start()
    assert await scene.turn() == []
    scene.clock.at += timedelta(hours=1)
    await scene.read(77, END + timedelta(days=14))
    assert await scene.turn() == ["threshold"]


def test_a_damaged_book_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "alerter.json").write_text('{"version": 1, "held": 3}')
    assert Keeper(tmp_path).load(NOW) == Book()
    assert (tmp_path / "alerter.json.damaged-20261122T120000").exists()
