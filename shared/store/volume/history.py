"""One account's versions on the volume: which there are, in their order, and what they hold."""

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from shared.schemas.codec import RECEIVED_AT, decode_document
from shared.store.base import Found, Version
from shared.store.believing import why_not
from shared.store.index import Index
from shared.store.keys import time_of
from shared.store.metadata import Lifetime
from shared.store.ranking import rank_of
from shared.store.volume.archive import Archive
from shared.store.volume.damage import Damage
from shared.store.volume.followed import FollowedIndex
from shared.store.volume.layout import Layout
from shared.store.volume.leftout import until_it_stands
from shared.store.volume.noticed import Noticed
from shared.store.volume.regular import content_of_regular
from shared.store.volume.versionfile import (
    DamagedVersionError,
    RecentVersions,
    WouldBlockError,
    read_version,
)

__all__ = ["Choose", "History", "NotAtHand", "Place", "newest"]

T = TypeVar("T")
Choose = Callable[[Index], str | None]
"""How a version is picked from the index."""


class Place(NamedTuple):
    """A version's id and its place among all of the history."""

    version_id: str
    number: int
    total: int


class NotAtHand(NamedTuple):
    """The answer needs the disk, or would have to wait for another thread.

    With `place` all that is missing is the version's file: `find` takes it, and need not choose again.
    """

    place: Place | None = None


_NOT_YET = NotAtHand()

_LONGEST_COPY = 1024 * 1024


class History:
    """The versions of one account. Blocking, except for `peek`; safe to use from several threads."""

    def __init__(self, account: str, layout: Layout, damage: Damage | None = None) -> None:
        """Look at nothing yet; the first question does. `damage` hears of what cannot be believed."""
        self.account = account
        self.layout = layout
        self._damage = damage or Damage()
        self.lifetime: Lifetime | None = None
        """The counts of this history's whole life as they were last known; for when their file is lost."""
        self.derived_at = -math.inf
        """When latest and metadata were last written here, in monotonic seconds."""
        self.derived_late = False
        """Whether they wait on purpose: while batch follows batch they are written now and then."""
        self.archive = Archive(account, layout, partial(self._damage.archive, account))
        self._guard = threading.Lock()
        self._followed = FollowedIndex(layout, self._rank, self._guard)
        self._recent = RecentVersions()
        self._changing = False
        self._looked_at = -math.inf
        """When `peek` last began to look whether the index is current, and found that it is; monotonic."""
        self._newest: tuple[Index, int, Found] | None = None
        """The newest version as `peek` found it last: in which index, at which edition of it."""
        self._folder = os.fspath(layout.history)

    def look(self, ask: Callable[[Index], T], *, in_lock: bool = False) -> T:
        """Ask the index as it is now, whoever changed the folder; `in_lock` when this thread holds the lock.

        Raises OSError.
        """
        with contextlib.ExitStack() as held:
            if not in_lock and not self._followed.loaded:
                self._lock_if_possible(held)
                in_lock = True
            held.enter_context(self._guard)
            self._followed.follow(in_lock=in_lock)
            return ask(self._followed.index)

    def look_at_news(self, ask: Callable[[Index, Noticed], T]) -> T:
        """Ask what came, as `look` asks what is there; from the first such look on it is noticed."""

        def both(index: Index) -> T:
            self._followed.noticed.begin(time.time())
            return ask(index, self._followed.noticed)

        return self.look(both)

    def ask_as_locked(self, ask: Callable[[Index], T]) -> T:
        """Ask the index as it was when this thread took the lock: files of its own have come since."""
        with self._guard:
            return ask(self._followed.index)

    def _lock_if_possible(self, held: contextlib.ExitStack) -> None:
        """Take the account's lock for a first look, before the guard: the other order could wait for ever.

        Where it cannot be opened (no folder yet, a disk that is read-only) the look goes on without it.
        """
        with contextlib.suppress(OSError):
            held.enter_context(self.layout.locked())

    @contextlib.contextmanager
    def changing(self, *, follow: bool = True) -> Iterator[None]:
        """Hold the account's lock, to change its files; the index is up to date in it. Raises OSError.

        A block that ends with an error leaves the folder unsettled: whoever asks next lists it. Without
        `follow` the block lists the folder itself.
        """
        with self.layout.locked():
            if follow:
                with self._guard:
                    self._followed.follow(in_lock=True)
            self._changing = True
            try:
                yield
                self.note_settled()
            finally:
                self._changing = False

    def note_stored(self, ids: list[str]) -> None:
        """Tell all processes what is durable now."""
        self._followed.note_stored(ids)

    def remember(self, versions: Iterable[Version]) -> None:
        """Keep versions in memory that were just stored: they will be asked for soon."""
        for version in versions:
            self._recent.put(version)

    def note_settled(self) -> None:
        """Tell all processes that the folder now is as the index says."""
        self._followed.note_settled()

    def note_leaving(self, ids: list[str]) -> None:
        """Tell all processes what is about to be removed."""
        self._followed.note_leaving(ids)

    def list_anew(self) -> list[str]:
        """List the folder in the lock; return the temporary files met. Raises OSError."""
        with self._guard:
            self._followed.examine()
            return self._followed.unfinished

    def read(self, version_id: str) -> Version:
        """Read a version's file as it is now. Raises as `read_version` does."""
        return read_version(self.account, version_id, f"{self._folder}/{version_id}.json")

    def find(self, choose: Choose, *, in_lock: bool = False, place: Place | None = None) -> Found | None:
        """Return the version that `choose` picks from the index, with its place. Raises OSError.

        A version deleted since, or found damaged, is passed over: the choice is made again. `place` is what
        `peek` has chosen just now.
        """
        while True:
            place = place or self.look(lambda index: _place(index, choose), in_lock=in_lock)
            if place is None:
                return None
            try:
                return Found(self._version(place.version_id, wait=True), place.number, place.total)
            except FileNotFoundError:
                with self._guard:
                    self._followed.forget(place.version_id)
            except DamagedVersionError as error:
                self.set_aside(place.version_id, str(error))
            except OSError:
                copy = self._copy_of(place.version_id)
                if copy is None:
                    raise
                return Found(copy, place.number, place.total)
            place = None

    def peek(self, choose: Choose, asked_at: float = math.inf) -> Found | NotAtHand | None:
        """Do what `find` does, or say NotAtHand when that would wait: for an event loop. Raises OSError.

        What was acknowledged before `asked_at` (monotonic seconds) is seen: a look at the disk that was begun
        later than that is not made again, so questions that came in together share one. Raises
        StoreDamagedError when a link leads to the account.
        """
        if not self._guard.acquire(blocking=False):
            return _NOT_YET
        try:
            if self._looked_at <= asked_at:
                began = time.monotonic()
                self.layout.refuse_linked_account()
                if not self._followed.is_current(changing=self._changing):
                    return _NOT_YET
                self._looked_at = began
            index = self._followed.index
            edition, known = index.edition, self._newest
            if choose is newest and known and known[0] is index and known[1] == edition:
                return known[2]
            place = _place(index, choose)
        finally:
            self._guard.release()
        found = self._at_hand(place) if place else None
        if choose is newest and isinstance(found, Found):
            self._newest = index, edition, found
        return found

    def _at_hand(self, place: Place) -> Found | NotAtHand:
        try:
            return Found(self._version(place.version_id, wait=False), place.number, place.total)
        except WouldBlockError:
            return NotAtHand(place)
        except (OSError, DamagedVersionError):
            return _NOT_YET

    def _copy_of(self, version_id: str) -> Version | None:
        """Return a version whose file the disk does not give, from latest or the archive if they have it."""
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            document = decode_document(content_of_regular(self.layout.latest, _LONGEST_COPY) or b"")
            if RECEIVED_AT in document and not why_not(version_id, document):
                return Version(self.account, version_id, document)
        with contextlib.suppress(OSError):
            return self.archive.get(version_id)
        return None

    def set_aside(self, version_id: str, reason: str) -> None:
        """Stop counting a damaged file as a version, and say so; unless somebody has just completed it.

        It is left out as it stands, and read once more after that: what changes later shows.
        """
        until_it_stands(f"{self._folder}/{version_id}.json")
        with self._guard:
            self._followed.leave_out(version_id)
        with contextlib.suppress(OSError, DamagedVersionError):
            self.read(version_id)
            with self._guard:
                self._followed.take_in(version_id)
            return
        self._recent.drop(version_id)
        self._damage.version(self.account, version_id, reason)

    def _rank(self, version_id: str) -> tuple[datetime, datetime, str]:
        try:
            return rank_of(version_id, self._version(version_id, wait=True).document)
        except (OSError, DamagedVersionError):  # whoever asks for it will find out
            return time_of(version_id), time_of(version_id), version_id

    def _version(self, version_id: str, *, wait: bool) -> Version:
        known = self._recent.get(version_id)
        if known is None:
            path = f"{self._folder}/{version_id}.json"  # making a Path takes longer than reading the file
            known = read_version(self.account, version_id, path, wait=wait)
            self._recent.put(known)
        return known


def newest(index: Index) -> str | None:
    """Choose the newest version: what is asked most, and what `peek` finds out once for each edition."""
    return index.newest


def _place(index: Index, choose: Choose) -> Place | None:
    version_id = choose(index)
    number = index.number(version_id) if version_id else None
    return Place(version_id, number, len(index)) if version_id and number else None
