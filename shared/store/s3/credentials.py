"""The bucket's credentials out of a file, in AWS's own form; without one they are left to obstore.

Where they come from, the first that is there:

1. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment;
2. the file that AWS_SHARED_CREDENTIALS_FILE names, or systemd's credential `aws_credentials`: the section
   that AWS_PROFILE names, else `default`;
3. the role of the web identity, of the container or of the instance (IMDSv2).

obstore itself knows the first and the last.
"""

import configparser
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import S3Credential

__all__ = ["FileCredentials", "credentials_in", "problem_of", "role_is_asked"]

_GOOD_FOR = timedelta(minutes=6)
"""obstore asks again five minutes before the end: so a changed file counts within a minute."""

_BEFORE_THE_ROLE = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


class FileCredentials:
    """Reads the file each time that obstore asks for credentials; a pair that was replaced is followed."""

    def __init__(self, path: Path, profile: str) -> None:
        """Read nothing yet."""
        self.path = path
        self._profile = profile

    def __call__(self) -> "S3Credential":
        """Return what the file holds now. Raises ValueError without its name: /readyz tells it to anybody."""
        try:
            read = _section(self.path.read_text(encoding="utf-8"), self._profile)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ValueError(f"the file of credentials cannot be read: {reason}") from error
        return {
            "access_key_id": read["aws_access_key_id"],
            "secret_access_key": read["aws_secret_access_key"],
            "token": read.get("aws_session_token"),
            "expires_at": datetime.now(UTC) + _GOOD_FOR,
        }


def credentials_in(environ: Mapping[str, str] = os.environ) -> FileCredentials | None:
    """Return the file's credentials; None when no file is named or the environment itself has them."""
    if environ.get("AWS_ACCESS_KEY_ID"):
        return None
    handed_over = environ.get("CREDENTIALS_DIRECTORY", "")
    credential = Path(handed_over, "aws_credentials")
    if named := environ.get("AWS_SHARED_CREDENTIALS_FILE", "").strip():
        path = Path(named).expanduser()
    elif handed_over and os.access(credential, os.R_OK):
        path = credential
    else:
        return None
    return FileCredentials(path, environ.get("AWS_PROFILE", "").strip() or "default")


def role_is_asked(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether nothing else gives credentials, so that obstore asks the instance's metadata service."""
    return not any(environ.get(name) for name in _BEFORE_THE_ROLE) and credentials_in(environ) is None


def problem_of(environ: Mapping[str, str] = os.environ) -> str | None:
    """Say what is wrong with the file that is named, None when nothing is."""
    credentials = credentials_in(environ)
    try:
        if credentials:
            credentials()
    except ValueError as error:
        return f"{error} ({credentials.path})" if credentials else str(error)
    return None


def _section(text: str, profile: str) -> Mapping[str, str]:
    """Return a profile's lines (pure). Raises ValueError that shows nothing of them."""
    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(text)
    except configparser.Error:
        # The error quotes lines of the file, so it goes no further.
        raise ValueError("the file of credentials is not in AWS's form: [default], NAME = VALUE") from None
    if profile not in parser:
        raise ValueError(f"the file of credentials has no section [{profile}]")
    found = {name: value.strip() for name, value in parser[profile].items() if value}
    if missing := [name for name in ("aws_access_key_id", "aws_secret_access_key") if not found.get(name)]:
        raise ValueError(f"the file of credentials has no {' and no '.join(missing)} in [{profile}]")
    return found
