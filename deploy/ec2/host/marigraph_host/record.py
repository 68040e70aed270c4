"""Where the record is: in a folder of this host, or in a bucket that STORE_URL names (pure).

STORE_URL   s3://bucket/prefix; without it the record lies in a folder (EC2_DATA_DIR)
AWS_*       region, endpoint and the like, as `docs/scale.md` has them; credentials only as the file that
            AWS_SHARED_CREDENTIALS_FILE names, /run/aws/credentials: without it the instance's role is asked
"""

from __future__ import annotations

from collections.abc import Mapping

from marigraph_host.errors import MisuseError

__all__ = ["CREDENTIALS", "FOLDER", "bucket_of", "scratch_url", "settings_of_record"]

FOLDER = "file:///data"
"""The store in a folder, as services see it."""
CREDENTIALS = "/run/aws/credentials"
"""The file of credentials, as services see it."""
_BUCKET = "s3://"
_FILE = "AWS_SHARED_CREDENTIALS_FILE"


def bucket_of(settings: Mapping[str, str]) -> str:
    """Return the URL of the bucket that holds the record, "" when a folder does. Raises MisuseError."""
    url = settings.get("STORE_URL", "")
    if url and not url.startswith(_BUCKET):
        raise MisuseError(
            f"STORE_URL is {url!r}; on a host it names a bucket (s3://bucket/prefix) or is left out: a"
            " folder is named by EC2_DATA_DIR"
        )
    if url and settings.get(_FILE, CREDENTIALS) != CREDENTIALS:
        raise MisuseError(f"{_FILE} is {settings[_FILE]!r}; on a host it is {CREDENTIALS}")
    return url


def settings_of_record(settings: Mapping[str, str]) -> dict[str, str]:
    """Return what whoever opens the record is given; none of it is a secret."""
    if not bucket_of(settings):
        return {"STORE_URL": FOLDER}
    return {name: value for name, value in settings.items() if name == "STORE_URL" or name.startswith("AWS_")}


def scratch_url(url: str, name: str) -> str:
    """Return a store of that name below a bucket's own: `shared.store discard` removes such a one."""
    base, mark, query = url.partition("?")
    return f"{base.rstrip('/')}/trial/{name}{mark}{query}"
