"""`reparse`: reads the captures with the present parser, tells what differs and, when asked, sends it."""

import msgspec

from services.scraper.capturing.reparse import Compared, Reparsed, compare
from services.scraper.house import House
from services.scraper.recorder import LAST_READING, read_last
from shared.files import replace
from shared.schemas.codec import decode_snapshot, encode_pretty

__all__ = ["reparse"]


def reparse(house: House, *, send: bool) -> Reparsed:
    """Compare every capture with what was recorded; with `send`, put what differs into the outbox.

    What was put there counts as recorded from then on. Raises OSError.
    """
    differing: list[Compared] = []
    damaged: list[str] = []
    names = house.captures.names()
    same = 0
    for name in names:
        try:
            capture = house.captures.read(name)
            found = compare(
                name,
                capture,
                collector=house.settings.collector_name,
                account=house.settings.account_name,
            )
        except FileNotFoundError:  # a scrape that runs beside us has dropped it
            continue
        except (msgspec.DecodeError, ValueError, LookupError):
            damaged.append(name)
            continue
        if found.result in {"same", "still_unreadable"}:
            same += 1
        else:
            differing.append(found)
    sent = sum(_send(house, found) for found in differing) if send else 0
    return Reparsed(captures=len(names), same=same, differing=differing, damaged=damaged, sent=sent)


def _send(house: House, found: Compared) -> bool:
    """Put a reading into the outbox, then note that it is recorded: killed in between, it is sent twice."""
    if found.document is None:
        return False
    house.outbox.add(found.document)
    capture = house.captures.read(found.capture)
    house.captures.write(
        found.capture,
        msgspec.structs.replace(capture, recorded=found.document, state=found.present_state),
    )
    last = read_last(house.settings.state_dir)
    moment = decode_snapshot(found.document).last_updated
    if last is None or decode_snapshot(last).last_updated <= moment:
        replace(house.settings.state_dir / LAST_READING, encode_pretty(found.document))
    return True
