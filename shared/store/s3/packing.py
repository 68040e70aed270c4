"""Putting items into packs (pure): what a shelf's packs are to become, and what an account came to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shared.store.keys import date_of, month_of, stamp_of
from shared.store.s3.forms import Item, Litter, Name, Pack, State, sum_of, write_lines
from shared.store.s3.places import pack_key, state_key
from shared.store.s3.shelves import Leaves, Shelf, Shelved
from shared.store.s3.views import View

__all__ = ["MOST", "Packed", "merged", "packed", "rolled_up"]

MOST = 512
"""Items of one pack: two days of readings every five minutes, 25 KB."""


class Packed(Struct, frozen=True):
    """What changes about a shelf's packs: those that go, those that come, and the bytes of these by key."""

    dropped: Sequence[str] = ()
    packs: Sequence[Pack] = ()
    objects: Mapping[str, bytes] = {}


def merged(
    account: str, name: Name, shelf: Shelf, leaves: Leaves, new: Iterable[Item], number: int
) -> Packed:
    """Put items into a shelf's packs, and take out what is gone. Raises LackingError for packs it must read.

    A pack is made anew when something in its span of time changes; the last one, while it is not full, takes
    what comes behind it. No pack spans two months.
    """
    shelved = Shelved(shelf, leaves)
    coming: dict[int, list[Item]] = {}
    for item in new:
        coming.setdefault(shelved.span(item.id), []).append(item)
    touched = {*coming, *(shelved.span(version_id) for version_id in shelf.gone)} - {len(shelf.packs)}
    tail = coming.pop(len(shelf.packs), [])
    last = len(shelf.packs) - 1
    if tail and last >= 0 and (last in touched or shelf.packs[last].count < MOST):
        touched.add(last)
        coming.setdefault(last, []).extend(tail)
        tail = []
    changing = [shelf.packs[span] for span in sorted(touched)]
    shelved.need(changing)
    groups = [_content(shelved, shelf.packs[span], coming.get(span, ())) for span in sorted(touched)]
    made = [packed(account, name, piece, number) for group in [*groups, tail] for piece in _pieces(group)]
    return Packed(
        [pack.key for pack in changing], [pack for pack, _ in made], {pack.key: data for pack, data in made}
    )


def _content(shelved: Shelved, pack: Pack, coming: Iterable[Item]) -> Iterable[Item]:
    gone = shelved.shelf.gone
    return [*(item for item in shelved.leaf(pack).items.values() if item.id not in gone), *coming]


def _pieces(items: Iterable[Item]) -> Iterator[Sequence[Item]]:
    """Cut items into packs: at the ends of months, and when one is full, never within a second."""
    piece: list[Item] = []
    for item in sorted(items, key=lambda item: item.id):
        if piece and (
            month_of(item.id) != month_of(piece[-1].id)
            or (len(piece) >= MOST and stamp_of(item.id) != stamp_of(piece[-1].id))
        ):
            yield piece
            piece = []
        piece.append(item)
    if piece:
        yield piece


def packed(account: str, name: Name, items: Sequence[Item], number: int) -> tuple[Pack, bytes]:
    """Make a pack of items that are sorted by id; return what it holds, and its bytes."""
    data = write_lines(items)
    pack = Pack(
        key=pack_key(account, name, stamp_of(items[0].id), number, sum_of(data)),
        first=items[0].id,
        last=items[-1].id,
        count=len(items),
        size=sum(len(item.document) for item in items),
        newest_at=max(item.at for item in items),
        days=Counter(date_of(item.id) for item in items),
    )
    return pack, data


def rolled_up(account: str, view: View, leaves: Leaves) -> tuple[State, Mapping[str, bytes]]:
    """Return what an account came to, all of it in packs, and the objects to be made before.

    Raises LackingError for packs that have to be read.
    """
    history = merged(account, "history", view.history, leaves, view.history.recent.values(), view.number)
    reports = merged(account, "reports", view.reports, leaves, view.reports.recent.values(), view.number)
    unneeded = [*view.dropped, *history.dropped, *reports.dropped]
    if view.base:
        unneeded.append(state_key(account, view.base))
    state = State(
        number=view.number,
        token=view.token,
        newest_at=view.newest_at,
        history=_with(view.history, history),
        archive=view.archive.packs,
        reports=_with(view.reports, reports),
        ahead=view.ahead,
        reports_ahead=view.reports_ahead,
        lifetime=view.lifetime,
        litter=[*view.litter, Litter(view.number, unneeded, view.base + 1, view.number)],
    )
    return state, {**history.objects, **reports.objects}


def _with(shelf: Shelf, changed: Packed) -> Sequence[Pack]:
    kept = [pack for pack in shelf.packs if pack.key not in changed.dropped]
    return sorted([*kept, *changed.packs], key=lambda pack: stamp_of(pack.first))
