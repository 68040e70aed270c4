"""Which versions stay and why (pure).

The origin's rule: the newest so many or the last so many days, whichever keeps more. Beside it, as other
pruners do: the last version of each of the last so many hours, days, weeks (ISO, from Monday) and months
that have any, in UTC.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.store.keys import stamp, time_of

__all__ = ["PROTECTED", "Decision", "Rules", "leave_sooner", "plan", "stay_all"]

PROTECTED = 100
"""The newest so many of each account stay in the history even when the disk is short of room."""


class Rules(Struct, frozen=True, kw_only=True):
    """What stays in the history: the newest, the last days, and the last version of each period."""

    newest: int
    days: int
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    @property
    def keep_nothing(self) -> bool:
        """Whether the rules name nothing to keep: such a policy is refused."""
        return not any((self.newest, self.days, self.hourly, self.daily, self.weekly, self.monthly))


class Decision(Struct, frozen=True):
    """What becomes of one version, and the rule that says so."""

    version: str
    keep: bool
    reason: str


def plan(ids: Sequence[str], rules: Rules, now: datetime) -> list[Decision]:
    """Decide for each version, oldest first; `ids` must be sorted.

    The newest version always stays. Raises ValueError for rules that keep nothing.
    """
    if rules.keep_nothing:
        raise ValueError("a policy that keeps nothing is refused")
    reasons = dict(_kept(ids, rules, now))
    without = _why_not(rules)
    return [
        Decision(version_id, keep=version_id in reasons, reason=reasons.get(version_id, without))
        for version_id in ids
    ]


def stay_all(ids: Sequence[str], why: str) -> list[Decision]:
    """Decide that everything stays, for one reason."""
    return [Decision(version_id, keep=True, reason=why) for version_id in ids]


def leave_sooner(
    plans: Mapping[str, Sequence[Decision]], rules: Rules, count: int
) -> dict[str, list[Decision]]:
    """Have `count` versions more leave than the rules ask for, the oldest of all accounts first.

    For a disk that is short of room: they are to be archived, where they need a tenth of it. The newest of
    each account stay, as many as the rules say, and PROTECTED at least.
    """
    newest = max(rules.newest, PROTECTED)
    spare = sorted(
        (decision.version, account)
        for account, decisions in plans.items()
        for decision in decisions[:-newest]
        if decision.keep
    )
    leaving = {(account, version_id) for version_id, account in spare[: max(count, 0)]}
    return {
        account: [
            Decision(
                decision.version, keep=False, reason="the disk is short of room: the archive takes it early"
            )
            if (account, decision.version) in leaving
            else decision
            for decision in decisions
        ]
        for account, decisions in plans.items()
    }


def _kept(ids: Sequence[str], rules: Rules, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield versions that stay with the reason; where several rules keep one, the last yielded is told."""
    yield from ((version_id, "the newest of all") for version_id in ids[-1:])
    for count, name, period in _PERIODS:
        kept = getattr(rules, count)
        yield from (
            (version_id, f"the last of its {name}") for version_id in _last_of_each(ids, period, kept)
        )
    if rules.days > 0:
        since = stamp(now - timedelta(days=rules.days))
        reason = f"of the last {_days(rules.days)}"
        yield from ((version_id, reason) for version_id in ids if version_id >= since)
    if rules.newest > 0:
        yield from ((version_id, f"among the newest {rules.newest}") for version_id in ids[-rules.newest :])


def _iso_week(version_id: str) -> str:
    year, week, _ = time_of(version_id).isocalendar()
    return f"{year}-{week}"


_PERIODS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("monthly", "month", lambda version_id: version_id[:7]),
    ("weekly", "week", _iso_week),
    ("daily", "day", lambda version_id: version_id[:10]),
    ("hourly", "hour", lambda version_id: version_id[:13]),
)
"""The rules' fields, the word for the period, and what two versions of one period have in common."""


def _last_of_each(ids: Sequence[str], period: Callable[[str], str], count: int) -> Iterator[str]:
    """Yield the last version of each of the newest `count` periods that have any."""
    seen: set[str] = set()
    for version_id in reversed(ids):
        if len(seen) >= count:
            return
        if (this := period(version_id)) not in seen:
            seen.add(this)
            yield version_id


def _why_not(rules: Rules) -> str:
    outside = []
    if rules.newest > 0:
        outside.append(f"not among the newest {rules.newest}")
    if rules.days > 0:
        outside.append(f"older than {_days(rules.days)}")
    if any(getattr(rules, count) for count, _, _ in _PERIODS):
        outside.append("not the last of a period that is kept")
    return " and ".join(outside)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
