"""`python -m services.receiver`: exits 0 when told to stop, 1 when it cannot serve, 2 for bad settings."""

import asyncio
import socket
import sys

import structlog

from services.receiver.app import build_app
from services.receiver.auth import Key, Keys, key_of_secret, read_keys
from services.receiver.context import Context
from services.receiver.metrics import ReceiverMetrics
from services.receiver.settings import PREFIXES, ReceiverSettings
from shared.clock import SystemClock
from shared.errors import MarigraphError, SettingsError
from shared.startup import bad_settings_end_it, begin
from shared.store import Store, open_store

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def main() -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    settings = begin("receiver", ReceiverSettings, PREFIXES)
    with bad_settings_end_it("receiver"):
        keys = _keys(settings)
    try:
        store = open_store(settings.store_url)
        asyncio.run(_ready(store))
        listening = _listen(settings)
    except MarigraphError as error:
        print(f"receiver: {error}. Correct STORE_URL ({settings.store_url}) or its rights.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"receiver: {_explain(settings, error)}", file=sys.stderr)
        return 1
    context = Context(store=store, keys=Keys(keys), clock=SystemClock(), metrics=ReceiverMetrics())
    host, port = listening.getsockname()[:2]
    _log.info("receiver serves", address=f"http://{host}:{port}", store=settings.store_url, keys=len(keys))
    build_app(context).run(sock=listening, single_process=True, motd=False, access_log=False)
    return 0


async def _ready(store: Store) -> None:
    """See that the store can be written, and mend what a crash or a restored backup left behind."""
    await store.probe()
    for mended in await store.rebuild():
        _log.warning("store mended", what=mended)


def _keys(settings: ReceiverSettings) -> list[Key]:
    """Gather all keys; raises SettingsError that says what is wrong with the keys file."""
    keys = [key_of_secret("CLAUDE_SYNC_API_KEY", settings.api_key)] if settings.api_key else []
    if settings.keys_file:
        names = f"RECEIVER_KEYS_FILE names {str(settings.keys_file)!r}"
        try:
            keys += read_keys(settings.keys_file.read_bytes())
        except OSError as error:
            raise SettingsError([f"{names}, which cannot be read: {error.strerror}"]) from error
        except ValueError as error:
            raise SettingsError([f"{names}: {error}"]) from error
    return keys


def _listen(settings: ReceiverSettings) -> socket.socket:
    """Take the port before anything else is started. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if settings.reuse_port:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind(address)
    listening.listen(1024)
    return listening


def _explain(settings: ReceiverSettings, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"{settings.host!r} is no address of this machine. Correct RECEIVER_HOST."
    return (
        f"cannot listen on {settings.host}:{settings.port}: {error.strerror}."
        f" Stop what uses that port, or choose another with RECEIVER_PORT."
    )


if __name__ == "__main__":
    sys.exit(main())
