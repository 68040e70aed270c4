"""Hits, told as stories and held against a life whose truth is known."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.insight.hits import Hit, Hits, blocked, count_by, followed_hit
from tests.insight.stories import Stored, at, lived, minutes, times, told
from tests.insight.tide import FULL, HOUR, ONE_SECOND, Truth, recorded, session_life


def hits(versions: list[Stored], limit: str = "session") -> list[Hit]:
    """All hits, the one that still lasts at the end."""
    state, found = Hits(), []
    for step in lived(versions, limit):
        state, over = followed_hit(state, step)
        found += [over] if over else []
    return found + ([state.hit] if state.hit else [])


def test_a_hit_that_the_reset_ended_blocked_for_about_an_hour() -> None:
    story = [told("09:55", 97, "11:00"), told("10:00", 100, "11:00", name="b")]
    story += [told(at("10:05") + minutes(5 * n), 100, "11:00") for n in range(11)]
    [hit] = hits([*story, told("11:02", 0), told("11:07", 0)])
    assert times(hit.reached) == (at("09:55"), at("10:00:01"))
    assert times(hit.left) == (at("10:55"), at("11:02:01"))
    assert (hit.how, hit.first.version, hit.last.time) == ("reset", story[1][0], at("10:55"))
    assert blocked(hit) == (at("10:55") - at("10:00:01"), at("11:02:01") - at("09:55"))


def test_a_hit_ends_by_an_early_reset_or_by_a_counter_that_fell() -> None:
    full = [told("09:55", 90, "12:00"), told("10:00", 100, "12:00"), told("10:05", 100, "12:00")]
    assert [hit.how for hit in hits([*full, told("10:10", 0), told("10:15", 0)])] == ["early_reset"]
    fell = [told("10:10", 20, "12:00"), told("10:15", 20, "12:00")]
    assert [hit.how for hit in hits([*full, *fell])] == ["counter_fell"]


def test_ninety_nine_between_two_hundreds_is_one_hit_and_staying_there_ends_it() -> None:
    flicker = [(0, 98), (5, 100), (10, 99), (15, 100), (20, 100)]
    story = [told(at("09:00") + minutes(m), one, "13:00") for m, one in flicker]
    [hit] = hits(story)
    assert hit.left is None
    story += [told(at("09:25") + minutes(5 * n), 99, "13:00") for n in range(9)]
    [hit] = hits(story)
    assert (hit.how, times(hit.left)) == ("unknown", (at("09:20"), at("09:25:01")))


def figures(*shown: float, resets: str | None = "13:00", step: float = 5) -> list[Stored]:
    return [told(at("10:00") + minutes(step * n), one, resets) for n, one in enumerate(shown)]


def test_a_single_page_at_a_hundred_between_lower_ones_is_a_doubtful_hit() -> None:
    odd = (figures(20, 100, 21, 22), figures(97, 98, 100, 97, 97), figures(20, 100, 21, 22, resets=None))
    for story in odd:
        assert [(hit.doubtful, hit.left is not None) for hit in hits(story)] == [(True, True)]
    [flicker] = hits(figures(98, 98, 100, *[98] * 8))
    assert (flicker.how, flicker.doubtful) == ("unknown", True)


def test_a_window_that_one_page_alone_showed_had_a_doubtful_hit() -> None:
    [hit] = hits([told("06:00", 0), told("06:40", 100, "10:00"), told("06:45", 0), told("06:50", 0)])
    assert hit.doubtful


def test_a_hundred_out_of_nowhere_is_doubtful_until_it_is_shown_again() -> None:
    assert [hit.doubtful for hit in hits(figures(20, 100))] == [True]
    assert [hit.doubtful for hit in hits(figures(20, 100, 100))] == [False]
    over = [told("10:00", 20, "10:08"), told("10:05", 100, "10:08"), told("10:10", 0), told("10:15", 0)]
    assert [(hit.how, hit.doubtful) for hit in hits(over)] == [("reset", True)]
    assert [hit.doubtful for hit in hits(figures(20, 100, step=30))] == [False]


def test_of_two_hundreds_with_a_lower_one_between_the_first_may_be_the_odd_one() -> None:
    [hit] = hits(figures(90, 100, 95, 100, 100))
    assert times(hit.reached) == (at("10:00"), at("10:15:01"))
    assert (hit.first.time, hit.doubtful) == (at("10:15"), False)


OPENED = [told("05:31", 0), told("05:42", 3, "10:37")]
MOVED_UNSEEN = [*OPENED, told("08:05", 95, "10:37"), told("08:10", 100, "10:37"), told("09:00", 100, "10:37")]
MOVED_UNSEEN += [told("14:30", 100, "14:38"), told("14:35", 100, "14:38"), told("14:40", 0), told("14:45", 0)]
UNANNOUNCED = [
    told("08:05", 95),
    told("08:10", 100),
    told("09:00", 100),
    told("14:30", 100),
    told("14:35", 100),
]
UNANNOUNCED += [told("14:40", 0), told("14:45", 0)]


def test_a_hit_on_both_sides_of_hours_without_a_look_and_of_another_reset_may_be_two() -> None:
    [hit] = hits(MOVED_UNSEEN)
    assert [times(lapse) for lapse in hit.lapses] == [(at("09:00"), at("14:30:01"))]
    least, most = blocked(hit)
    assert least == minutes(50 + 5) - minutes(2 / 60)
    assert most == at("14:40:01") - at("08:05")


def test_where_no_reset_is_announced_a_look_after_half_an_hour_may_be_at_another_hit() -> None:
    [hit] = hits(UNANNOUNCED)
    assert [times(lapse) for lapse in hit.lapses] == [
        (at("08:10"), at("09:00:01")),
        (at("09:00"), at("14:30:01")),
    ]
    assert blocked(hit)[0] == minutes(5) - minutes(1 / 60)


def test_a_reset_that_stayed_announced_keeps_a_hit_one_whatever_the_gap() -> None:
    [hit] = hits([told("10:00", 96, "14:00"), told("10:05", 100, "14:00"), told("13:30", 100, "14:00")])
    assert hit.lapses == ()


def test_a_doubtful_hundred_and_one_after_a_lapse_are_two() -> None:
    story = [*OPENED, told("08:05", 20, "10:37"), told("08:10", 100, "10:37"), told("14:30", 100, "14:38")]
    first, second = hits([*story, told("14:35", 100, "14:38")])
    assert (first.doubtful, first.how, second.doubtful) == (True, "unknown", False)
    assert times(second.reached) == times(first.left) == (at("08:10"), at("14:30:01"))


def test_a_hit_that_was_there_first_lasts_nobody_knows_how_long() -> None:
    [hit] = hits([told("10:00", 100, "12:00"), told("10:05", 100, "12:00")])
    assert (hit.reached, hit.left, blocked(hit)) == (None, None, (minutes(5) - minutes(1 / 60), None))


def test_credits_above_a_hundred_are_a_hit() -> None:
    story = []
    for minute, share in ((0, 98), (5, 101), (10, 112)):
        version_id, document = told(at("10:00") + minutes(minute), 0)
        document["credits"] = {"used": share, "limit": 100, "currency": "EUR", "percentageUsed": share}
        story.append((version_id, document))
    [hit] = hits(story, "credits")
    assert hit.last.percentage == 112


def test_hits_are_counted_by_the_days_of_a_zone() -> None:
    late = at("23:30", 30)
    story = [told(late - minutes(5), 90, late + minutes(90)), told(late, 100, late + minutes(90))]
    found = hits(story)
    berlin = ZoneInfo("Europe/Berlin")
    assert count_by(found, "day", berlin) == {date(2026, 12, 1): 1}
    assert count_by(found, "day", ZoneInfo("UTC")) == {date(2026, 11, 30): 1}
    assert count_by(found, "week", berlin) == {date(2026, 11, 30): 1}
    assert count_by(found, "month", berlin) == {date(2026, 12, 1): 1}


def full_times(truth: Truth) -> list[tuple[datetime, datetime]]:
    """When the truth reached 100 %, and when it was over."""
    found = []
    ends = [*(piece.start for piece in truth.pieces[1:]), truth.pieces[-1].start + FULL]
    for piece, end in zip(truth.pieces, ends, strict=True):
        if piece.rate and (full := piece.start + max(0.0, 100 - piece.percentage) / piece.rate * HOUR) < end:
            if found and found[-1][1] == piece.start and piece.percentage >= 100:
                full = found.pop()[0]
            found.append((full, end))
    return found


@settings(max_examples=40)
@given(st.integers(0, 10**9))
@example(ONE_SECOND)
def test_true_hits_lie_within_those_told(seed: int) -> None:
    truth = session_life(seed)
    true = full_times(truth)
    for hit in hits(recorded(truth, seed)):
        reached, left = hit.reached, hit.left
        spanned = [one for one in true if one[0] <= hit.last.latest and one[1] >= hit.first.earliest]
        start, end = spanned[0][0], spanned[-1][1]
        assert reached is None or reached.earliest <= start <= reached.latest
        if left is None or reached is None:
            continue
        assert left.earliest <= end + minutes(1 / 30)
        assert end <= left.latest
        least, most = blocked(hit)
        assert most is not None
        true_length = sum((stop - begin for begin, stop in spanned), minutes(0))
        assert least - minutes(1 / 30) <= true_length <= most
        assert len(spanned) <= 1 + len(hit.lapses)
