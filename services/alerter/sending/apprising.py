"""Destinations by Apprise, which knows the ways of a hundred services. It is imported only when one is set.

Its own log is kept quiet: it repeats addresses, and they are secrets.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from services.alerter.sending.addresses import Address
from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Message
from services.alerter.telling.words import as_html
from shared.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Apprised", "apprised"]

TRY_SECONDS = 120
"""Apprise has shorter limits of its own; this one is for a service that hangs all the same."""


class Apprised:
    """One address of Apprise's."""

    def __init__(self, name: str, plugin: Any) -> None:  # noqa: ANN401 - Apprise's plugins have no types
        """Take the plugin that an address made."""
        self.name = name
        self._plugin = plugin
        self._going: asyncio.Task[bool] | None = None

    async def send(self, message: Message) -> tuple[Outcome, str]:
        """Try once. A try that hangs is waited for before there is another: it may still succeed."""
        if self._going is None:
            self._going = asyncio.create_task(asyncio.to_thread(self._notify, message))
        done, _ = await asyncio.wait({self._going}, timeout=TRY_SECONDS)
        if not done:
            return "failed", f"no answer within {TRY_SECONDS} seconds"
        going, self._going = self._going, None
        try:
            fine = going.result()
        except Exception as error:  # noqa: BLE001 - a plugin's fault is a failed try
            return "failed", f"Apprise failed: {type(error).__name__}"
        return ("delivered", "Apprise says it is delivered") if fine else ("failed", "Apprise says it failed")

    async def close(self) -> None:
        """Nothing is held open."""

    def _notify(self, message: Message) -> bool:
        takes_html = str(self._plugin.notify_format).lower().endswith("html")
        body = as_html(message.said) if takes_html else message.said.text
        form = "html" if takes_html else "text"
        return bool(self._plugin.notify(title=message.said.title, body=body, body_format=form))


def apprised(addresses: "Sequence[Address]") -> list[Apprised]:
    """Make the destinations. Raises SettingsError that names those that are wrong, by name alone."""
    if not addresses:
        return []
    try:
        import apprise  # noqa: PLC0415 - heavy, and an extra: only who uses it pays for it
    except ImportError:
        raise SettingsError(
            ["ALERTER_APPRISE_URLS is set, but Apprise is not installed: install the extra `notify`"]
        ) from None
    log = logging.getLogger("apprise")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    asset = apprise.AppriseAsset(app_id="Marigraph", app_desc="Marigraph", app_url="")
    made = [(one.name, apprise.Apprise.instantiate(one.url, asset=asset)) for one in addresses]
    if wrong := [name for name, plugin in made if plugin is None]:
        raise SettingsError(
            [f"ALERTER_APPRISE_URLS: {name} is no address that Apprise understands" for name in wrong]
        )
    return [Apprised(name, plugin) for name, plugin in made]
