"""The dead-man's switch: an account of which nothing is heard is told of, once, with why; also after a restart."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from services.receiver.live import channel
from services.receiver.live.silence import Reason, Silence, changes, read_last, reason_in, silence_of
from services.receiver.minding import watching
from services.receiver.options import Options
from shared.store import Store, open_store
from tests.receiver.conftest import OTHER, Receiver, running
from tests.receiver.listening import listen
from tests.store.samples import minutes, snapshot

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
REPORT = {"state": "challenge", "advice": "Wait."}


@pytest.mark.parametrize(
    ("read", "silent"),
    [(0, False), (30, False), (30.02, True), (60 * 24 * 400, True), (None, True)],
)
def test_an_account_is_silent_when_its_last_reading_is_older_than_the_limit(read, silent) -> None:
    since = None if read is None else NOON - minutes(read)
    assert silence_of("work", since, NOON, HALF_AN_HOUR) == Silence("work", silent, since)


def test_without_a_limit_nothing_is_judged() -> None:
    assert silence_of("work", NOON - minutes(9999), NOON, timedelta(0)).silent is None


def test_the_newest_report_tells_why_unless_a_reading_came_after_it() -> None:
    silent = Silence("work", silent=True, since=NOON - minutes(60))
    assert reason_in(silent, (NOON, REPORT)) == Reason("challenge", "Wait.", NOON)
    assert reason_in(silent, (NOON - minutes(61), REPORT)) is None
    assert reason_in(silent, None) is None
    assert reason_in(Silence("work", silent=False, since=NOON - minutes(60)), (NOON, REPORT)) is None
    assert reason_in(Silence("work", silent=True), (NOON, {})) == Reason("", "", NOON)


def test_a_silence_is_a_change_when_it_begins_and_when_it_ends_and_not_between() -> None:
    def known(**states: bool | None) -> dict[str, Silence]:
        return {account: Silence(account, silent) for account, silent in states.items()}

    assert [one.account for one in changes({}, known(a=True, b=False, c=None))] == ["a"]
    assert changes(known(a=True, b=False), known(a=True, b=False)) == []
    assert [one.silent for one in changes(known(a=True, b=False), known(a=False, b=True))] == [False, True]
    assert changes(known(a=True), {}) == []


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.05)


@pytest.fixture
async def receiver(store: Store) -> AsyncIterator[Receiver]:
    async with running(store) as one:
        yield one


async def report(receiver: Receiver, account: str = "default") -> None:
    document = {"at": receiver.clock.now().isoformat(), **REPORT}
    await receiver.store.add_report(account, document, receiver.clock.now())


async def read(receiver: Receiver, account: str = "default") -> None:
    now = receiver.clock.now()
    await receiver.store.append(account, snapshot(now), now)


async def test_a_listener_hears_when_a_silence_begins_why_and_when_it_ends(receiver: Receiver) -> None:
    await read(receiver)
    async with listen(receiver) as stream:
        await stream.opened()
        place = stream.last_id
        receiver.clock.forward(minutes=29)
        assert await stream.is_silent()
        await report(receiver)
        assert (await stream.next()).kind == "report"
        receiver.clock.forward(minutes=2)
        told = await stream.next()
        assert (told.kind, told.data["minutes"], told.data["silent"]) == ("silence", 31, True)
        assert told.data["reason"]["state"] == "challenge"
        assert stream.last_id != place, "the report's"
        place = stream.last_id
        assert await stream.is_silent()
        await read(receiver)
        kinds = {(await stream.next()).kind, (await stream.next()).kind}
        assert kinds == {"snapshot", "reading-resumed"}
        assert await stream.is_silent()


async def test_who_begins_to_listen_during_a_silence_is_told_of_it_first(receiver: Receiver) -> None:
    await read(receiver)
    receiver.clock.forward(hours=5)
    await receiver.app.ctx.watch.look()
    async with listen(receiver) as stream:
        told = await stream.next()
        assert (told.kind, told.data["minutes"]) == ("silence", 300)
        assert await stream.is_silent()


async def test_it_is_logged_once_when_it_begins_and_when_it_ends(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await receiver.app.ctx.watch.end()
    await read(receiver)
    with structlog.testing.capture_logs() as lines:
        for step in (10, 25, 25):
            receiver.clock.forward(minutes=step)
            await receiver.app.ctx.watch.look()
        await read(receiver)
        receiver.clock.forward(minutes=1)  # a bucket is not asked before
        await receiver.app.ctx.watch.look()
        await receiver.app.ctx.watch.look()
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", "no reading for too long"),
        ("info", "readings have resumed"),
    ]


async def test_health_accounts_and_metrics_show_it_and_neither_names_an_account_without_a_key(
    receiver: Receiver,
) -> None:
    await read(receiver)
    await report(receiver, "work")
    assert (await receiver.get("/api/health", key=None))[1]["silence"] == {
        "silent": False,
        "lastReading": "2026-11-22T12:00:30Z",
        "minutes": 0,
        "reason": None,
    }
    receiver.clock.forward(hours=1)
    await report(receiver)
    await receiver.app.ctx.watch.look()
    health = await receiver.get("/api/health", key=None)
    assert (health[1]["silence"]["silent"], health[1]["silence"]["reason"]) == (True, "challenge")
    assert health[1]["silentAccounts"] == 2
    metrics = (await receiver.get("/metrics", key=None))[1]
    assert "marigraph_accounts_silent 2.0" in metrics
    assert "marigraph_accounts_watched 2.0" in metrics
    assert "work" not in str(health[1]) + metrics
    for key, account in ((None, "default"), (OTHER, "work")):
        accounts = (await receiver.get("/api/v1/accounts", **({"key": key} if key else {})))[1]["accounts"]
        assert [(one["account"], one["silent"]) for one in accounts] == [(account, True)]


async def test_an_account_that_never_was_read_is_silent_with_why(receiver: Receiver) -> None:
    await report(receiver, "work")
    silence = await watching.silence_in(receiver.context, "work")
    assert (silence.silent, silence.since) == (True, None)
    assert silence.reason is not None
    assert silence.reason.state == "challenge"


async def test_an_account_of_which_nothing_is_known_is_not_silent(receiver: Receiver) -> None:
    assert (await receiver.get("/api/health", key=None))[1]["silence"]["silent"] is None
    async with listen(receiver) as stream:
        assert await stream.is_silent()


async def test_a_reading_from_the_future_hides_no_silence(receiver: Receiver) -> None:
    await read(receiver)
    ahead = receiver.clock.now() + timedelta(days=3)
    await receiver.store.append("default", snapshot(ahead), ahead)  # by a clock that was set back since
    assert (await watching.silence_in(receiver.context, "default")).silent is False
    receiver.clock.forward(minutes=31)
    assert (await watching.silence_in(receiver.context, "default")).silent is True


async def test_an_old_reading_that_arrives_late_ends_no_silence(receiver: Receiver) -> None:
    await read(receiver)
    receiver.clock.forward(hours=2)
    late = receiver.clock.now() - timedelta(hours=1)
    await receiver.store.append("default", snapshot(late), receiver.clock.now())
    assert (await watching.silence_in(receiver.context, "default")).silent is True


@pytest.mark.parametrize(
    "options", [Options(silence_minutes=0), Options(silence_except=frozenset({"default"}))]
)
async def test_an_account_that_is_paused_is_not_watched(store: Store, options: Options) -> None:
    async with running(store, options=options) as receiver:
        await read(receiver)
        receiver.clock.forward(days=9)
        await receiver.app.ctx.watch.look()
        body = (await receiver.get("/api/health", key=None))[1]
        assert (body["silence"]["silent"], body["silentAccounts"]) == (None, 0)


async def test_a_restart_tells_of_a_silence_that_goes_on_with_its_true_beginning(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    async with running(open_store(url)) as receiver:
        await read(receiver)
    async with running(open_store(url)) as receiver:
        receiver.clock.forward(hours=3)
        with structlog.testing.capture_logs() as lines:
            await receiver.app.ctx.watch.look()
        assert [line["last_reading"] for line in lines] == ["2026-11-22T12:00:30+00:00"]


def test_one_line_says_when_each_account_was_read_the_silent_first_and_few_of_many() -> None:
    read = [
        silence_of(name, NOON - minutes(age), NOON, HALF_AN_HOUR) for name, age in (("a", 3), ("work", 45))
    ]
    assert read_last(read, NOON) == (
        "work: silent, last reading 2026-11-22T11:15:00Z, 45 min ago; a: last reading 2026-11-22T11:57:00Z, 3 min ago"
    )
    assert read_last([], NOON) == "no reading yet"
    many = [silence_of(f"a{number}", None, NOON, HALF_AN_HOUR) for number in range(7)]
    assert read_last(many, NOON).endswith("a4: never read; and 2 accounts more")


async def test_before_the_first_look_nothing_is_said_of_the_record(receiver: Receiver) -> None:
    watch = watching.Watch(receiver.context, receiver.app.ctx.hub)
    assert "yet" in watch.words()
    await watch.look()
    assert watch.words() == "no reading yet"
