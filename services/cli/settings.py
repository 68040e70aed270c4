"""What the command reads: flags before the environment, the environment before a file."""

import contextlib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from services.cli.address import address_of
from services.cli.exits import USAGE, CommandError
from shared.errors import SettingsError
from shared.schemas.usage import ACCOUNT_PATTERN
from shared.settings import Option, PathError, Settings, env, load, nearest_names, options, path_of

__all__ = ["CliSettings", "config_files", "read_settings"]

_SECRET_FILE = "key_file"  # noqa: S105 - the name of a setting
_KEY = re.compile(r"[!-~]+")
_ACCOUNT = re.compile(ACCOUNT_PATTERN)
_CHECKOUT = Path(__file__).resolve().parents[2]


class CliSettings(Settings, frozen=True, kw_only=True):
    """Settings of `marigraph`."""

    url: Annotated[
        str, env("MARIGRAPH_URL", "Where the receiver is; a path before `/api` may follow the server's name.")
    ] = "http://127.0.0.1:4000"
    key: Annotated[
        str | None,
        env("MARIGRAPH_KEY", "A key that may read; never an argument, which others could see.", secret=True),
    ] = None
    account: Annotated[str, env("MARIGRAPH_ACCOUNT", "Whose record to ask.")] = "default"
    zone: Annotated[
        str | None,
        env("MARIGRAPH_ZONE", "The zone to show times in, such as Europe/Berlin. By default the machine's."),
    ] = None
    timeout_seconds: Annotated[
        float,
        Meta(ge=0.1, le=600),
        env("MARIGRAPH_TIMEOUT_SECONDS", "How long the receiver may take for an answer."),
    ] = 30
    ca_file: Annotated[
        Path | None,
        env("MARIGRAPH_CA_FILE", "Certificates (PEM) to believe instead of the machine's, for https."),
    ] = None
    config: Annotated[
        Path | None,
        env(
            "MARIGRAPH_CONFIG",
            "A file of settings (TOML, named as the flags are: `url`, `key_file`, ...). By default"
            " `marigraph/config.toml` in XDG_CONFIG_HOME (~/.config), then the one of `make run-local`.",
        ),
    ] = None
    config_home: Annotated[
        Path | None, env("XDG_CONFIG_HOME", "Where programs keep their settings.", example="~/.config")
    ] = None

    def problems(self) -> list[str]:
        """Name what the types cannot tell."""
        found = []
        try:
            address_of(self.url)
        except ValueError as error:
            found.append(f"MARIGRAPH_URL: {error}")
        if not _ACCOUNT.fullmatch(self.account):
            found.append(f"MARIGRAPH_ACCOUNT: {self.account!r} is no account's name, such as default or work")
        if self.key is not None and not _KEY.fullmatch(self.key):
            found.append("MARIGRAPH_KEY: what it holds is no key: one is a single word of ASCII characters")
        return found


class _Layer(Struct, frozen=True):
    """Settings of one source, by the name of their variable, and how that source calls each."""

    values: Mapping[str, str]
    called: Mapping[str, str]


def read_settings(flags: Mapping[str, str], environ: Mapping[str, str]) -> CliSettings:
    """Read the settings; raises CommandError that names every problem, each as its source calls it.

    `flags` are by the name of the setting: `url`, `key_file`.
    """
    if empty := [_flag(name) for name, value in flags.items() if not value.strip()]:
        raise CommandError(USAGE, "; ".join(f"{name} is empty" for name in empty))
    told = _layer(flags, _flag)
    given = _layer(_from_environ(environ), lambda name: _variables()[name])
    try:
        path = _chosen(told, given, environ)
    except PathError as error:
        name = {**given.called, **told.called}["MARIGRAPH_CONFIG"]
        raise CommandError(USAGE, f"{name}: {error}") from None
    filed = _layer(_from_file(path), lambda name: f"{name} in {path}") if path else _Layer({}, {})
    values: dict[str, str] = {}
    called: dict[str, str] = {}
    for layer in (filed, given, told):
        if {"MARIGRAPH_KEY", "MARIGRAPH_KEY_FILE"} & set(layer.values):
            values.pop("MARIGRAPH_KEY", None)
            values.pop("MARIGRAPH_KEY_FILE", None)
        values |= layer.values
        called |= layer.called
    if wrong := _too_open(values.get("MARIGRAPH_KEY_FILE")):
        raise CommandError(USAGE, f"{called['MARIGRAPH_KEY_FILE']}: {wrong}")
    try:
        return load(CliSettings, values)
    except SettingsError as error:
        raise CommandError(USAGE, "; ".join(_as_called(one, called) for one in error.problems)) from None


def config_files(environ: Mapping[str, str]) -> list[Path]:
    """Name the files that are looked for, in order; the last is what `make run-local` writes."""
    home = environ.get("XDG_CONFIG_HOME", "").strip()
    local = environ.get("MARIGRAPH_LOCAL_DIR", "").strip()
    files = [Path(local or _CHECKOUT / ".local") / "command.toml"]
    with contextlib.suppress(PathError):  # who has no home has no file of settings in it
        files.insert(0, path_of(home or "~/.config") / "marigraph" / "config.toml")
    return files


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _variables() -> dict[str, str]:
    """Return the variable of each setting, by its name; that of a secret's file, too."""
    known: list[Option] = options(CliSettings)
    files = {f"{one.field}_file": f"{one.env}_FILE" for one in known if one.secret}
    return {one.field: one.env for one in known} | files


def _layer(values: Mapping[str, str], call: Any) -> _Layer:  # noqa: ANN401 - a function of a name
    names = _variables()
    return _Layer(
        {names[name]: value for name, value in values.items()}, {names[name]: call(name) for name in values}
    )


def _from_environ(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[one] for name, one in _variables().items() if environ.get(one, "").strip()}


def _chosen(told: _Layer, given: _Layer, environ: Mapping[str, str]) -> Path | None:
    """Return the file of settings: one that was named has to be there, others may be."""
    named = told.values.get("MARIGRAPH_CONFIG") or given.values.get("MARIGRAPH_CONFIG")
    if named:
        return path_of(named)
    return next((path for path in config_files(environ) if os.path.isfile(path)), None)  # noqa: PTH113 - Path's raises where a folder may not be looked into


def _from_file(path: Path) -> dict[str, str]:
    """Read a file of settings; raises CommandError for one that is not fit, naming what is wrong."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            found = tomllib.load(file)
    except OSError as error:
        raise CommandError(USAGE, f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CommandError(USAGE, f"{path} is not TOML: {error}") from error
    known = [name for name in _variables() if name not in {"config", "config_home"}]
    for name, nearest in nearest_names(found, ("",), known).items():
        meant = f"did you mean {nearest}?" if nearest else f"there are {', '.join(known)}."
        raise CommandError(USAGE, f"{path}: {name!r} is no setting", meant[0].upper() + meant[1:])
    if "key" in found and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CommandError(USAGE, f"{path} holds a key and others may read it", f"chmod 600 {path}")
    if many := [name for name, value in found.items() if isinstance(value, dict | list)]:
        raise CommandError(USAGE, f'{path}: {many[0]} is to be one value, such as {many[0]} = "..."')
    values = {name: str(value) for name, value in found.items()}
    if values.get(_SECRET_FILE):
        with contextlib.suppress(PathError):  # said when it is read
            values[_SECRET_FILE] = str(path.parent / path_of(values[_SECRET_FILE]))
    return values


def _too_open(name: str | None) -> str | None:
    """Say what is wrong with a key's file that others may read; one that cannot be changed is let pass."""
    if not name:
        return None
    try:
        path = path_of(name)
        mode = path.stat().st_mode
    except (OSError, PathError):
        return None  # said when it is read
    if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO) and os.access(path, os.W_OK):
        return f"others may read {path}: chmod 600 {path}"
    return None


def _as_called(problem: str, called: Mapping[str, str]) -> str:
    """Name a setting as the source does from which it came."""
    for name in sorted(called, key=len, reverse=True):
        if problem.startswith(name):
            return called[name] + problem.removeprefix(name)
    return problem
