"""Questions that came in together share one look at the disk; a later one sees what was stored since."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from shared.store import Found, Store, open_store
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]
Ask = Callable[[Store, float], Awaitable[Found | None]]

QUESTIONS: dict[str, Ask] = {
    "latest": lambda store, at: store.latest("default", asked_at=at),
    "by number": lambda store, at: store.by_number("default", -1, asked_at=at),
    "nearest": lambda store, at: store.nearest("default", NOON + minutes(9), asked_at=at),
    "as of": lambda store, at: store.as_of("default", NOON + minutes(9), asked_at=at),
}


@pytest.fixture
async def other(volume: Volume) -> AsyncIterator[Store]:
    """Another process's store on the same folder."""
    store = open_store(f"file://{volume[1]}")
    yield store
    await store.close()


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
async def test_a_question_that_came_before_the_last_look_needs_none_of_its_own(
    volume: Volume, other: Store, ask: Ask
) -> None:
    store, _ = volume
    await store.append("default", snapshot(), NOON)
    asked_at = time.monotonic()
    first = await ask(store, time.monotonic())
    await other.append("default", snapshot(NOON + minutes(5)), NOON + minutes(5))
    assert await ask(store, asked_at) == first  # it was asked before the other stored anything


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
async def test_a_question_that_came_after_it_sees_what_another_process_stored(
    volume: Volume, other: Store, ask: Ask
) -> None:
    store, _ = volume
    await store.append("default", snapshot(), NOON)
    for number in range(1, 5):
        assert await ask(store, time.monotonic())
        stored = await other.append("default", snapshot(NOON + minutes(number)), NOON + minutes(number))
        found = await ask(store, time.monotonic())
        assert found is not None
        assert found.version == stored.version


async def test_the_newest_version_is_another_one_once_its_file_is_gone(volume: Volume) -> None:
    store, root = volume
    first = await store.append("default", snapshot(), NOON)
    last = await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    found = await store.latest("default")
    assert found is not None
    assert found.version == last.version
    (root / "console-usage-history" / f"{last.version.id}.json").unlink()
    found = await store.latest("default")
    assert found is not None
    assert (found.version, found.total) == (first.version, 1)
