"""Settings from environment variables: name, type, limits, default and words in one place.

A service declares a frozen `Settings` struct whose fields carry `env(...)`, and calls `load` once, at its
start. `docs/configuration.md` and `.env.example` are made from the same declarations.
"""

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from shared.errors import SettingsError

__all__ = [
    "LogSettings",
    "Option",
    "Settings",
    "describe_type",
    "env",
    "load",
    "nearest_names",
    "options",
    "unknown_names",
]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every service's settings."""

    def problems(self) -> list[str]:
        """Name what the types cannot tell, a sentence each that begins with the setting's name.

        A required setting that is missing or malformed is None here.
        """
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


def describe_type(option: Option) -> str:
    """Say in words what an option's value must look like."""
    kind, metas = _unwrapped(option.type)
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    if choices:
        return "one of " + ", ".join(str(choice) for choice in choices)
    if title := next((meta.title for meta in metas if meta.title), None):
        return title
    if kind is bool:
        return "1 or 0"
    if kind in {int, float}:
        low = next((meta.ge for meta in metas if meta.ge is not None), None)
        high = next((meta.le for meta in metas if meta.le is not None), None)
        noun = "a whole number" if kind is int else "a number"
        between = f" from {low} to {high}" if high is not None else f", {low} or more"
        return noun + (between if low is not None else "")
    return "a path" if kind is Path else "text"


def _unwrapped(annotated: Any) -> tuple[Any, list[msgspec.Meta]]:  # noqa: ANN401 - any type may be annotated
    """Strip Annotated and `| None` from a type; return what is left and the limits that were on it."""
    metas: list[msgspec.Meta] = []
    while True:
        if get_origin(annotated) is Annotated:
            annotated, *marks = get_args(annotated)
            metas += [mark for mark in marks if isinstance(mark, msgspec.Meta)]
        elif type(None) in get_args(annotated):
            annotated = next(part for part in get_args(annotated) if part is not type(None))
        else:
            return annotated, metas


S = TypeVar("S", bound=Settings)


def load(settings: type[S], environ: Mapping[str, str]) -> S:
    """Read all settings; raises SettingsError that lists every problem at once.

    An empty variable counts as not set, so that `NAME=` in an env file means the default.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for option in options(settings):
        try:
            text = _text(option, environ)
            if text is not None:
                values[option.field] = _convert(option, text)
            elif option.required:
                raise ValueError(f"{option.env} is missing: {option.doc}")  # noqa: TRY301 - one list of problems
        except ValueError as error:
            problems[option.env] = str(error)
            if option.required:
                values[option.field] = None
    # A setting that is wrong alone has its default here, so what it causes together is not told twice.
    loaded = settings(**values)
    together = [problem for problem in loaded.problems() if not problem.startswith(tuple(problems))]
    if problems or together:
        raise SettingsError([*problems.values(), *together])
    return loaded


def _text(option: Option, environ: Mapping[str, str]) -> str | None:
    """Return the setting's text from the variable.

    For a secret else from the file that NAME_FILE names, else from systemd's credential of its name in small
    letters, when there is one.
    """
    direct = environ.get(option.env, "").strip()
    path = environ.get(f"{option.env}_FILE", "").strip() if option.secret else ""
    if direct and path:
        raise ValueError(f"{option.env} and {option.env}_FILE are both set: keep one of them")
    if direct:
        return direct
    if path:
        try:
            return _secret(f"{option.env}_FILE names", path_of(path))
        except PathError as error:
            raise ValueError(f"{option.env}_FILE: {error}") from error
    handed_over = environ.get("CREDENTIALS_DIRECTORY", "") if option.secret else ""
    credential = Path(handed_over, option.env.lower())
    if handed_over and os.access(credential, os.R_OK):
        return _secret(f"{option.env}: its credential is", credential)
    return None


def _secret(why: str, path: Path) -> str:
    """Return what a secret's file holds; `why` begins the sentence about one that cannot be used."""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ValueError(f"{why} {str(path)!r}, which cannot be read: {reason}") from error
    if not content:
        raise ValueError(f"{why} {str(path)!r}, which is empty")
    return content


def _convert(option: Option, text: str) -> object:
    try:
        return msgspec.convert(text, option.type, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, PathError):
            raise ValueError(f"{option.env}: {error.__cause__}") from error  # noqa: TRY004 - a text is wrong, not a type
        shown = "its value" if option.secret else repr(text)
        raise ValueError(f"{option.env}: {shown} is not {describe_type(option)}. {option.doc}") from error


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return path_of(value)
    raise NotImplementedError(f"settings of type {kind}")


class PathError(ValueError):
    """A text that names no file; it says why."""


def path_of(text: str) -> Path:
    """Return the path that somebody wrote, `~` as their home; raises PathError for one that none can be."""
    if "\0" in text:
        raise PathError(f"{text!r} holds a character that no path has")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise PathError(f"{text!r}: nobody knows the home that is meant") from error


def unknown_names(
    settings: type[Settings], environ: Mapping[str, str], prefixes: tuple[str, ...]
) -> dict[str, str]:
    """Find variables with one of our prefixes that no setting reads: name -> the nearest name that exists."""
    return nearest_names(environ, prefixes, [name for option in options(settings) for name in option.names])


def nearest_names(names: Iterable[str], prefixes: tuple[str, ...], known: Sequence[str]) -> dict[str, str]:
    """Find names with one of the prefixes that are not known: name -> the nearest one that is, or ""."""
    strangers = sorted(name for name in names if name.startswith(prefixes) and name not in known)
    return {name: (difflib.get_close_matches(name, known, n=1) or [""])[0] for name in strangers}


class LogSettings(Settings, frozen=True, kw_only=True):
    """How a service writes its log; part of every service's settings."""

    log_format: Annotated[
        Literal["text", "json"],
        env("LOG_FORMAT", "How log lines look: text for people, json for machines (one object a line)."),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        env("LOG_LEVEL", "The least important kind of line to write."),
    ] = "info"
