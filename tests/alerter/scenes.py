"""A store, a clock that a test turns, and an alerter that can be killed and started again on the same folder."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.alerter.desk import Desk, Terms
from services.alerter.following import Follower
from services.alerter.foreseeing import Foresight
from services.alerter.keeper import Keeper
from services.alerter.rules.account import Account, State, worth_telling
from services.alerter.rules.account import told as note
from services.alerter.rules.asked import KINDS, thresholds_from
from services.alerter.rules.habit import BACK
from services.alerter.rules.news import Asked, News
from services.alerter.rules.tide import Tide, followed
from services.alerter.sending.courier import Courier, Ledger
from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Message
from services.alerter.telling.quiet import quiet_from
from shared.store import open_store
from tests.insight.stories import told

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FIVE = timedelta(minutes=5)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class Hands:
    """The clock of a scene."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class Place:
    """A destination that remembers what it took."""

    def __init__(self, name: str = "place", answers: Sequence[tuple[Outcome, str]] = ()) -> None:
        self.name = name
        self.answers = list(answers)
        self.got: list[Message] = []
        self.tries = 0

    async def send(self, message: Message) -> tuple[Outcome, str]:
        self.tries += 1
        outcome = self.answers.pop(0) if self.answers else ("delivered", "fine")
        if outcome[0] == "delivered":
            self.got.append(message)
        return outcome

    async def close(self) -> None:
        return


class Scene:
    """One store and its alerter."""

    def __init__(
        self,
        folder: Path,
        *,
        at: datetime = NOW,
        thresholds: str = "75,90",
        zone: tzinfo = UTC,
        quiet: str = "",
        passing: Sequence[str] = (),
        chance: float = 0.7,
        silence: timedelta = timedelta(0),
    ) -> None:
        self.clock = Hands(at)
        self.url = f"file://{folder / 'store'}"
        self.store = open_store(self.url)
        self.keeper = Keeper(folder / "state")
        (folder / "state").mkdir(exist_ok=True)
        self.place = Place()
        self.asked = Asked(
            kinds=frozenset(KINDS), thresholds=thresholds_from(thresholds), silence=silence, chance=chance
        )
        self.terms = Terms(
            asked=self.asked,
            zone=zone,
            quiet=quiet_from(quiet),
            passing=frozenset(passing),
            destinations=(self.place.name,),
        )
        self.start()

    def start(self) -> None:
        """Begin anew on the same folder, as a process that was killed does."""
        self.follower = Follower(
            open_store(self.url, read_only=True),
            self.url,
            self.clock.now,
            lambda account: lambda limit: self.asked.thresholds.of(account, limit),
            self.asked.rearm,
            lambda account: Foresight(self.store, account, self.terms.zone, BACK.days),
        )
        now = self.clock.now()
        self.desk = Desk(self.terms, self.keeper, self.keeper.load(now), now)
        self.courier = Courier([self.place], Ledger(lambda: self.desk.book, self.desk.settle), self.clock.now)

    async def read(
        self,
        percentage: float,
        resets: datetime | None = None,
        *,
        limit: str = "weekly",
        at: datetime | None = None,
        received: datetime | None = None,
        account: str = "default",
        **more: Any,
    ) -> str:
        """Have a reading arrive; a session without a reset is idle."""
        moment = at or self.clock.at
        reading: dict[str, Any] = {"percentageUsed": percentage, "resetsIn": "words"}
        if resets:
            reading |= {"resetsAt": iso(resets), "state": "open"}
        elif limit == "session" and not percentage:
            reading |= {"resetsIn": "", "state": "idle"}
        document: dict[str, Any] = {"lastUpdated": iso(moment), "source": "json", **more}
        if limit == "session":
            document["currentSession"] = reading
        elif limit == "weekly":
            document["weeklyLimits"] = {"allModels": reading}
        else:
            document["weeklyLimits"] = {"scoped": {limit.removeprefix("weekly:"): reading}}
        stored = await self.store.append(account, document, received or max(moment, self.clock.at))
        return stored.version.id

    async def report(self, state: str, *, account: str = "default", **more: Any) -> None:
        document = {"at": iso(self.clock.at), "state": state, **more}
        await self.store.add_report(account, document, self.clock.at)

    async def turn(self, after: timedelta = timedelta(0)) -> list[str]:
        """Let time pass, look once, deliver; return the kinds of what was told."""
        self.clock.at += after
        messages = self.desk.turn(await self.follower.look(), self.clock.now())
        await self.courier.once()
        return [news.kind for message in messages for news in message.news]

    async def readings(
        self, percentages: Sequence[float], resets: datetime, *, limit: str = "weekly"
    ) -> list[str]:
        """Have readings arrive every five minutes, with a look after each."""
        told: list[str] = []
        for percentage in percentages:
            await self.read(percentage, resets, limit=limit)
            told += await self.turn()
            self.clock.at += FIVE
        return told

    @property
    def told(self) -> list[News]:
        """Everything that was delivered."""
        return [news for message in self.place.got for news in message.news]

    @property
    def titles(self) -> list[str]:
        return [message.said.title for message in self.place.got]


def lived(figures: Sequence[float], resets: Sequence[datetime | None], *, thresholds: str) -> list[str]:
    """Fold readings of the weekly limit, five minutes apart, without a store; return what is told."""
    asked = Asked(kinds=frozenset(KINDS), thresholds=thresholds_from(thresholds))
    account, tide, told_of = Account(NOW), Tide(), []
    for place, (figure, reset) in enumerate(zip(figures, resets, strict=False)):
        now = NOW + place * FIVE
        version = told(now, figure, reset, limit="weekly", name=f"{place:x}")
        tide = followed(tide, version, lambda limit: asked.thresholds.of("default", limit), asked.rearm)
        news = worth_telling("default", account, State(tide), asked, (now, NOW))
        account = note(account, news)
        told_of += [one.kind for one in news]
    return told_of
