"""What the receiver reads from its environment."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from services.receiver.keyfile.making import how_to_make_one
from services.receiver.options import Options
from shared.floor import floor_from
from shared.settings import LogSettings, env
from shared.store.keys import is_account
from shared.store.urls import check_url
from shared.wire.tls import Certificate

__all__ = ["PREFIXES", "ReceiverSettings"]

PREFIXES = ("RECEIVER_",)
"""Variables that begin so are ours; one that no setting reads is pointed out."""


class ReceiverSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of `python -m services.receiver`."""

    store_url: Annotated[
        str,
        env(
            "STORE_URL",
            "Where versions are kept: file:///absolute/folder, s3://bucket/prefix; memory: forgets at exit.",
            example="file:///var/lib/marigraph",
        ),
    ]
    api_key: Annotated[
        str | None,
        env(
            "CLAUDE_SYNC_API_KEY",
            "A key that may read and write the account `default`; the scraper sends the same one.",
            secret=True,
            example="a-long-random-text",
        ),
    ] = None
    keys_file: Annotated[
        Path | None,
        env(
            "RECEIVER_KEYS_FILE",
            "A file of keys, beside or instead of CLAUDE_SYNC_API_KEY: `python -m services.receiver keys`"
            " writes it, a running receiver follows it.",
            example="/etc/marigraph/keys.json",
        ),
    ] = None
    failures_per_minute: Annotated[
        int,
        Meta(ge=0, le=1_000_000),
        env(
            "RECEIVER_FAILED_KEYS_PER_MINUTE",
            "Wrong keys that an address (of IPv6, a /64) may present in a minute before it is told to wait;"
            " 0: any number.",
        ),
    ] = 30
    requests_per_minute: Annotated[
        int,
        Meta(ge=0, le=1_000_000_000),
        env(
            "RECEIVER_KEY_REQUESTS_PER_MINUTE",
            "Requests that a key may make in a minute before it is told to wait; 0: any number. The default"
            " is about as much as one receiver can answer.",
        ),
    ] = 1_200_000
    proxies: Annotated[
        int,
        Meta(ge=0, le=10),
        env(
            "RECEIVER_PROXIES",
            "How many reverse proxies of yours stand in front: the client's address is taken from"
            " X-Forwarded-For as the outermost of them saw it. 0: none, and the header is not believed.",
        ),
    ] = 0
    event_listeners: Annotated[
        int,
        Meta(ge=0, le=100_000),
        env("RECEIVER_EVENT_LISTENERS", "Streams of events open at a time; who comes later is told to wait."),
    ] = 200
    silence_minutes: Annotated[
        int,
        Meta(ge=0, le=5_256_000),
        env(
            "RECEIVER_SILENCE_MINUTES",
            "An account of which no reading came for longer is told to be silent; 0 watches none.",
        ),
    ] = 30
    silence_except: Annotated[
        str,
        env(
            "RECEIVER_SILENCE_EXCEPT",
            "Accounts that are not watched for silence, with commas between them: ones that are paused.",
        ),
    ] = ""
    disk_floor: Annotated[
        str,
        env(
            "RECEIVER_DISK_FLOOR",
            "Room on the store's disk (16MB, 1%, or the less of both) below which /readyz says that the"
            " receiver is not ready; below the janitor's own floor, which makes room. 0: any is enough.",
        ),
    ] = "16MB,1%"
    host: Annotated[
        str, env("RECEIVER_HOST", "The address to listen on; 0.0.0.0 for every network of the machine.")
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535), env("RECEIVER_PORT", "The port to listen on; 0 takes any free one.")
    ] = 4000
    reuse_port: Annotated[
        bool, env("RECEIVER_REUSE_PORT", "1 lets several receivers share the port (SO_REUSEPORT).")
    ] = False

    tls_cert: Annotated[
        Path | None,
        env(
            "RECEIVER_TLS_CERT",
            "A certificate with its chain, in PEM form: TLS (1.2 or newer) is spoken instead of plain HTTP."
            " Renewed files are used within 5 seconds.",
            example="/etc/marigraph/tls/fullchain.pem",
        ),
    ] = None
    tls_key: Annotated[
        Path | None,
        env(
            "RECEIVER_TLS_KEY",
            "The certificate's key, without a passphrase.",
            example="/etc/marigraph/tls/privkey.pem",
        ),
    ] = None
    connections: Annotated[
        int,
        Meta(ge=1, le=100_000),
        env(
            "RECEIVER_MAX_CONNECTIONS",
            "Connections at a time. Beyond them the one that has been idle longest is closed, or the new one"
            " is answered 503.",
        ),
    ] = 1_000

    @property
    def certificate(self) -> Certificate | None:
        """The certificate to serve with; raises SettingsError when it cannot be used."""
        if self.tls_cert is None or self.tls_key is None:
            return None
        return Certificate(self.tls_cert, self.tls_key, settings="RECEIVER")

    @property
    def options(self) -> Options:
        """What the rooms of the receiver take of it."""
        return Options(
            event_listeners=self.event_listeners,
            silence_minutes=self.silence_minutes,
            silence_except=frozenset(self._paused()),
            disk_floor=floor_from(self.disk_floor),
        )

    def _paused(self) -> list[str]:
        return [name.strip() for name in self.silence_except.split(",") if name.strip()]

    def problems(self) -> list[str]:
        """Name what is wrong with the settings together."""
        found = []
        if self.store_url and (wrong := check_url(self.store_url)):
            found.append(f"STORE_URL: {wrong}")
        if (self.tls_cert is None) != (self.tls_key is None):
            missing, there = ("RECEIVER_TLS_KEY", "RECEIVER_TLS_CERT")[:: 1 if self.tls_cert else -1]
            found.append(f"{missing} is missing, but {there} is set: TLS needs both, plain HTTP neither")
        found += [
            f"RECEIVER_SILENCE_EXCEPT: {name!r} is no account's name"
            for name in self._paused()
            if not is_account(name)
        ]
        try:
            floor_from(self.disk_floor)
        except ValueError as error:
            found.append(f"RECEIVER_DISK_FLOOR: {error}")
        if self.api_key is None and self.keys_file is None:
            found.append(
                "CLAUDE_SYNC_API_KEY and RECEIVER_KEYS_FILE are not set: the receiver does not start without"
                f" a key. {how_to_make_one()}"
            )
        return found
