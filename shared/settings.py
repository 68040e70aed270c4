"""Settings from environment variables: name, type, limits, default and words in one place.

A service declares a frozen `Settings` struct whose fields carry `env(...)`, and calls `load` once, at its
start. `docs/configuration.md` and `.env.example` are made from the same declarations.
"""

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from shared.errors import SettingsError

__all__ = ["LogSettings", "Option", "Settings", "env", "load", "options", "report_problems", "unknown_names"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every service's settings."""

    def problems(self) -> list[str]:
        """Name what is wrong between settings that are each right alone, a sentence each."""
        return []


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as it is documented and read."""

    env: str
    field: str
    doc: str
    type: Any
    required: bool
    default: Any = None
    secret: bool = False
    example: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The environment variables it is read from; a secret may also come from a file."""
        return (self.env, f"{self.env}_FILE") if self.secret else (self.env,)


def env(name: str, doc: str, *, secret: bool = False, example: str = "") -> msgspec.Meta:
    """Mark a field as read from the environment variable `name`; a secret is also read from `name`_FILE."""
    return msgspec.Meta(description=doc, extra={"env": name, "secret": secret, "example": example})


def options(settings: type[Settings]) -> list[Option]:
    """List what a settings type reads, in the order of its fields."""
    return [_option(field) for field in msgspec.structs.fields(settings)]


def _option(field: FieldInfo) -> Option:
    metas = get_args(field.type)[1:] if get_origin(field.type) is Annotated else ()
    doc, mark = next(
        (meta.description or "", meta.extra)
        for meta in metas
        if isinstance(meta, msgspec.Meta) and meta.extra and "env" in meta.extra
    )
    return Option(
        env=mark["env"],
        field=field.encode_name,
        doc=doc,
        type=field.type,
        required=field.required,
        default=None if field.default is msgspec.NODEFAULT else field.default,
        secret=mark["secret"],
        example=mark["example"],
    )


S = TypeVar("S", bound=Settings)


def load(settings: type[S], environ: Mapping[str, str]) -> S:
    """Read all settings; raises SettingsError that lists every problem at once.

    An empty variable counts as not set, so that `NAME=` in an env file means the default.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for option in options(settings):
        try:
            text = _text(option, environ)
            if text is None:
                if option.required:
                    problems.append(f"{option.env} is missing: {option.doc}")
                continue
            values[option.field] = _convert(option, text)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise SettingsError(problems)
    loaded = settings(**values)
    if between := loaded.problems():
        raise SettingsError(between)
    return loaded


def _text(option: Option, environ: Mapping[str, str]) -> str | None:
    """Return the setting's text from the variable or, for a secret, from the file that NAME_FILE names."""
    direct = environ.get(option.env, "").strip()
    path = environ.get(f"{option.env}_FILE", "").strip() if option.secret else ""
    if direct and path:
        raise ValueError(f"{option.env} and {option.env}_FILE are both set: keep one of them")
    if not path:
        return direct or None
    try:
        content = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ValueError(f"{option.env}_FILE names {path!r}, which cannot be read: {reason}") from error
    if not content:
        raise ValueError(f"{option.env}_FILE names {path!r}, which is empty")
    return content


def _convert(option: Option, text: str) -> object:
    try:
        return msgspec.convert(text, option.type, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        shown = "its value" if option.secret else repr(text)
        raise ValueError(f"{option.env}: {shown} does not fit: {error}. {option.doc}") from error


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise NotImplementedError(f"settings of type {kind}")


def unknown_names(
    settings: type[Settings], environ: Mapping[str, str], prefixes: tuple[str, ...]
) -> dict[str, str]:
    """Find variables with one of our prefixes that no setting reads: name -> the nearest name that exists."""
    known = [name for option in options(settings) for name in option.names]
    strangers = sorted(name for name in environ if name.startswith(prefixes) and name not in known)
    return {name: (difflib.get_close_matches(name, known, n=1) or [""])[0] for name in strangers}


def report_problems(service: str, error: SettingsError) -> None:
    """Tell a person on standard error what is wrong with a service's settings, every problem on its line."""
    count = "a problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
    lines = [f"{service}: {count} with the settings (docs/configuration.md lists them all)"]
    sys.stderr.write("\n  ".join([*lines, *error.problems]) + "\n")


class LogSettings(Settings, frozen=True, kw_only=True):
    """How a service writes its log; part of every service's settings."""

    log_format: Annotated[
        str,
        msgspec.Meta(pattern="^(text|json)$"),
        env("LOG_FORMAT", "How log lines look: text for people, json for machines (one object a line)."),
    ] = "text"
    log_level: Annotated[
        str,
        msgspec.Meta(pattern="^(debug|info|warning|error)$"),
        env("LOG_LEVEL", "The least important kind of line to write: debug, info, warning or error."),
    ] = "info"
