"""Secrets: `make up` gives them to the services by standard input, into a volume that only they see."""

from pathlib import Path

from stack import CannotRunError, Stack

__all__ = ["give_secrets", "read_secret", "take_secret"]

SECRETS = {
    "RECEIVER_KEYS_FILE": "keys.json",
    "RECEIVER_TLS_CERT": "tls-cert.pem",
    "RECEIVER_TLS_KEY": "tls-key.pem",
}
"""Settings that name files of this machine, and the files' names in the volume."""

ALERTS = {
    "ALERTER_WEBHOOKS": "alerter-webhooks",
    "ALERTER_WEBHOOK_SECRET": "alerter-webhook-secret",
    "ALERTER_APPRISE_URLS": "alerter-apprise-urls",
}
"""The alerter's secrets, given as they are or in files (NAME_FILE), and the files' names in the volume."""


def give_secrets(stack: Stack, key: str) -> None:
    """Put key, further keys and certificate into the volume that the services read them from.

    They are in no argument and no variable. From here on the settings name them as the containers see them.
    """
    stack.run("run", "--rm", "-T", "keys", give=f"{key}\n")
    for setting, name in SECRETS.items():
        if given := stack.environment.pop(setting, None):
            stack.run("run", "--rm", "-T", "keys", name, give=read_secret(setting, given))
            stack.environment[setting] = f"/run/keys/{name}"
    for setting, name in ALERTS.items():
        if (secret := take_secret(stack.environment, setting)) and stack.alerting:
            stack.run("run", "--rm", "-T", "keys", name, give=secret)
            stack.environment[f"{setting}_FILE"] = f"/run/keys/{name}"


def take_secret(environment: dict[str, str], setting: str) -> str:
    """Take a secret and the name of its file out of the environment; return the secret, or ""."""
    direct, file = environment.pop(setting, ""), environment.pop(f"{setting}_FILE", "")
    if direct and file:
        raise CannotRunError(f"{setting} and {setting}_FILE are both set: keep one of them")
    return read_secret(f"{setting}_FILE", file) if file else direct


def read_secret(setting: str, given: str) -> str:
    """Return what is in a file that a setting names; raises CannotRunError when it cannot be read."""
    try:
        return Path(given).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise CannotRunError(f"{setting} names {given}, which cannot be read: {reason}") from error
