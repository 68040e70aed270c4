"""Writes docs/configuration.md and .env.example from the settings themselves, so that they cannot drift."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from services.alerter.settings import AlerterSettings
from services.cli.settings import CliSettings
from services.janitor.settings import JanitorSettings
from services.practice.settings import PracticeSettings
from services.receiver.settings import ReceiverSettings
from services.scraper.settings import ScraperSettings
from shared.settings import LogSettings, Option, Settings, describe_type, options
from shared.store.operator.settings import OperatorSettings

REPOSITORY = Path(__file__).resolve().parents[2]


class Section(NamedTuple):
    """A service's settings under their heading."""

    title: str
    text: str
    settings: type[Settings]

    @property
    def program(self) -> str:
        """The service's name, "" where the settings are no service's."""
        found = re.match(r"`python -m services\.(\w+)`", self.text)
        return found[1] if found else ""


SECTIONS = (
    Section("Every service", "How the log looks.", LogSettings),
    Section("Scraper", "`python -m services.scraper`", ScraperSettings),
    Section("Receiver", "`python -m services.receiver`", ReceiverSettings),
    Section("Janitor", "`python -m services.janitor`", JanitorSettings),
    Section("Alerter", "`python -m services.alerter`; [alerts](alerts.md) explains.", AlerterSettings),
    Section("Store", "`python -m shared.store`", OperatorSettings),
    Section(
        "The command",
        "`marigraph`, or `python -m services.cli`. Flags go before the environment, and that before a file"
        " ([how](command.md#settings)).",
        CliSettings,
    ),
    Section("Practice console", "`python -m services.practice`", PracticeSettings),
)

INTRODUCTION = """\
# Configuration

Made by `make docs` from the settings in the code; a test holds it to them.

Every service reads its settings from the environment, once, at its start. A problem ends it with exit
code 2, after every problem has been named. An empty variable counts as not set. A secret can also be read
from a file: set `NAME_FILE` to the file's path instead of `NAME`. When neither is set, it is a credential
that systemd hands over (`LoadCredential=`) under its name in small letters. A variable that begins like a
setting and is none changes nothing: the log names it with the nearest one that there is, and `make run-local`
prints it.
`make run-local` also reads the file `.env`; `.env.example` shows its form.
"""

EXAMPLE_INTRODUCTION = """\
# Settings of Marigraph; docs/configuration.md explains each. Copy this file to .env and keep that private.
# `make run-local` reads .env; it sets the store, the addresses and a key by itself.
"""


def main() -> int:
    """Write both files."""
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    return 0


def documents() -> Mapping[Path, str]:
    """Return each file with the text that it must have."""
    return {
        REPOSITORY / "docs" / "configuration.md": "\n".join(_configuration()),
        REPOSITORY / ".env.example": "\n".join(_example()),
    }


def _own_options(section: Section) -> list[Option]:
    common = {option.env for option in options(LogSettings)}
    own = options(section.settings)
    return own if section.settings is LogSettings else [option for option in own if option.env not in common]


def _configuration() -> Iterator[str]:
    yield INTRODUCTION
    for section in SECTIONS:
        yield f"## {section.title}\n\n{section.text}\n"
        yield "| variable | value | default | meaning |\n|---|---|---|---|"
        for option in _own_options(section):
            names = " or ".join(f"`{name}`" for name in option.names)
            yield f"| {names} | {describe_type(option)} | {_default(option)} | {option.doc} |"
        yield ""


def _default(option: Option) -> str:
    if option.required:
        return "**required**"
    return "" if option.default is None else f"`{_as_text(option.default)}`"


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _example() -> Iterator[str]:
    yield EXAMPLE_INTRODUCTION
    seen: set[str] = set()
    for section in SECTIONS:
        new = [option for option in _own_options(section) if option.env not in seen]
        if not new:  # all of it stands above
            continue
        seen |= {option.env for option in new}
        yield f"## {section.title}"
        for option in new:
            yield f"# {option.doc}"
            shown = "" if option.default is None else _as_text(option.default)
            yield f"#{option.env}={option.example or shown}"
        yield ""


if __name__ == "__main__":
    sys.exit(main())
