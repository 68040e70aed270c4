"""What goes into a host's settings, and what of this machine's secrets goes to the host: decided before anything is touched."""

from pathlib import Path

import own_secrets
import pytest
import wishes
from refusals import MisuseError


def asked(tmp_path: Path, text: str | None, **environ: str) -> wishes.Wishes:
    path = tmp_path / ".env.ec2"
    if text is not None:
        path.write_text(text)
    return wishes.read({"EC2_HOST": "admin@host", **environ}, path)


def test_settings_come_from_the_file_and_the_environment_wins(tmp_path: Path) -> None:
    environ = {"RECEIVER_PORT": "4001", "HOME": "/x", "SCRAPER_BROWSER_PATH": "/y", "EC2_KEY_FILE": "z"}
    wanted = asked(tmp_path, "RECEIVER_HOST=0.0.0.0\nRECEIVER_PORT=4000\n", **environ)
    found = wishes.host_settings(wanted, {"RETENTION_DAYS": "30"}, environ)
    assert found == {"RECEIVER_HOST": "0.0.0.0", "RECEIVER_PORT": "4001"}


def test_without_a_file_the_hosts_settings_stay(tmp_path: Path) -> None:
    found = wishes.host_settings(asked(tmp_path, None), {"RETENTION_DAYS": "30"}, {})
    assert found == {"RETENTION_DAYS": "30"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CLAUDE_SYNC_API_KEY=secret-value\n", "CLAUDE_SYNC_API_KEY: a secret is no setting"),
        ("EC2_SERVICES=scrapper\n", "scrapper"),
        ("ALERTER_WEBHOOKS=http://secret-value\n", "ALERTER_WEBHOOKS: a secret is no setting"),
        ("ALERTER_WEBHOOK_SECRET=secret-value\n", "ALERTER_WEBHOOK_SECRET_FILE"),
        ("STORE_URL=s3://b\nAWS_SECRET_ACCESS_KEY=secret-value\n", "AWS_SHARED_CREDENTIALS_FILE"),
        ("STORE_URL=file:///srv/data\n", "EC2_DATA_DIR"),
        ("no setting\n", "line 1"),
        ("SUPERVISION=runit\n", "supervisor or systemd"),
    ],
)
def test_bad_settings_are_named_and_no_secret_is_repeated(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(MisuseError, match=words) as error:
        wishes.host_settings(asked(tmp_path, text), {}, {})
    assert "secret-value" not in str(error.value)


def test_where_alerts_go_is_read_here_and_named_as_the_host_has_it(tmp_path: Path) -> None:
    file = tmp_path / "hooks"
    file.write_text("phone=https://secret-value\n")
    given = {
        "ALERTER_WEBHOOKS_FILE": str(file),
        "ALERTER_APPRISE_URLS_FILE": "/run/keys/mine",
        "LOG_LEVEL": "info",
    }
    settings, texts = own_secrets.taken(given)
    assert settings == {**given, "ALERTER_WEBHOOKS_FILE": "/run/keys/alerter-webhooks"}
    assert texts == {"alerter-webhooks": "phone=https://secret-value\n"}
    assert own_secrets.taken(settings) == (settings, {})  # what a host has, when nothing new is said
    with pytest.raises(MisuseError, match=r"ALERTER_WEBHOOK_SECRET_FILE names .*none"):
        own_secrets.taken({"ALERTER_WEBHOOK_SECRET_FILE": str(tmp_path / "none")})


def test_aws_settings_of_this_machine_go_to_the_host_with_a_bucket_only(tmp_path: Path) -> None:
    mine = {"AWS_REGION": "eu-central-1", "AWS_SECRET_ACCESS_KEY": "secret-value", "AWS_PROFILE": "mine"}
    assert wishes.host_settings(asked(tmp_path, None), {}, mine) == {}
    found = wishes.host_settings(asked(tmp_path, None), {}, mine | {"STORE_URL": "s3://tide/record"})
    assert found == {"STORE_URL": "s3://tide/record", "AWS_REGION": "eu-central-1", "AWS_PROFILE": "mine"}
    assert wishes.host_settings(asked(tmp_path, None), found, {}) == found  # without a word they stay
    assert wishes.host_settings(asked(tmp_path, None), found, {"STORE_URL": ""}) == {}


def test_of_a_file_of_credentials_one_section_goes_to_the_host(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\naws_access_key_id = AKMINE\naws_secret_access_key = mine\n"
        "[tide]\naws_access_key_id=AKTIDE\naws_secret_access_key=theirs\nregion = eu-central-1\n"
    )
    given = {"STORE_URL": "s3://tide", "AWS_SHARED_CREDENTIALS_FILE": str(file), "AWS_PROFILE": "tide"}
    settings, texts = own_secrets.taken(given)
    assert settings == {"STORE_URL": "s3://tide", "AWS_SHARED_CREDENTIALS_FILE": "/run/aws/credentials"}
    assert texts == {
        "aws/credentials": "[default]\naws_access_key_id = AKTIDE\naws_secret_access_key = theirs\n"
    }
    assert own_secrets.taken(settings) == (settings, {})
    with pytest.raises(MisuseError, match=r"no section \[other\]"):
        own_secrets.taken(given | {"AWS_PROFILE": "other"})
