"""What an account's entries come to (pure): the state they build on, and each change since put onto it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from shared.store.keys import stamp_of
from shared.store.metadata import Lifetime, later
from shared.store.placing import is_ahead
from shared.store.s3.forms import (
    Added,
    Change,
    Counted,
    Entry,
    Item,
    Litter,
    Name,
    Pack,
    Record,
    Removed,
    State,
    Swapped,
)
from shared.store.s3.shelves import Shelf

__all__ = [
    "MOST_AHEAD",
    "View",
    "came_ahead",
    "changed",
    "microseconds",
    "moment_of",
    "onto",
    "recorded",
    "view_of",
]

MOST_AHEAD = 2048
"""So many versions from clocks that were ahead are known again when they are sent at another time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class View(Struct, frozen=True, kw_only=True):
    """An account after so many entries. `carried` are the records since the state it builds on."""

    number: int = 0
    token: str = ""
    base: int = 0
    carried: Sequence[Raw] = ()
    newest_at: int = 0
    history: Shelf = Shelf()
    archive: Shelf = Shelf()
    reports: Shelf = Shelf(ranked=False)
    ahead: Sequence[str] = ()
    reports_ahead: Sequence[str] = ()
    lifetime: Lifetime = Lifetime()
    dropped: Sequence[str] = ()
    """Keys of packs that were swapped out since the state."""
    litter: Sequence[Litter] = ()

    def shelf(self, name: Name) -> Shelf:
        """Return a shelf by its name."""
        return {"history": self.history, "archive": self.archive, "reports": self.reports}[name]


def microseconds(moment: datetime) -> int:
    """Return a moment as items have it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(at: int) -> datetime:
    """Return the moment that an item has."""
    return _EPOCH + timedelta(microseconds=at)


def view_of(state: State, entry: Entry | None = None) -> View:
    """Return an account as of a state, and of the entry that builds on it."""
    view = View(
        number=state.number,
        token=state.token,
        base=state.number,
        newest_at=state.newest_at,
        history=Shelf(state.history),
        archive=Shelf(state.archive),
        reports=Shelf(state.reports, ranked=False),
        ahead=state.ahead,
        reports_ahead=state.reports_ahead,
        lifetime=state.lifetime,
        litter=state.litter,
    )
    return onto(view, entry) if entry else view


def onto(view: View, entry: Entry) -> View:
    """Put those records of an entry onto a view that are not in it yet."""
    for place, raw in enumerate(entry.records, start=entry.base + 1):
        if place > view.number:
            view = recorded(view, msgspec.json.decode(raw, type=Record), raw)
    return view


def recorded(view: View, record: Record, raw: Raw) -> View:
    """Put a record onto a view."""
    for change in record.changes:
        view = changed(view, change)
    return replace(view, number=record.number, token=record.token, carried=(*view.carried, Raw(bytes(raw))))


def changed(view: View, change: Change) -> View:
    """Put one change onto a view."""
    match change:
        case Added():
            return _with_items(view, change)
        case Removed():
            return _without(view, change)
        case Swapped():
            return _swapped(view, change)
        case Counted():
            return replace(view, lifetime=later(view.lifetime, change.lifetime))


def _with_shelf(view: View, name: Name, shelf: Shelf) -> View:
    return replace(view, **{name: shelf})


def _with_items(view: View, added: Added) -> View:
    shelf = view.shelf(added.shelf)
    new = {item.id: item for item in added.items}
    ahead = [item.id for item in added.items if came_ahead(added.shelf, item)]
    if added.shelf == "reports":
        view = replace(view, reports_ahead=_registered(view.reports_ahead, ahead))
    else:
        view = replace(view, ahead=_registered(view.ahead, ahead))
    return replace(
        _with_shelf(view, added.shelf, replace(shelf, recent={**shelf.recent, **new})),
        newest_at=max([view.newest_at, *(item.at for item in added.items)]),
        lifetime=replace(view.lifetime, created=view.lifetime.created + added.created),
    )


def came_ahead(shelf: Name, item: Item) -> bool:
    """Tell whether something came before its own time: sent again it may get another id."""
    document = item.read()
    return is_ahead(item.id, {**document, "lastUpdated": document["at"]} if shelf == "reports" else document)


def _registered(known: Sequence[str], new: Sequence[str]) -> Sequence[str]:
    return tuple(dict.fromkeys([*known, *new]))[-MOST_AHEAD:] if new else known


def _without(view: View, removed: Removed) -> View:
    shelf, ids = view.shelf(removed.shelf), set(removed.ids)
    packed = ids - shelf.recent.keys()
    left = replace(shelf, recent=_without_keys(shelf.recent, ids), gone=shelf.gone | packed)
    view = _with_shelf(view, removed.shelf, left)
    if removed.cleaned_at is None:
        return view
    before = view.lifetime
    return replace(
        view,
        lifetime=replace(before, deleted=before.deleted + len(ids), last_cleanup=removed.cleaned_at),
    )


def _without_keys(items: Mapping[str, Item], ids: set[str]) -> Mapping[str, Item]:
    return {version_id: item for version_id, item in items.items() if version_id not in ids}


def _swapped(view: View, swapped: Swapped) -> View:
    shelf = view.shelf(swapped.shelf)
    kept: list[Pack] = [pack for pack in shelf.packs if pack.key not in swapped.dropped]
    packs = tuple(sorted([*kept, *swapped.packs], key=lambda pack: stamp_of(pack.first)))
    return replace(
        _with_shelf(view, swapped.shelf, replace(shelf, packs=packs)),
        newest_at=max([view.newest_at, *(pack.newest_at for pack in swapped.packs)]),
        dropped=(*view.dropped, *swapped.dropped),
        ahead=_registered(view.ahead, swapped.ahead),
    )
