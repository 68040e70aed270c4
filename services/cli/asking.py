"""Asking the receiver: one connection a question, the certificate checked, every failure in words."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from services.cli.address import address_of
from services.cli.exits import FAILED, NOTHING, REFUSED, UNREACHABLE, USAGE, CommandError
from services.cli.settings import CliSettings

__all__ = ["Receiver"]

T = TypeVar("T")

Parameters = Mapping[str, str | int | Sequence[str] | None]

KEY_WORDS = "--key-file, MARIGRAPH_KEY_FILE or key_file in a file of settings; make run-local's is .local/key"
"""Where a key is named."""

_PIECE = 64 * 1024
_MOST = 256 * 1024 * 1024
"""Bytes of an answer that is taken whole."""


class _Problem(msgspec.Struct):
    """What a refusal says (RFC 9457)."""

    detail: str = ""
    suggestion: str = ""


class Receiver:
    """The receiver, as one key sees it."""

    def __init__(self, settings: CliSettings) -> None:
        address = address_of(settings.url)
        self.shown = address.shown
        self.account = settings.account
        self._host, self._port, self._is_tls = address.host, address.port, address.is_tls
        self._root = f"{address.path}/api/v1"
        self._key = settings.key
        self._seconds = settings.timeout_seconds
        self._ca_file = settings.ca_file

    def of_account(self, call: str) -> str:
        """Return the path of a call below the account."""
        return f"/accounts/{quote(self.account, safe='')}/{call}".rstrip("/")

    def ask(self, path: str, kind: type[T], parameters: Parameters | None = None) -> T:
        """Return the answer to a question, decoded; raises CommandError."""
        return self.decoded(self.raw(path, parameters), kind)

    def decoded(self, body: bytes, kind: type[T]) -> T:
        """Decode an answer; raises CommandError for one of another form."""
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise CommandError(
                FAILED,
                f"the answer of {self.shown} is not one of Marigraph's that this command knows ({error})",
                "Is that address a receiver, and of the same version?",
            ) from error

    def raw(self, path: str, parameters: Parameters | None = None) -> bytes:
        """Return the body of an answer, however long it is, in time; raises CommandError."""
        deadline = time.monotonic() + self._seconds
        body = bytearray()
        for piece in self.pieces(path, parameters):
            body += piece
            if len(body) > _MOST:
                raise CommandError(
                    FAILED, f"{self.shown} sends more than 256 MiB", "Ask for a shorter range."
                )
            if time.monotonic() > deadline:
                raise self._too_slow()
        return bytes(body)

    def pieces(self, path: str, parameters: Parameters | None = None) -> Iterator[bytes]:
        """Yield an answer as it comes; raises CommandError, also in the midst of one that breaks off."""
        connection = self._connection(self._seconds)
        try:
            answer = self._opened(connection, path, parameters or {}, {})
            while piece := answer.read1(_PIECE):
                yield piece
            if answer.length:
                raise http.client.IncompleteRead(b"", answer.length)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        finally:
            connection.close()

    def lines(self, path: str, headers: Mapping[str, str], silence: float) -> Iterator[bytes]:
        """Yield the lines of a stream that may be silent for that many seconds; raises CommandError."""
        connection = self._connection(silence)
        try:
            answer = self._opened(connection, path, {}, headers)
            while line := answer.readline(_MOST):
                yield line
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        finally:
            connection.close()

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        try:
            if not self._is_tls:
                return http.client.HTTPConnection(self._host, self._port, timeout=seconds)
            context = ssl.create_default_context(cafile=self._ca_file)
            return http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=context)
        except (OSError, ssl.SSLError) as error:
            raise CommandError(
                USAGE, f"the certificates in {self._ca_file} cannot be used: {error}"
            ) from error

    def _opened(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        parameters: Parameters,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        """Send a question; return the answer when it is one, raise CommandError for a refusal."""
        if self._key is None:
            raise CommandError(
                REFUSED,
                f"there is no key for {self.shown}",
                f"Name its file: {KEY_WORDS}.",
            )
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            target = self._root + path + (f"?{urlencode(given, doseq=True)}" if given else "")
            connection.request("GET", target, headers={"X-API-Key": self._key, **headers})
        except (ValueError, UnicodeError) as error:
            raise CommandError(
                USAGE, "the key, the address or an argument holds characters that cannot be sent"
            ) from error
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise _refused(self.shown, answer.status, answer.read(_PIECE))
        return answer

    def _too_slow(self) -> CommandError:
        return CommandError(
            UNREACHABLE,
            f"{self.shown} did not answer within {self._seconds:g} seconds",
            "Try again, or give it longer: --timeout-seconds.",
        )

    def _unreachable(self, error: Exception) -> CommandError:
        if isinstance(error, TimeoutError):
            return self._too_slow()
        return CommandError(UNREACHABLE, f"{self.shown} cannot be reached: {_in_words(error, self._ca_file)}")


def _in_words(error: Exception, ca_file: Path | None) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        own = "the certificates you named" if ca_file else "the machine's certificates"
        return f"its certificate is not believed by {own} ({error.verify_message}); --ca-file names others"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS there as it should; is it http:// and not https://?"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there; is the receiver running (make status), and is the address right?"
    if isinstance(error, socket.gaierror):
        return "no host of that name is known"
    if isinstance(error, http.client.IncompleteRead):
        return "the answer broke off"
    if isinstance(error, http.client.HTTPException | ConnectionResetError):
        return "the connection ended before an answer came; is it https:// and not http://?"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _refused(shown: str, status: int, body: bytes) -> CommandError:
    """Make an error of a refusal, in the receiver's words where it has some."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        problem = _Problem()
    said = problem.detail.rstrip(".") or f"{shown} answered {status}"
    codes = {400: USAGE, 401: REFUSED, 403: REFUSED, 404: NOTHING}
    advice = problem.suggestion
    if status == http.client.UNAUTHORIZED:  # the receiver's words are for whoever keeps its keys
        advice = f"Name another: {KEY_WORDS}. Whoever runs the receiver makes one (docs/keys.md)."
    if not problem.detail and status == http.client.NOT_FOUND:
        advice = "Is that address a receiver's, and is it new enough for this call?"
    return CommandError(codes.get(status, FAILED), said, advice)
