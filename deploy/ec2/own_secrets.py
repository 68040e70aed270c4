"""The API key, where alerts go, what opens a bucket: where they come from here, how they get there unseen."""

import configparser
import hashlib
from collections.abc import Mapping
from pathlib import Path

from link import Link
from looking import Host
from own_key import key_file
from plan import REPOSITORY
from refusals import MisuseError

from marigraph_host.record import CREDENTIALS

__all__ = ["bring_key", "bring_texts", "taken"]

KEYS = REPOSITORY / ".local" / "ec2"
_FOLDER = "/etc/marigraph/secrets"
_THERE = f"{_FOLDER}/api-key"
_SEEN = "/run/keys/"
"""That folder as the services see it."""
# Never more than the services' user may read it, and complete or absent.
_TAKE = """\
umask 077; install -d -m 0500 -o 65532 -g 65532 $(dirname {there})
new={there}.new; cat >$new && chown 65532:65532 $new && chmod 0400 $new && mv $new {there}
"""
_DESTINATIONS = {
    "ALERTER_WEBHOOKS_FILE": "alerter-webhooks",
    "ALERTER_WEBHOOK_SECRET_FILE": "alerter-webhook-secret",
    "ALERTER_APPRISE_URLS_FILE": "alerter-apprise-urls",
}
"""Settings that name a file of this machine, and the file's name on the host."""


def bring_key(link: Link, host: Host, environ: Mapping[str, str]) -> str:
    """Give the host its key when it has none, and say where it lies. A key that is there stays."""
    key, place = _given(environ)
    made = KEYS / f"{link.host.replace('/', '_')}.key"
    if not key and (made.exists() or not host.key):
        KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)
        key, place = _read(key_file(made)), str(made.relative_to(REPOSITORY))
    if host.key:
        return _kept(host, key, place, link.host)
    link.run(_TAKE.format(there=_THERE), root=True, give=key.encode() + b"\n")
    return f"the API key lies here in {place}, there in {_THERE}"


def taken(settings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Read the files of secrets that settings name; return the settings as the host has them, texts by name.

    One that lies on the host already is named as the services see it, /run/keys/NAME, and stays.
    """
    found, texts = dict(settings), {}
    for setting, name in _DESTINATIONS.items():
        given = settings.get(setting, "")
        if given and not given.startswith(_SEEN):
            texts[name] = _text(setting, Path(given).expanduser())
            found[setting] = _SEEN + name
    given, profile = settings.get("AWS_SHARED_CREDENTIALS_FILE", CREDENTIALS), found.pop("AWS_PROFILE", "")
    if given != CREDENTIALS:
        texts["aws/credentials"] = _profile(Path(given).expanduser(), profile or "default")
        found["AWS_SHARED_CREDENTIALS_FILE"] = CREDENTIALS
    return found, texts


def bring_texts(link: Link, texts: Mapping[str, str]) -> None:
    """Give the host these secrets, in the place of what it had."""
    for name, text in texts.items():
        link.run(_TAKE.format(there=f"{_FOLDER}/{name}"), root=True, give=text.encode())


def _profile(path: Path, profile: str) -> str:
    """Return one section of a file of AWS credentials: what else is in it is nobody's business there."""
    text = _text("AWS_SHARED_CREDENTIALS_FILE", path)
    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(text)
    except configparser.Error:  # which quotes the file
        raise MisuseError(
            f"{path} is not in the form of AWS's credentials: [default], NAME = VALUE"
        ) from None
    if profile not in parser:
        raise MisuseError(f"{path} has no section [{profile}]: AWS_PROFILE names one")
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    found = {name: parser[profile][name].strip() for name in names if parser[profile].get(name)}
    if missing := [name for name in names[:2] if not found.get(name)]:
        raise MisuseError(f"{path} has no {' and no '.join(missing)} in [{profile}]")
    return "[default]\n" + "".join(f"{name} = {value}\n" for name, value in found.items())


def _text(setting: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"{setting} names {path}, which cannot be read: {error}") from error
    if not text.strip():
        raise MisuseError(f"{setting} names {path}, which is empty")
    return text


def _kept(host: Host, key: str, place: str, where: str) -> str:
    sums = {hashlib.sha256(key.encode() + end).hexdigest() for end in (b"", b"\n")}
    if key and host.key_sum not in sums:
        return (
            f"the host has another API key than {place}, and keeps it ({_THERE}). To change it, remove that"
            f" file ({where}, as root) and deploy again; to have more keys: docs/keys.md"
        )
    return f"the API key lies {f'here in {place}, ' if key else ''}there in {_THERE}"


def _given(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the key and where it was found; empty when the developer names none."""
    for name in ("EC2_KEY_FILE", "CLAUDE_SYNC_API_KEY_FILE"):
        if named := environ.get(name):
            return _read(Path(named).expanduser()), named
    if key := environ.get("CLAUDE_SYNC_API_KEY"):
        return key, "CLAUDE_SYNC_API_KEY"
    return "", ""


def _read(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"the key's file {path} cannot be read: {error}") from error
    if not key or any(letter.isspace() for letter in key):
        raise MisuseError(f"the key's file {path} must hold one key, on one line")
    return key
