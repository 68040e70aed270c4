"""The file of keys: what is read from it, what commands make of it, what a receiver believes after each look."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.receiver.admission.auth import Key, key_of_secret
from services.receiver.keyfile import editing
from services.receiver.keyfile.entries import NotAKeyFileError, decode, read, state_of
from services.receiver.keyfile.following import Gone, Known, Readable, Unreadable, after, valid
from services.receiver.keyfile.minting import is_weak, mint
from shared.keyform import mask, prefix_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def key(name: str, **more) -> Key:
    return Key(name=name, sha256=key_of_secret("", name).sha256, **more)


def entry(name: str, **more) -> dict:
    return {"name": name, "sha256": key_of_secret("", name).sha256, **more}


def file_of(*entries: object, **more) -> bytes:
    return msgspec.json.encode({"keys": list(entries), **more})


def names(keys) -> list[str]:
    return [one.name for one in keys]


def test_a_minted_key_has_a_public_part_and_256_bits_of_secret() -> None:
    made = {mint() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        assert prefix_of(one) == one[:11]
        assert mask(f"<{one}>") == mask(f"<{one[:30]}>") == f"<{one[:11]}_...>"
        assert len(one) == len("mg_") + 8 + 1 + 43
        assert not is_weak(one)


@pytest.mark.parametrize("text", ["", "x", "hunter2", "a" * 60, "abababababababababab", "0123456789"])
def test_a_short_or_monotonous_key_is_weak(text: str) -> None:
    assert is_weak(text)


@pytest.mark.parametrize("text", ["mg_abcd1234", "mg_ABCD1234_" + "x" * 43, "mg_abcd1234_" + "x" * 42, "MG_"])
def test_what_only_resembles_a_key_of_ours_has_no_prefix_that_logs_would_show(text: str) -> None:
    assert prefix_of(text) is None


def test_a_file_of_the_first_form_is_read() -> None:
    found = read(file_of(entry("laptop"), entry("screen", scopes=["read"], accounts=["work"])))
    assert found.problems == []
    assert [(one.scopes, one.accounts) for one in found.keys] == [
        (["read", "write"], ["default"]),
        (["read"], ["work"]),
    ]


@pytest.mark.parametrize("data", [b"", b" \n", b'\xef\xbb\xbf{"keys": []}'])
def test_an_empty_file_holds_no_key(data: bytes) -> None:
    assert list(read(data).keys) == []


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b"{}", b'{"keys": {}}', b'{"keys": [], "mode": 2}', b"\xff", b"[" * 5000]
)
def test_what_is_no_keys_file_is_told(data: bytes) -> None:
    with pytest.raises(NotAKeyFileError):
        read(data)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (entry("x", networks=["10.0.0.0/8"]), "newer version"),
        (entry("x") | {"sha256": "the key itself"}, "64 digits"),
        (entry("x") | {"sha256": ["a"]}, "64 digits"),
        (entry("x", scopes=["all"]), "read, write and admin"),
        (entry("x", accounts=["../etc"]), "account names"),
        (entry("x", accounts=["default\n"]), "account names"),
        (entry("x", revoked="yes"), "revoked"),
        (entry("x", expires="2026-11-22T12:00:00"), "expires"),
        (entry("two\nlines"), "name"),
        ("x", "no object"),
        (entry("laptop"), "same sha256"),
    ],
)
def test_an_entry_that_is_not_understood_opens_nothing_and_the_others_do(broken: object, said: str) -> None:
    found = read(file_of(entry("laptop"), broken, entry("screen")))
    assert "screen" in names(found.keys)
    assert "x" not in names(found.keys)
    assert said in found.problems[0]
    assert "the key itself" not in found.problems[0]


def test_comments_are_passed_over_and_kept() -> None:
    data = file_of(entry("laptop", comment="Anna's", _since=3), _comment="mind the gap")
    assert names(read(data).keys) == ["laptop"]
    document = editing.add(decode(data), key("screen"), NOW)
    assert document["_comment"] == "mind the gap"
    assert document["keys"][0]["comment"] == "Anna's"


def test_a_key_is_valid_until_it_is_revoked_or_expires() -> None:
    assert state_of(key("x", expires=NOW + DAY), NOW) == "valid"
    assert state_of(key("x", expires=NOW), NOW) == "expired"
    assert state_of(key("x", revoked=NOW + DAY), NOW) == "revoked"


def test_a_name_is_taken_while_its_key_is_valid() -> None:
    document = editing.add(decode(b""), key("laptop"), NOW)
    with pytest.raises(editing.CannotEditError, match="laptop"):
        editing.add(document, key("laptop"), NOW)
    document, _ = editing.revoke(document, "laptop", NOW)
    again = Key(name="laptop", sha256="0" * 64)
    assert len(editing.add(document, again, NOW)["keys"]) == 2


def test_a_rotated_key_keeps_what_it_opens_and_the_old_one_ends_after_the_overlap() -> None:
    old = key("laptop", scopes=["read"], accounts=["*"], created=NOW - 9 * DAY, expires=NOW + DAY)
    document = editing.add(decode(b""), old, NOW)
    new = Key(name="new", sha256="1" * 64, created=NOW)
    document, made, replaced = editing.rotate(document, "laptop", new, until=NOW + 2 * DAY, now=NOW)
    assert (made.name, made.scopes, made.accounts, made.expires) == (
        "laptop",
        ["read"],
        ["*"],
        NOW + 10 * DAY,
    )
    assert names(replaced) == ["laptop"]
    first, second = read(editing.encoded(document)).keys
    assert first.expires == NOW + DAY  # an overlap makes no key live longer
    assert second == made
    assert read(editing.encoded(editing.undo(document, made, replaced))).keys == [old]


def test_a_key_rotated_without_overlap_ends_at_once() -> None:
    document = editing.add(decode(b""), key("laptop"), NOW)
    document, _, _ = editing.rotate(document, "laptop", Key(name="n", sha256="1" * 64), until=NOW, now=NOW)
    assert [state_of(one, NOW) for one in read(editing.encoded(document)).keys] == ["revoked", "valid"]


def test_keys_that_ended_long_ago_leave_the_file_and_what_is_not_understood_stays() -> None:
    data = file_of(
        entry("old", revoked="2026-01-01T00:00:00Z"),
        entry("recent", revoked="2026-11-01T00:00:00Z"),
        entry("strange", networks=[]),
    )
    document = editing.add(decode(data), key("laptop"), NOW)
    assert [one["name"] for one in document["keys"]] == ["recent", "strange", "laptop"]


ALL = Known([key("laptop"), key("screen")])


@pytest.mark.parametrize("data", [b"nonsense", b"{", b"[]", b'{"keys": 3}'])
def test_a_broken_file_keeps_the_keys_of_before(data: bytes) -> None:
    known = after(ALL, Readable(data))
    assert names(known.keys) == ["laptop", "screen"]
    assert known.broken


def test_a_key_that_was_taken_out_of_a_file_is_gone_even_if_that_left_a_comma_too_many() -> None:
    data = file_of(entry("laptop"), entry("screen")).replace(msgspec.json.encode(entry("screen")), b"")
    assert data.endswith(b",]}")
    assert names(after(ALL, Readable(data)).keys) == ["laptop"]


def test_an_unreadable_file_keeps_the_keys_and_a_deleted_one_ends_them() -> None:
    assert names(after(ALL, Unreadable("Permission denied")).keys) == ["laptop", "screen"]
    assert names(after(ALL, Gone()).keys) == []
    assert after(ALL, Gone()).broken


def test_an_entry_made_unbelievable_by_hand_ends_its_key() -> None:
    known = after(ALL, Readable(file_of(entry("laptop"), entry("screen", revoked="now"))))
    assert names(known.keys) == ["laptop"]
    assert not known.broken
    assert known.problems


def test_where_the_file_names_the_environments_key_the_file_decides() -> None:
    own = key_of_secret("CLAUDE_SYNC_API_KEY", "laptop")
    assert names(valid([key("screen")], own, NOW)) == ["CLAUDE_SYNC_API_KEY", "screen"]
    assert names(valid([key("laptop")], own, NOW)) == ["laptop"]
    assert names(valid([key("laptop", revoked=NOW)], own, NOW)) == []
