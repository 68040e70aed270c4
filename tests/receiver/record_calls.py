"""What the tests of windows, hits, resets and gaps have in common: a story stored, and how it is asked for."""

from datetime import timedelta
from typing import Any

from shared.store import Store
from shared.timestamps import parse_moment
from tests.insight.stories import Stored, at, minutes, told

ABOUT = "/api/v1/accounts/default/"


async def put(store: Store, story: list[Stored], account: str = "default") -> list[str]:
    """Store versions as they came, a second after their readings; returns their ids."""
    ids = []
    for _, document in story:
        sent: dict[str, Any] = {name: value for name, value in document.items() if name != "receivedAt"}
        at = parse_moment(document["lastUpdated"])
        ids.append((await store.append(account, sent, at + timedelta(seconds=1))).version.id)
    return ids


def session(begin: str, until: str, resets: str, first: float, step: float) -> list[Stored]:
    """A session read every five minutes, growing by a step."""
    moment, percentage, story = at(begin), first, []
    while moment <= at(until):
        story.append(told(moment, min(100, percentage), resets))
        moment, percentage = moment + minutes(5), percentage + step
    return story
