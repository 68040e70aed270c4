"""Which digests ids can have been made from: never a miss, whatever was added and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store import parts
from shared.store.index import Index
from shared.store.keys import matches_digest

PARTS = st.sampled_from([f"{number:08x}" for number in (0, 1, 2, 0xFFFFFFFF, 0x7FFFFFFF)])
DIGESTS = st.lists(PARTS, min_size=8, max_size=8).map("".join)


@pytest.fixture(autouse=True)
def small_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_LATE", 2)


@given(st.lists(PARTS, max_size=6), st.lists(PARTS, max_size=9), st.lists(DIGESTS, min_size=2, max_size=5))
def test_the_ids_of_a_digest_are_those_that_match_it(
    before: list[str], after: list[str], asked: list[str]
) -> None:
    def named(number: int, part: str) -> str:
        return f"2026-11-22T12-00-{number:02}-{part}"

    index = Index(named(number, part) for number, part in enumerate(before))
    for digest in asked[:1]:
        index.with_digest(digest)
    for number, part in enumerate(after, len(before)):
        index.add(named(number, part))
    if before:
        index.discard(named(0, before[0]))
    for digest in asked:
        assert index.with_digest(digest) == [i for i in index.ids if matches_digest(i, digest)]
