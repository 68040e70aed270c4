"""The console's present state: control, logins, and whether a stale page was refreshed."""

from datetime import datetime, timedelta
from typing import Any

from services.practice.control import Access, Change, Control, apply
from services.practice.eras import ERAS, Era, Slug
from services.practice.logins import Logins
from services.practice.model import Person, awake_at
from services.practice.model.person import organization
from services.practice.truth import Shown, figures_document, shown_figures, true_figures
from services.practice.usage_json import spend_limit_document, usage_document
from shared.clock import Clock
from shared.timestamps import to_iso

__all__ = ["Console"]


class Console:
    """One imitated account and its page. All state is in memory: a new start is as good as new."""

    def __init__(self, *, seed: int, era: Slug, clock: Clock) -> None:
        self._clock = clock
        self._default = Control(era=era)
        self._stale = False
        self._person: Person = awake_at(Person(seed=seed), clock.now())
        self.control = self._default
        self.logins = Logins()
        self.organization = organization(seed)

    @property
    def era(self) -> Era:
        """The layout at present."""
        return ERAS[self.control.era]

    def now(self) -> datetime:
        """Return the present moment."""
        return self._clock.now()

    def change(self, change: Change) -> None:
        """Change the control; raises ValueError that names the field. Naming `stale` makes stale anew."""
        self.control = apply(self.control, change, self.now())
        if change.stale == "until_refresh":
            self._stale = True
        elif change.stale is None:
            self._stale = False

    def reset(self) -> None:
        """Go back to how the console started."""
        self.control = self._default
        self._stale = False

    def refresh(self) -> None:
        """Do what the page's Refresh button does: from now on the figures are fresh."""
        self._stale = False

    def age(self) -> timedelta:
        """Return how old the figures are that the page shows."""
        return self.control.stale_age if self._stale else timedelta()

    def access(self, token: str | None) -> Access:
        """Return what stands between the holder of a login cookie and the page; `open` is nothing."""
        if self.control.access != "login":
            return self.control.access
        logged_in = self.logins.valid(token, since=self.control.login_since, now=self.now())
        return "open" if logged_in else "login"

    def usage(self) -> dict[str, Any]:
        """Return the JSON that the page fetches."""
        now = self.now()
        return usage_document(self.era, self._shown(now), self.control.broken, now)

    def spend_limit(self) -> dict[str, Any]:
        """Return the JSON about money that the page of February 2026 fetches beside."""
        return spend_limit_document(self._shown(self.now()).get("credits"))

    def state(self) -> dict[str, Any]:
        """Return the truth, for tests: `figures` as they are, `shown` as the page shows them."""
        now = self.now()
        shown = self._shown(now)
        return {
            "now": to_iso(now),
            "era": self.control.era,
            "access": self.control.access,
            "organization": self.organization,
            "measuredAt": to_iso(now - self.age()),
            "stale": self._stale,
            "limits": list(shown),
            "shown": figures_document(shown),
            "figures": figures_document(true_figures(self._person, self.control, now)),
        }

    def _shown(self, now: datetime) -> Shown:
        """Return the figures as the page shows them."""
        return shown_figures(self._person, self.control, now, age=self.age())
