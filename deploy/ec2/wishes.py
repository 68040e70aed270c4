"""What the developer asks for: from the command line's environment and from `.env.ec2`."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from plan import REPOSITORY, read_env_file
from refusals import MisuseError

from marigraph_host.errors import MisuseError as HostMisuseError
from marigraph_host.record import bucket_of
from marigraph_host.services import wanted
from marigraph_host.settings import parse
from marigraph_host.site import site_of

__all__ = ["FILE", "Wishes", "host_settings", "read", "rendered"]

FILE = REPOSITORY / ".env.ec2"
_SUPERVISIONS = ("supervisor", "systemd")
_OURS = ("EC2_HOST", "SSH_OPTS", "SUPERVISION", "EC2_BUILD", "EC2_KEY_FILE")
"""What the host need not know."""
_SECRET = re.compile(
    r"(API_KEY|ACCESS_KEY|ACCESS_KEY_ID|TOKEN|SECRET|PASSWORD|PASSPHRASE|WEBHOOKS|APPRISE_URLS)$"
)
_PREFIXES = ("RECEIVER_", "JANITOR_", "RETENTION_", "ALERTER_", "LOG_", "EC2_")
"""Which variables of the environment are settings of the host; the scraper's here are this machine's own."""
_RECORD = (
    *("STORE_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_METADATA_ENDPOINT"),
    *("AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE"),
)
"""The same about the record, where STORE_URL is among them; AWS's others here are this machine's own."""


class Wishes(NamedTuple):
    """What to do, where and how."""

    host: str
    options: str
    """For ssh."""
    supervision: str
    tag: str
    """Of the images on this machine."""
    environ: dict[str, str]
    """The environment, and below it `.env.ec2`."""
    file: dict[str, str] | None
    """What `.env.ec2` says; None when there is none."""


def read(environ: Mapping[str, str], path: Path = FILE) -> Wishes:
    """Read and check what is asked for. Raises MisuseError."""
    try:
        file = read_env_file(path) if path.exists() else None
    except (SystemExit, OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"{path}: {error}") from error
    asked = {**(file or {}), **{name: value for name, value in environ.items() if value}}
    supervision = asked.get("SUPERVISION", "supervisor")
    if supervision not in _SUPERVISIONS:
        raise MisuseError(f"SUPERVISION is {supervision!r}: {' or '.join(_SUPERVISIONS)}")
    return Wishes(
        host=asked.get("EC2_HOST", ""),
        options=asked.get("SSH_OPTS", ""),
        supervision=supervision,
        tag=asked.get("MARIGRAPH_TAG", "latest"),
        environ=asked,
        file=file,
    )


def host_settings(
    wishes: Wishes, present: Mapping[str, str], environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the settings for the host: the file's (without one, the present), then the environment's.

    One that is empty in the environment (`EC2_DOMAIN=`) is taken away.
    Raises MisuseError when a secret is among them, or a service that is not known.
    """
    found = dict(present if wishes.file is None else wishes.file)
    found |= {name: value for name, value in environ.items() if name.startswith(_PREFIXES)}
    if "STORE_URL" in environ:
        found |= {name: environ[name] for name in _RECORD if name in environ}
    if not found.get("STORE_URL"):
        found = {name: value for name, value in found.items() if not name.startswith("AWS_")}
    found = {name: value for name, value in found.items() if value and name not in _OURS}
    if secrets := sorted(name for name in found if _SECRET.search(name)):
        raise MisuseError(
            f"{', '.join(secrets)}: a secret is no setting, for settings are seen by whoever may ask the"
            " Docker engine. The key goes by EC2_KEY_FILE or CLAUDE_SYNC_API_KEY_FILE, which name a file;"
            " where alerts go by ALERTER_WEBHOOKS_FILE, ALERTER_WEBHOOK_SECRET_FILE or"
            " ALERTER_APPRISE_URLS_FILE; what opens a bucket by AWS_SHARED_CREDENTIALS_FILE, or by the"
            " instance's role"
        )
    try:
        settings = parse(rendered(found), "the settings")
        wanted(settings)
        site_of(settings)
        bucket_of({name: value for name, value in settings.items() if name == "STORE_URL"})
    except HostMisuseError as error:
        raise MisuseError(str(error)) from error
    return settings


def rendered(settings: Mapping[str, str]) -> str:
    """Return settings as the text of a file."""
    if bad := [name for name, value in settings.items() if "\n" in value or "\r" in value]:
        raise MisuseError(f"{', '.join(bad)}: a value of more than one line cannot be given to the host")
    return "".join(f"{name}={value}\n" for name, value in sorted(settings.items()))
