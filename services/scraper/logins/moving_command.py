"""`session export FILE` and `session import FILE`: a login moves to another machine as one encrypted file."""

import getpass
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from services.scraper.logins.login_age import LoginAge, login_words
from services.scraper.logins.login_file import Login, new_key, open_login, read_key, seal_login
from services.scraper.logins.moving import put_login, take_login
from services.scraper.settings import ScraperSettings
from services.scraper.waking import wake
from shared.clock import SystemClock
from shared.errors import PermanentError
from shared.files import replace

__all__ = ["export_login", "import_login"]

SHORTEST_PASSPHRASE = 10
LARGEST_FILE = 16 * 1024 * 1024

T = TypeVar("T")
Tell = Callable[[str], object]


class Run(Protocol):
    """Runs what needs the browser to its end."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T:
        """Return what the work does."""
        ...


def export_login(settings: ScraperSettings, file: Path, key_file: Path | None, run: Run, tell: Tell) -> None:
    """Write the profile's login to a file, encrypted. Raises MarigraphError and OSError."""
    _refuse_attach(settings)
    if file.exists():
        raise PermanentError(f"{file} is there already: name another file or remove it")
    for wanted in (file, key_file):
        if wanted and not wanted.absolute().parent.is_dir():
            raise PermanentError(f"{wanted} cannot be written: there is no folder {wanted.absolute().parent}")
    key = _key_to_seal(key_file, tell) if key_file else None
    passphrase = None if key else _passphrase(settings, twice=True)
    clock = SystemClock()
    login = run(take_login(settings, clock))
    replace(file.absolute(), seal_login(login, passphrase=passphrase, key=key))
    tell(f"The login to {login.site} is in {file}, encrypted. {_age(login, clock.now())}")
    tell("Whoever can open the file is logged in as you: remove it once it is imported.")


def import_login(settings: ScraperSettings, file: Path, key_file: Path | None, run: Run, tell: Tell) -> None:
    """Put the login in a file into the profile. Raises MarigraphError and OSError."""
    _refuse_attach(settings)
    data = _read(file)
    key = _read_key(key_file) if key_file else None
    passphrase = None if key else _passphrase(settings, twice=False)
    login = open_login(data, passphrase=passphrase, key=key)
    run(put_login(login, settings))
    wake(settings.state_dir)
    tell(f"The login to {login.site} is in this profile now. {_age(login, SystemClock().now())}")


def _refuse_attach(settings: ScraperSettings) -> None:
    if settings.browser_mode == "attach":
        raise PermanentError("in attach mode the login is that of your own browser: there is nothing to move")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST_FILE)
    except OSError as error:
        raise PermanentError(f"{path} cannot be read: {error.strerror}") from error


def _read_key(path: Path) -> bytes:
    return read_key(_read(path).decode("ascii", "replace"))


def _key_to_seal(path: Path, tell: Tell) -> bytes:
    """Read the key file, or make it."""
    if not path.exists():
        replace(path.absolute(), new_key().encode())
        tell(f"{path} holds a new key. Bring it to the other machine by another way than the login's file.")
    return _read_key(path)


def _passphrase(settings: ScraperSettings, *, twice: bool) -> str:
    """Take the passphrase from the settings or ask for it; it is never on the command line."""
    if settings.session_passphrase:
        return _long_enough(settings.session_passphrase)
    if not sys.stdin.isatty():
        raise PermanentError(
            "there is nobody to ask for a passphrase: set SCRAPER_SESSION_PASSPHRASE_FILE, or use --key-file"
        )
    said = _long_enough(getpass.getpass("Passphrase for the file: "))
    if twice and getpass.getpass("Once more: ") != said:
        raise PermanentError("the two passphrases differ")
    return said


def _long_enough(passphrase: str) -> str:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise PermanentError(f"a passphrase needs {SHORTEST_PASSPHRASE} characters or more")
    return passphrase


def _age(login: Login, now: datetime) -> str:
    if login.since is None or login.ends_at is None:
        return "How old it is cannot be told."
    age = LoginAge(since=login.since, ends_at=login.ends_at, known_by="cookie")
    return f"It is {login_words(age, now)}."
