"""What the alerter reads from its environment."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

from services.alerter.rules.asked import KINDS, kinds_from, thresholds_from
from services.alerter.rules.news import Asked
from services.alerter.sending.addresses import Address, addresses_from, name_clashes, webhooks_from
from services.alerter.sending.signing import key_from
from services.alerter.telling.quiet import Quiet, quiet_from
from shared.settings import LogSettings, env
from shared.store.urls import check_url

__all__ = ["PREFIXES", "AlerterSettings"]

PREFIXES = ("ALERTER_",)
"""Variables that begin so are ours; one that no setting reads is pointed out."""

_ALL = ",".join(KINDS)


class AlerterSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of `python -m services.alerter`."""

    store_url: Annotated[
        str,
        env(
            "STORE_URL",
            "The store to follow; the receiver's. It is only read.",
            example="file:///var/lib/marigraph",
        ),
    ]
    state_dir: Annotated[
        Path,
        env(
            "ALERTER_STATE_DIR",
            "Folder for what was told and what still has to be delivered. It must outlive restarts.",
            example="/var/lib/marigraph-alerter",
        ),
    ]
    webhooks_text: Annotated[
        str,
        env(
            "ALERTER_WEBHOOKS",
            "Webhooks, with spaces between them: url or name=url. Log and status name no address.",
            secret=True,
        ),
    ] = ""
    webhook_secret: Annotated[
        str,
        env(
            "ALERTER_WEBHOOK_SECRET",
            "What webhooks are signed with (Standard Webhooks): whsec_ and base64 of 24 to 64 bytes."
            " Two, with a space between them, both sign: while one takes the other's place.",
            secret=True,
        ),
    ] = ""
    apprise_text: Annotated[
        str,
        env(
            "ALERTER_APPRISE_URLS",
            "Addresses of Apprise's (ntfy, mail, Telegram ...), with spaces between them: url or name=url."
            " Needs the extra `notify`.",
            secret=True,
        ),
    ] = ""
    kinds_text: Annotated[str, env("ALERTER_KINDS", "Which kinds of alerts are told.")] = _ALL
    thresholds_text: Annotated[
        str,
        env(
            "ALERTER_THRESHOLDS",
            "Per cent at which a limit is told of: 75,90 for all, and after spaces exceptions: weekly=50,80"
            " work/session=95 work/*=none.",
        ),
    ] = "75,90"
    rearm: Annotated[
        float,
        Meta(ge=0, le=100),
        env(
            "ALERTER_REARM_POINTS",
            "A threshold is told again before the reset once the percentage fell this many points below it.",
        ),
    ] = 10
    silence_minutes: Annotated[
        int,
        Meta(ge=0, le=525_600),
        env("ALERTER_SILENCE_MINUTES", "An account without a reading for longer is told of; 0: none is."),
    ] = 60
    login_days_text: Annotated[
        str, env("ALERTER_LOGIN_DAYS", "How many days before its expected end a login is told of.")
    ] = "5,1"
    chance: Annotated[
        float,
        Meta(gt=0, le=1),
        env(
            "ALERTER_FORECAST_CHANCE", "How likely a hit before the reset must be to be told of, from 0 to 1."
        ),
    ] = 0.7
    quiet_text: Annotated[
        str,
        env(
            "ALERTER_QUIET",
            "Quiet hours, as 22:00-07:00: alerts are held back until their end, and told in one message.",
        ),
    ] = ""
    passing_text: Annotated[
        str, env("ALERTER_QUIET_PASS", "Kinds of alerts that pass the quiet hours, as hit,trouble.")
    ] = ""
    zone_name: Annotated[
        str,
        env(
            "ALERTER_ZONE",
            "Zone of times in messages and of the quiet hours, as Europe/Berlin. By default the machine's.",
        ),
    ] = ""
    turn_seconds: Annotated[
        float,
        Meta(ge=0.1, le=3600),
        env("ALERTER_TURN_SECONDS", "Time between two looks at the store; one costs next to nothing."),
    ] = 5
    metrics_file: Annotated[
        Path | None, env("ALERTER_METRICS_FILE", "A file that gets Prometheus metrics after each change.")
    ] = None

    @property
    def asked(self) -> Asked:
        """What is to be told."""
        return Asked(
            kinds=kinds_from(self.kinds_text),
            thresholds=thresholds_from(self.thresholds_text),
            rearm=self.rearm,
            silence=timedelta(minutes=self.silence_minutes),
            login_days=_days(self.login_days_text),
            chance=self.chance,
        )

    @property
    def webhooks(self) -> list[Address]:
        """The webhooks."""
        return webhooks_from(self.webhooks_text)

    @property
    def webhook_keys(self) -> list[bytes]:
        """What they are signed with."""
        return [key_from(secret) for secret in self.webhook_secret.split()]

    @property
    def apprise(self) -> list[Address]:
        """The addresses of Apprise's."""
        return addresses_from(self.apprise_text, "apprise")

    @property
    def quiet(self) -> Quiet | None:
        """The quiet hours, if there are any."""
        return quiet_from(self.quiet_text)

    @property
    def passing(self) -> frozenset[str]:
        """The kinds that pass them."""
        return frozenset(kinds_from(self.passing_text))

    @property
    def zone(self) -> tzinfo:
        """The zone of a person's times."""
        return ZoneInfo(self.zone_name) if self.zone_name else _own_zone()

    def problems(self) -> list[str]:
        """Name what the types cannot tell; no secret is repeated."""
        return list(self._problems())

    def _problems(self) -> Iterator[str]:
        if problem := check_url(self.store_url or "memory:"):
            yield f"STORE_URL: {problem}"
        if self.store_url == "memory:":
            yield "STORE_URL: memory: is a store of one process alone; there is nothing to follow"
        checks: tuple[tuple[str, Callable[[], object]], ...] = (
            ("ALERTER_WEBHOOKS", lambda: self.webhooks),
            ("ALERTER_WEBHOOK_SECRET", lambda: self.webhook_keys),
            ("ALERTER_APPRISE_URLS", lambda: self.apprise),
            ("ALERTER_KINDS", lambda: kinds_from(self.kinds_text)),
            ("ALERTER_THRESHOLDS", lambda: thresholds_from(self.thresholds_text)),
            ("ALERTER_LOGIN_DAYS", lambda: _days(self.login_days_text)),
            ("ALERTER_QUIET", lambda: self.quiet),
            ("ALERTER_QUIET_PASS", lambda: self.passing),
            ("ALERTER_ZONE", lambda: self.zone),
        )
        wrong = {name: problem for name, check in checks if (problem := _problem(check))}
        yield from (f"{name}: {problem}" for name, problem in wrong.items())
        if self.webhooks_text and not self.webhook_secret:
            yield (
                "ALERTER_WEBHOOK_SECRET is missing, and webhooks are always signed: make one with"
                " `echo whsec_$(openssl rand -base64 32)`"
            )
        if not wrong and (doubles := name_clashes(self.webhooks, self.apprise)):
            yield f"ALERTER_APPRISE_URLS: {', '.join(doubles)} is a webhook's name, too"


def _problem(check: Callable[[], object]) -> str | None:
    try:
        check()
    except (ZoneInfoNotFoundError, OSError):
        return "there is no such zone: write it as Europe/Berlin"
    except ValueError as error:
        return str(error)
    return None


def _days(text: str) -> tuple[float, ...]:
    try:
        days = tuple(sorted({float(part) for part in text.replace(",", " ").split()}))
    except ValueError:
        days = (0.0,)
    if not all(0 < day <= 365 for day in days):  # noqa: PLR2004 - a year
        raise ValueError(f"{text!r}: write numbers of days above 0, as 5,1")
    return days


def _own_zone() -> tzinfo:
    """Return the machine's zone, UTC when it does not tell."""
    try:
        if name := os.environ.get("TZ", "").removeprefix(":"):
            return ZoneInfo(name)
        with Path("/etc/localtime").open("rb") as told:
            return ZoneInfo.from_file(told)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC
