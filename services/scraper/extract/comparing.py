"""Where the JSON and the page tell different things of one limit (pure).

Rounding and jitter are no differences: figures may be 1 percentage point apart, resets 2 minutes (a moment's
reset jitters by a second, the page writes whole minutes counted from data up to a minute old), amounts of
money half a hundredth.
"""

from datetime import datetime, timedelta

from services.scraper.extract.found import TOLERANCE
from services.scraper.extract.limits import CREDITS, section
from shared.schemas.usage import CreditsReading, Reading

__all__ = ["UNNAMED", "credit_differences", "differences", "resets_differ", "windows_differ"]

RESET_TOLERANCE = timedelta(minutes=2)
AMOUNT_TOLERANCE = 0.005
A_DAY = timedelta(days=1)
CLOSED = frozenset({"idle", "unused"})

UNNAMED = "XXX"
"""ISO 4217's code for no currency: `extra_usage` was seen without one on accounts that pay by use."""


def differences(limit: str, ours: Reading, theirs: Reading) -> list[str]:
    """Say where the JSON's reading and the page's differ by more than the tolerances."""
    name, found = section(limit), []
    one, other = (reading.percentage_shown or reading.percentage_used for reading in (ours, theirs))
    if abs(one - other) > TOLERANCE:
        found.append(f"{name}: the JSON says {one:g} %, the page {other:g} %")
    if resets_differ(ours.resets_at, theirs.resets_at):
        moments = (f"{moment:%a %H:%M} UTC" for moment in (ours.resets_at, theirs.resets_at) if moment)
        found.append(f"{name}: its reset is {' in the JSON, '.join(moments)} on the page")
    if windows_differ(ours, theirs):
        found.append(f"{name}: a window is open {'in the JSON' if ours.resets_at else 'on the page'} only")
    return found


def windows_differ(ours: Reading, theirs: Reading) -> bool:
    """Tell whether a window is open in one of the two only."""
    closed = ours.state == "idle" and theirs.state == "open"
    return closed or (ours.resets_at is not None and theirs.state in CLOSED)


def resets_differ(ours: datetime | None, theirs: datetime | None, by: timedelta = RESET_TOLERANCE) -> bool:
    """Tell whether both are known and too far apart."""
    return bool(ours and theirs and abs(ours - theirs) > by)


def credit_differences(ours: CreditsReading, theirs: CreditsReading) -> list[str]:
    """Say where the credits differ; a currency that the JSON does not name is no difference."""
    found = []
    if abs(ours.used - theirs.used) > AMOUNT_TOLERANCE or ours.currency not in {theirs.currency, UNNAMED}:
        page = f"the page {theirs.used:g} {theirs.currency}"
        found.append(f"{CREDITS}: the JSON says {ours.used:g} {ours.currency}, {page}")
    shares = (ours.percentage_used, theirs.percentage_used)
    if None not in shares and abs((shares[0] or 0) - (shares[1] or 0)) > TOLERANCE:
        found.append(f"{CREDITS}: the JSON says {shares[0]:g} %, the page {shares[1]:g} %")
    if (
        ours.limit is not None
        and theirs.limit is not None
        and abs(ours.limit - theirs.limit) > AMOUNT_TOLERANCE
    ):
        found.append(f"{CREDITS}: their limit is {ours.limit:g} in the JSON, {theirs.limit:g} on the page")
    if resets_differ(ours.resets_at, theirs.resets_at, A_DAY):
        found.append(f"{CREDITS}: their reset is another day in the JSON than on the page")
    return found
