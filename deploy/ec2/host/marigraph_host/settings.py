"""The host's settings file: NAME=value, for the services and for the host itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from marigraph_host.errors import MisuseError

__all__ = ["parse", "port_of", "read"]

_PORTS = range(1, 65536)
_SECRETS = ("CLAUDE_SYNC_API_KEY", "ALERTER_WEBHOOKS", "ALERTER_WEBHOOK_SECRET", "ALERTER_APPRISE_URLS")
_AWS_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def read(path: Path) -> dict[str, str]:
    """Return the settings; none when there is no file. Raises MisuseError for a line that is no setting."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MisuseError(f"{path} cannot be read: {error}") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> dict[str, str]:
    """Return the settings of a text; blank lines and those that begin with # are passed over."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        setting, equals, value = line.strip().partition("=")
        if not (setting or equals) or setting.startswith("#"):
            continue
        if not equals or not setting.strip().isidentifier():
            raise MisuseError(f"{name}, line {number} is no setting: write NAME=value, or # before a remark")
        if setting.strip() in _SECRETS and value.strip():
            raise MisuseError(
                f"{name}, line {number}: {setting.strip()} is a secret, and settings are seen by all who may"
                " ask the Docker engine. Put it into a file of /etc/marigraph/secrets, which is /run/keys in"
                f" the services (the key: api-key; others: {setting.strip()}_FILE=/run/keys/...)"
            )
        if setting.strip() in _AWS_SECRETS and value.strip():
            raise MisuseError(
                f"{name}, line {number}: {setting.strip()} is a secret. Put it into a file as `aws configure`"
                " does, and name that by AWS_SHARED_CREDENTIALS_FILE; or give the instance a role"
            )
        found[setting.strip()] = value.strip().strip("'\"")
    return {setting: value for setting, value in found.items() if value}


def port_of(settings: Mapping[str, str]) -> int:
    """Return the port that the receiver serves on. Raises MisuseError when it is none."""
    port = settings.get("RECEIVER_PORT", "4000")
    if not port.isdecimal() or int(port) not in _PORTS:
        raise MisuseError(f"RECEIVER_PORT is {port!r}; it must be a port from 1 to 65535")
    return int(port)
