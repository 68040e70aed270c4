"""Where the containers keep the record: the volume, the bucket of STORE_URL, or the cluster's own.

Credentials go the way of all secrets: into a volume, in no argument and no variable.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from giving import read_secret
from own_key import key_file
from stack import CannotRunError, Stack

from shared.store.urls import check_url

__all__ = ["check_bucket", "give_credentials", "settle_store"]

PRACTICE = "practice"
"""Added to the prefix while the scraper reads the practice console: real figures stay by themselves."""

CREDENTIALS = "aws-credentials"
INSIDE = f"/run/bucket/{CREDENTIALS}"
"""The file of credentials in the volume `bucket`."""

OWN_NAME = "marigraph"
"""The access key of the cluster's own bucket; its secret is in .local/bucket-key."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PAIR = {
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
}
"""Credentials given as they are, and their names in a file."""


def settle_store(stack: Stack) -> str:
    """Decide where the record is kept and say it in a word; raises CannotRunError for what cannot be."""
    environment = stack.environment
    url = environment.pop("STORE_URL", "")
    bucket = url.startswith("s3:")
    if stack.cluster:
        if bucket:
            raise CannotRunError(
                "make up-s3 runs a bucket of its own, and STORE_URL names another. With yours: make up"
            )
        if "RECEIVER_TLS_CERT" in environment:
            raise CannotRunError(
                "RECEIVER_TLS_CERT is for a receiver that clients reach by themselves; the cluster's stand"
                " behind a proxy that speaks HTTP. Take it away; TLS goes in front of the proxy (docs/tls.md)"
            )
        for name in [name for name in environment if name.startswith("AWS_")]:
            del environment[name]  # they are for another bucket
        environment["JANITOR_NETWORK"] = f"{stack.project}_bucket"
        return "the cluster's own bucket, s3://marigraph/record"
    if not bucket:
        return f"the volume {stack.project}_data"
    if wrong := check_url(url):
        raise CannotRunError(f"STORE_URL: {wrong}")
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    if urlsplit(endpoint).hostname in LOOPBACK:
        raise CannotRunError(
            f"AWS_ENDPOINT_URL is {endpoint}: in a container that is the container itself. Name the server by"
            " an address that containers reach"
        )
    environment["STORE_URL"] = _place(url, practising=stack.practising)
    environment["JANITOR_NETWORK"] = f"{stack.project}_default"
    return environment["STORE_URL"]


def _place(url: str, *, practising: bool) -> str:
    if not practising:
        return url
    place, mark, options = url.partition("?")
    return f"{place.rstrip('/')}/{PRACTICE}{mark}{options}"


def give_credentials(stack: Stack) -> None:
    """Put the bucket's credentials, if there are any, into the volume that the services read them from."""
    if stack.cluster:
        secret = key_file(stack.local() / "bucket-key").read_text(encoding="utf-8").strip()
        _give(stack, CREDENTIALS, _pair({"AWS_ACCESS_KEY_ID": OWN_NAME, "AWS_SECRET_ACCESS_KEY": secret}))
        _give(stack, "s3.json", _opens(secret))
        return
    given = {name: stack.environment.pop(name) for name in PAIR if name in stack.environment}
    file = stack.environment.pop("AWS_SHARED_CREDENTIALS_FILE", "")
    if "STORE_URL" not in stack.environment:
        return
    if given:
        stack.environment.pop("AWS_PROFILE", None)
        _give(stack, CREDENTIALS, _pair(given))
    elif file:
        _give(stack, CREDENTIALS, read_secret("AWS_SHARED_CREDENTIALS_FILE", file))
    if given or file:
        stack.environment["AWS_SHARED_CREDENTIALS_FILE"] = INSIDE


def _give(stack: Stack, name: str, secret: str) -> None:
    stack.run("run", "--rm", "-T", "--no-deps", "keys", name, "bucket", give=secret)


def _pair(given: Mapping[str, str]) -> str:
    """Return credentials in the form of AWS's own file. Raises CannotRunError when half of them miss."""
    if missing := [name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if name not in given]:
        raise CannotRunError(f"{missing[0]} is missing, but {next(iter(given))} is set: a bucket needs both")
    return "\n".join(["[default]", *(f"{PAIR[name]} = {value}" for name, value in given.items()), ""])


def _opens(secret: str) -> str:
    """Return whom the cluster's gateway lets in."""
    pair = {"accessKey": OWN_NAME, "secretKey": secret}
    # Admin: so the bucket is made when the first object comes. There is no other in the cluster.
    return json.dumps({"identities": [{"name": OWN_NAME, "credentials": [pair], "actions": ["Admin"]}]})


def check_bucket(stack: Stack) -> None:
    """See, from within a container, that the bucket can be used; raises CannotRunError with what is wrong."""
    if "STORE_URL" not in stack.environment:
        return
    said = stack.ask_inside("receiver", "python -m shared.store", "try")
    if said is not None:
        raise CannotRunError(f"the bucket of {stack.environment['STORE_URL']} cannot be used: {said}")
