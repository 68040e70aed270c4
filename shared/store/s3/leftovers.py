"""What no entry was built on (pure): packs, states and entries of a process that died or lost its race.

They are let go of by an entry that drops their keys, as it drops packs that others took the place of. From
then on nobody can build on them, and they are deleted as everything is that the chain needs no more. Why that
is right, also when a process that was paused at any place goes on long after:

- A pack gets into the chain by a swap or with a state. A swap is refused when one of its packs was let go of
  (`may_name`). That is known for as long as what went when the swap was begun is still to be deleted, and
  a swap that was begun before that is refused, too.
- A state is built on only by the entry after the one it was made of. The entry that lets go of it, or of a
  pack in it, has that number or a later one, so the chain has gone on without that state.
- What is let go of is never made again under its key and then told of: keys have the number of the newest
  entry in them, and the entry that lets go is a later one.
"""

from collections.abc import Iterable, Sequence

from shared.store.s3.forms import Swapped
from shared.store.s3.places import ACCOUNTS, number_in, state_key
from shared.store.s3.shelves import Leaves
from shared.store.s3.taking import Decided, Decision
from shared.store.s3.views import View

__all__ = ["MOST", "let_go", "may_name", "unneeded"]

MOST = 200
"""Keys that one entry lets go of."""


def let_go(account: str, keys: Sequence[str]) -> Decision[int]:
    """Let go of those of some objects on which no entry was built; return how many."""

    def decide(view: View, _leaves: Leaves, _at: int) -> Decided[int]:
        gone = unneeded(account, view, keys)[:MOST] if view.number else []
        return len(gone), [Swapped(shelf="archive", dropped=gone, packs=())] if gone else ()

    return decide


def unneeded(account: str, view: View, keys: Iterable[str]) -> list[str]:
    """Return the objects that the account, as it is, neither needs nor is about to delete anyway."""
    needed = {pack.key for shelf in (view.history, view.archive, view.reports) for pack in shelf.packs}
    needed |= {state_key(account, view.base), *_going(view)}
    return [key for key in keys if key not in needed and not _is_at_work(account, view, key)]


def _going(view: View) -> set[str]:
    return {*view.dropped, *(key for litter in view.litter for key in litter.keys)}


def _is_at_work(account: str, view: View, key: str) -> bool:
    """Tell whether an object is an entry since the state or one that goes anyway, or newer than the view."""
    number = number_in(account, key)
    if number is None or number > view.number:
        return True
    if not key.startswith(f"{ACCOUNTS}{account}/log/"):
        return False
    ranges = [(litter.first_entry, litter.last_entry) for litter in view.litter]
    return number > view.base or any(first <= number <= last for first, last in ranges)


def may_name(keys: Iterable[str], begun: View, now: View) -> bool:
    """Tell whether packs that were made on one view may get into the chain on a later one.

    Whether they were let go of in between can be told while nothing that went since has been forgotten.
    """
    known = begun.base == now.base or any(one.first_entry == begun.base + 1 for one in now.litter)
    return known and not {*keys} & _going(now)
