"""`python -m tests.faults.writer STORE NUMBER SECONDS`: one of several processes that write to a store at once.

All writers send the same snapshots in different orders, so that each id is raced for. Prints a line of JSON:
the ids that this one was first to store, and how often it found a duplicate.
"""

import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime

from shared.store import open_store
from tests.faults.clients import numbered

AT_ONCE = 20


async def write(root: str, number: int, seconds: float) -> None:
    store, chance = open_store(f"file://{root}"), random.Random(number)
    first, duplicates, begin = [], 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        some = chance.sample(range(begin, begin + AT_ONCE), AT_ONCE)
        now = datetime.now(UTC)
        answers = await asyncio.gather(*(store.append("default", numbered(one), now) for one in some))
        first += [answer.version.id for answer in answers if not answer.duplicate]
        duplicates += sum(answer.duplicate for answer in answers)
        begin += AT_ONCE
    await store.close()
    sys.stdout.write(json.dumps({"first": first, "duplicates": duplicates, "sent": begin}) + "\n")


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
