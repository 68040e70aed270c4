"""The janitor against an independent model, over random histories, clocks and rules."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from services.janitor import __main__ as command
from services.janitor.policy import Rules
from services.janitor.sweep import Sweeper, Task
from shared import startup
from shared.store import Store, open_store
from shared.store.memory import MemoryStore
from shared.store.s3 import chain, packing
from shared.store.volume import scrub as volume_scrub
from tests.janitor.retention_model import ClockModel, stays, time_in
from tests.janitor.scenes import Machine, document
from tests.seaweedfs import SeaweedFS

SECONDS = st.one_of(
    st.integers(0, 400 * 86400),
    st.integers(0, 20 * 86400),
    st.sampled_from([-3000, -30, 0, 1, 59, 3600, 86400, 7 * 86400, 7 * 86400 + 1, 30 * 86400]),
)
"""Ages: of a year, of some days, and on the edges; some from the future."""

RULES = st.fixed_dictionaries(
    {
        "newest": st.sampled_from([0, 1, 3, 10, 25]),
        "days": st.sampled_from([0, 1, 7, 30]),
        "hourly": st.sampled_from([0, 0, 2, 30]),
        "daily": st.sampled_from([0, 0, 3, 40]),
        "weekly": st.sampled_from([0, 0, 2, 20]),
        "monthly": st.sampled_from([0, 0, 1, 6]),
    }
).filter(lambda rules: any(rules.values()))

TIMES = st.sampled_from(["an hour", "ten days asleep", "set ahead", "set right", "set back", "off for hours"])


class World(Machine):
    """A machine of which is known what its clock and its time switched off amount to."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong = timedelta(0)
        self.off = timedelta(0)

    def happens(self, what: str) -> None:
        if what == "an hour":
            self.passes(timedelta(hours=1))
        elif what == "ten days asleep":
            self.passes(timedelta(days=10))
        elif what == "off for hours":
            self.is_off_for(timedelta(hours=4))
            self.off += timedelta(hours=4)
        else:
            wrong = timedelta(days={"set ahead": 40, "set right": 0, "set back": -3}[what])
            self.is_set(wrong - self.wrong)
            self.wrong = wrong


async def add(store: Store, now: datetime, ages: list[int]) -> set[str]:
    """Versions in the order they are drawn, so most of them late; those of one second differ in their figure."""
    added = set()
    for place, age in enumerate(ages):
        at = now - timedelta(seconds=age)
        appended = await store.append("default", document(at, place % 100), at)
        if not appended.duplicate:
            added.add(appended.version.id)
    return added


BATCHES = st.lists(st.tuples(st.lists(SECONDS, max_size=40), TIMES), min_size=1, max_size=4)
"""What comes before each run of the janitor, and what happens to its clock."""


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(rules=RULES, batches=BATCHES)
async def test_what_stays_is_what_the_model_says_and_all_else_is_archived_once(
    rules: dict[str, int], batches: list[tuple[list[int], str]]
) -> None:
    await held_to_the_model(MemoryStore(), rules, batches)


@pytest.mark.seaweedfs
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rules=RULES, batches=BATCHES)
async def test_a_bucket_keeps_what_the_model_says_too(
    seaweedfs: SeaweedFS, small_packs: None, rules: dict[str, int], batches: list[tuple[list[int], str]]
) -> None:
    store = open_store(seaweedfs.url())
    await held_to_the_model(store, rules, batches)
    await store.close()


@pytest.fixture
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MOST_CARRIED", 5)
    monkeypatch.setattr(packing, "MOST", 16)


async def held_to_the_model(
    store: Store, rules: dict[str, int], batches: list[tuple[list[int], str]]
) -> None:
    world, model = World(), ClockModel()
    here: set[str] = set()
    ever: set[str] = set()
    for ages, what in batches:
        world.happens(what)
        added = await add(store, world.at - world.wrong, ages)
        here |= added
        ever |= added
        believed = model.believes(world.at, world.wrong + world.off)
        expected = stays(here, world.at, rules) if believed else here
        event(f"believed: {believed}; {'all stays' if expected == here else 'some leave'}")
        task = Task(rules=Rules(**rules))
        await Sweeper(store, task, world, world.look).run()
        assert set(await store.between("default", None, None)) == expected
        here = expected
        archived = [
            version.id
            for month in (await store.census("default")).archives
            for version in await store.archived("default", month)
        ]
        assert sorted(archived) == sorted(set(archived))
        assert set(archived) | here == ever


@contextmanager
def called_with(arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["janitor", *arguments])
        patch.setattr(startup.os, "environ", environment)
        yield


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_scrub, "_SETTLED_SECONDS", 0)


def origin_file(folder: Path, at: datetime, number: int) -> str:
    """A version as the origin system wrote it: no arrival, and a name of its own making."""
    name = f"{at:%Y-%m-%dT%H-%M-%S}-{number:08x}"
    content = {"lastUpdated": at.isoformat(), "currentSession": {"percentageUsed": 1, "resetsIn": "1 hr"}}
    (folder / f"{name}.json").write_text(json.dumps(content))
    return name


def settings_of(root: Path, rules: dict[str, int], *, archive: bool) -> dict[str, str]:
    """The environment of a janitor with these rules."""
    periods = ("hourly", "daily", "weekly", "monthly")
    return {
        "STORE_URL": f"file://{root}",
        "RETENTION_MAX_VERSIONS": str(rules["newest"]),
        "RETENTION_DAYS": str(rules["days"]),
        "RETENTION_ARCHIVE": str(int(archive)),
        **{f"RETENTION_KEEP_{rule.upper()}": str(rules[rule]) for rule in periods},
    }


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rules=RULES,
    ages=st.lists(st.integers(60, 400 * 86400), max_size=60),
    archive=st.booleans(),
    torn=st.sets(st.integers(0, 59), max_size=3),
    ahead=st.sampled_from([False, False, False, True]),
)
def test_the_command_does_what_its_dry_run_said_and_what_the_model_says(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    rules: dict[str, int],
    ages: list[int],
    archive: bool,
    torn: set[int],
    ahead: bool,
    no_waiting: None,
) -> None:
    root = tmp_path_factory.mktemp("store")
    history = root / "console-usage-history"
    history.mkdir()
    now = datetime.now(UTC)
    # An age on a rule's very edge would depend on the second in which the command starts.
    moments = [now - timedelta(seconds=age) for age in ages if age % 86400 > 120]
    if ahead:
        moments.append(now + timedelta(days=1))
    everything = [origin_file(history, at, place) for place, at in enumerate(moments)]
    bad = {name for place, name in enumerate(everything) if place in torn}
    for name in bad:
        (history / f"{name}.json").write_text('{"lastUpd')
    names = set(everything) - bad
    refused = any(time_in(name) > now + timedelta(hours=1) for name in names)
    environment = settings_of(root, rules, archive=archive)

    def run(*arguments: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        with called_with(["once", "--json", *arguments], environment):
            assert command.main() == (4 if refused else 0)
        return list(json.loads(capsys.readouterr().out.splitlines()[-1])["accounts"])

    before = {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]}
    planned = run("--dry-run")
    assert before == {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]}
    done = run()
    assert [account["plan"] for account in planned] == [account["plan"] for account in done]
    left = {path.stem for path in history.glob("2*.json")}
    assert left == stays(names, now, rules)
    assert {path.stem for path in root.glob("quarantine/*.json")} == bad
    assert left == {d["version"] for account in planned for d in account["plan"] if d["keep"]}
    assert sum(account["archived"] for account in done) == (len(names - left) if archive else 0)
    assert (root / "archive").exists() == bool(archive and names - left)
