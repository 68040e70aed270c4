"""Keys: what each opens, and whether it still does."""

import pytest

from services.receiver.admission.auth import EVERY_ACCOUNT, Key, Keys, key_of_secret


def key(name: str = "laptop", secret: str = "a-secret", **more) -> Key:
    return Key(name=name, sha256=key_of_secret("", secret).sha256, **more)


@pytest.mark.parametrize(
    ("scopes", "opens"),
    [
        (["read"], {"read"}),
        (["write"], {"write"}),
        (["read", "write"], {"read", "write"}),
        (["admin"], {"read", "write", "admin"}),
        ([], set()),
    ],
)
def test_a_key_does_what_its_scopes_say_and_admin_does_everything(scopes, opens) -> None:
    one = key(scopes=scopes)
    assert {scope for scope in ("read", "write", "admin") if one.allows(scope, "default")} == opens


def test_a_key_opens_the_accounts_it_names_and_a_star_opens_all() -> None:
    assert not key(accounts=["work"]).allows("read", "default")
    assert key(accounts=["work", "default"]).allows("read", "default")
    assert key(accounts=["*"]).allows("read", "any-account")


def test_only_an_admin_of_every_account_administers_the_server() -> None:
    assert key(scopes=["admin"], accounts=["*"]).allows("admin", EVERY_ACCOUNT)
    assert not key(scopes=["admin"], accounts=["default", "work"]).allows("admin", EVERY_ACCOUNT)
    assert not key(scopes=["read", "write"], accounts=["*"]).allows("admin", EVERY_ACCOUNT)


def test_a_key_found_before_is_told_to_be_gone_or_to_open_less() -> None:
    opened_with = key()
    keys = Keys([opened_with])
    assert keys.still_allows(opened_with, "read", "default")
    keys.replace([key(scopes=["write"])])
    assert not keys.still_allows(opened_with, "read", "default")
    assert keys.still_allows(opened_with, "write", "default")
    keys.replace([])
    assert not keys.still_allows(opened_with, "write", "default")
    assert keys.find("a-secret") is None
