"""TLS with a certificate and a key from files; renewed ones are used without a restart."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import structlog

from shared.errors import SettingsError

__all__ = ["Certificate"]

_LOOK_SECONDS = 5
"""How soon renewed files are used."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Certificate:
    """A server's certificate (with its chain) and key, in PEM files; `context` is what it is served with."""

    def __init__(self, chain: Path, key: Path, *, settings: str) -> None:
        """Load both; `settings` is how the names of the settings begin that name the files.

        Raises SettingsError that says what is wrong with which file.
        """
        self._chain, self._key = chain, key
        self._names = f"{settings}_TLS_CERT", f"{settings}_TLS_KEY"
        self._seen = self._state()
        self.context = self._loaded()

    async def follow(self) -> None:
        """Take over files that were renewed, for connections made from then on; ends when cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self.refresh()

    def refresh(self) -> None:
        """Look once; files that cannot be used are told, and what is in use stays in use."""
        state = self._state()
        if state == self._seen:
            return
        self._seen = state
        try:
            self._loaded()
            self.context.load_cert_chain(self._chain, self._key, password="")
        except (SettingsError, ssl.SSLError, OSError) as error:
            _log.error("the certificate cannot be renewed; the one of before is used", error=str(error))
        else:
            _log.info("certificate renewed", file=str(self._chain))

    def _state(self) -> list[tuple[int, int, int] | None]:
        return [_state_of(file) for file in (self._chain, self._key)]

    def _loaded(self) -> ssl.SSLContext:
        if problems := list(self._unreadable()):
            raise SettingsError(problems)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._chain, self._key, password="")  # or OpenSSL would ask a terminal
        except ssl.SSLError as error:
            raise SettingsError([self._words(error)]) from error
        return context

    def _unreadable(self) -> Iterator[str]:
        for name, file in zip(self._names, (self._chain, self._key), strict=True):
            try:
                content = file.read_bytes()
            except OSError as error:
                yield f"{name} names {str(file)!r}, which cannot be read: {error.strerror}"
            else:
                if b"-----BEGIN " not in content:
                    yield f"{name} names {str(file)!r}, which is no file in PEM form (-----BEGIN ...)"

    def _words(self, error: ssl.SSLError) -> str:
        chain, key = self._names
        if error.reason == "KEY_VALUES_MISMATCH":
            return f"{key} names {str(self._key)!r}, which is not the key of {chain}, {str(self._chain)!r}"
        reason = error.reason or error.strerror or "it cannot be read"
        return (
            f"{chain} and {key} name {str(self._chain)!r} and {str(self._key)!r}, which cannot be used"
            f" ({reason.lower().replace('_', ' ')}): it takes a certificate and its key, no passphrase"
        )


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
