"""Which versions stay and why (pure): the newest so many or the last so many days, whichever keeps more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.store.keys import stamp

__all__ = ["Decision", "Rules", "plan"]


class Rules(Struct, frozen=True, kw_only=True):
    """How many of the newest versions, and how many days, stay in the history."""

    newest: int
    days: int

    @property
    def keep_nothing(self) -> bool:
        """Whether the rules name nothing to keep: such a policy is refused."""
        return self.newest <= 0 and self.days <= 0


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
    first_kept_by_count = len(ids) - rules.newest
    since = stamp(now - timedelta(days=rules.days)) if rules.days > 0 else None
    return [
        _decide(
            version_id, rules, by_count=place >= first_kept_by_count, since=since, last=place == len(ids) - 1
        )
        for place, version_id in enumerate(ids)
    ]


def _decide(version_id: str, rules: Rules, *, by_count: bool, since: str | None, last: bool) -> Decision:
    if by_count:
        return Decision(version_id, keep=True, reason=f"among the newest {rules.newest}")
    if since is not None and version_id >= since:
        return Decision(version_id, keep=True, reason=f"of the last {_days(rules.days)}")
    if last:
        return Decision(version_id, keep=True, reason="the newest of all")
    return Decision(version_id, keep=False, reason=_why_not(rules))


def _why_not(rules: Rules) -> str:
    outside = []
    if rules.newest > 0:
        outside.append(f"not among the newest {rules.newest}")
    if rules.days > 0:
        outside.append(f"older than {_days(rules.days)}")
    return " and ".join(outside)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
