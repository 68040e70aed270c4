"""An answer that is given again says just what a new one would."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from services.receiver.giving.answers import Answer, KeptAnswers, answer
from shared.store.base import Found, Version

READ_AT = datetime(2026, 11, 22, 12, 0, 0, 500_000, UTC)
STEPS = st.one_of(
    st.integers(-3 * 60_000_000, 20 * 60_000_000),
    st.builds(lambda minute, off: minute * 60_000_000 + off, st.integers(-1, 12), st.integers(-1, 1)),
)


def found(number: int, read_at: str = READ_AT.isoformat()) -> Found:
    document = {"lastUpdated": read_at, "currentSession": {"percentageUsed": number}}
    return Found(Version("default", f"2026-11-22T12-00-0{number}-1a2b3c4d", document), number, 3)


def said(given: Answer) -> tuple[object, ...]:
    return given.body, given.etag, given.last_modified, given.headers


@given(st.lists(st.tuples(st.integers(1, 3), STEPS), min_size=2, max_size=30))
@example([(1, 600_000_000), (1, 600_000_001), (1, 600_000_000), (1, 599_999_999), (1, 660_000_000)])
def test_a_kept_answer_is_what_a_new_one_would_be_whenever_it_is_asked(asked: list[tuple[int, int]]) -> None:
    kept = KeptAnswers()
    for number, step in asked:
        now = READ_AT + timedelta(microseconds=step)
        assert said(kept.of(found(number), now)) == said(answer(found(number), now))


def test_an_answer_is_made_once_a_minute() -> None:
    kept = KeptAnswers()
    first = kept.of(found(1), READ_AT + timedelta(seconds=1))
    assert kept.of(found(1), READ_AT + timedelta(seconds=59)) is first
    assert kept.of(found(1), READ_AT + timedelta(seconds=60)) is not first


def test_a_reading_of_the_last_moment_of_time_is_answered() -> None:
    last = found(1, "9999-12-31T23:59:59.999999Z")
    assert KeptAnswers().of(last, READ_AT).etag.endswith('-0"')


def test_only_so_many_answers_are_kept() -> None:
    kept = KeptAnswers()
    for number in range(1000):
        kept.of(Found(found(1).version, number, 1000), READ_AT)
    assert len(kept._kept) == 256
