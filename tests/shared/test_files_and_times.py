"""Files that survive, moments as text, names of versions."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import files
from shared.schemas.codec import decode_document, digest
from shared.store.index import Index
from shared.store.keys import (
    candidate_ids,
    id_of_file,
    is_version_id,
    matches_digest,
    stamp,
    time_of,
    version_time,
)
from shared.timestamps import parse_moment, to_iso, to_iso_millis

MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))


def test_replacing_a_file_leaves_the_old_one_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "latest.json"
    files.replace(target, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        files.replace(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_publishing_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"theirs")
    mine = files.write_temporary(tmp_path, b"mine")
    assert not files.publish(mine, tmp_path / "taken")
    assert files.publish(mine, tmp_path / "free")
    assert (tmp_path / "taken").read_bytes() == b"theirs"
    assert (tmp_path / "free").read_bytes() == b"mine"


def test_private_folders_are_private_at_every_level(tmp_path: Path) -> None:
    made = files.private_folder(tmp_path / "a" / "b")
    assert [path.stat().st_mode & 0o777 for path in (made, made.parent)] == [0o700, 0o700]


@pytest.mark.parametrize(
    "text", ["2026-11-22", "2026-11-22T10:00:00", "soon", "", "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_moment(text)


@given(MOMENTS)
def test_moments_go_to_text_and_back(moment: datetime) -> None:
    assert parse_moment(to_iso_millis(moment)) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )


def test_years_have_four_digits() -> None:
    assert to_iso(datetime(554, 11, 5, 3, 45, 59, 999, UTC)) == "0554-11-05T03:45:59Z"


def test_offsets_become_utc() -> None:
    assert to_iso(parse_moment("2026-11-22T15:30:00+05:30")) == "2026-11-22T10:00:00Z"


@given(MOMENTS, MOMENTS)
def test_version_ids_sort_as_their_times_do(one: datetime, other: datetime) -> None:
    fingerprint = digest({"a": 1})
    ids = [next(candidate_ids(version_time(moment, moment), fingerprint)) for moment in (one, other)]
    assert all(is_version_id(version_id) and matches_digest(version_id, fingerprint) for version_id in ids)
    assert [time_of(version_id) for version_id in ids] == [m.replace(microsecond=0) for m in (one, other)]
    if one.replace(microsecond=0) < other.replace(microsecond=0):
        assert ids[0] < ids[1]


@pytest.mark.parametrize(
    "name",
    [
        "_metadata.json",
        "2026-11-22T12-00-00-0123ABCD.json",
        "2026-11-22T12-00-00-0123abc.json",
        "2026-11-22T25-00-00-0123abcd.json",
        "2026-02-30T12-00-00-0123abcd.json",
        "2026-11-22T12-00-00-0123abcd.json.bak",
        "2026-11-22T12-00-00-0123abcd",
        ".tmp-1",
        "2026-11-22T12-00-00-0123abcd\n.json",
    ],
)
def test_only_a_version_file_has_a_versions_name(name: str) -> None:
    assert id_of_file(name) is None


def test_the_digest_follows_content_not_order_nor_arrival() -> None:
    one = decode_document(b'{"a":1,"b":{"c":2,"d":3}}')
    other = decode_document(b'{"receivedAt":"x","b":{"d":3,"c":2},"a":1}')
    assert digest(one) == digest(other)
    assert digest(one) != digest({"a": 1, "b": {"c": 2, "d": 4}})


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.integers(-10, 510))
def test_the_index_answers_like_a_plain_list(seconds: list[int], asked: int) -> None:
    base = datetime(2026, 11, 22, tzinfo=UTC)
    ids = sorted({f"{stamp(base + timedelta(seconds=s))}-{n:08x}" for n, s in enumerate(seconds)})
    index, at = Index(reversed(ids)), base + timedelta(seconds=asked)
    before = [i for i in ids if time_of(i) <= at]
    nearest = index.nearest(at)
    assert index.as_of(at) == (before[-1] if before else None)
    assert nearest is not None
    assert abs(time_of(nearest) - at) == min(abs(time_of(i) - at) for i in ids)
    assert sorted(index.between(at, None)) == [i for i in ids if time_of(i) >= at]
    assert sorted(index.between(None, at)) == [i for i in ids if time_of(i) < at]
    assert [index.number(i) for i in ids] == list(range(1, len(ids) + 1))
    index.discard(ids[0])
    index.discard(ids[0])
    index.add(ids[-1])
    assert list(index.ids) == ids[1:] or len(ids) == 1
