"""Times without readings, of the account and of one limit, and what explains them."""

from shared.insight.gaps import Gap, Gaps, causes, open_gaps, watched
from shared.insight.sightings import looked_at, seen_in
from tests.insight.stories import Stored, at, iso, minutes, told


def folded(versions: list[Stored]) -> tuple[Gaps, list[Gap]]:
    state, found = Gaps(), []
    for version in versions:
        state, over = watched(state, seen_in(looked_at(version)))
        found += over
    return state, found


def every(step: float, first: str, count: int) -> list[Stored]:
    return [told(at(first) + minutes(step * n), 10, "13:00") for n in range(count)]


def test_readings_at_their_pace_leave_no_gap() -> None:
    assert folded(every(5, "08:00", 20))[1] == []
    jittered = [told(at("08:00") + minutes(5 * n + n % 3), 10, "13:00") for n in range(20)]
    assert folded(jittered)[1] == []


def test_an_hour_asleep_is_a_gap_of_the_account_and_of_its_limits() -> None:
    _, found = folded([*every(5, "08:00", 10), *every(5, "10:00", 5)])
    times = {
        "start": at("08:45"),
        "end": at("10:00"),
        "before": told("08:45", 1)[0],
        "after": told("10:00", 1)[0],
    }
    assert found == [Gap(limit=None, **times), Gap(limit="session", **times)]


def test_whoever_reads_once_an_hour_has_no_gap_once_that_is_known() -> None:
    _, found = folded(every(60, "00:00", 23))
    assert all(gap.end and gap.end <= at("06:00") for gap in found)


def test_a_section_that_could_not_be_read_is_a_gap_of_its_limit_alone() -> None:
    _, found = folded([told("10:00", 10, "13:00"), told("10:05", None), told("10:10", 11, "13:00")])
    times = {
        "start": at("10:00"),
        "end": at("10:10"),
        "before": told("10:00", 1)[0],
        "after": told("10:10", 1)[0],
    }
    assert found == [Gap(limit="session", unread=1, reason="gone", **times)]


def test_a_section_read_again_soon_was_a_gap_all_the_same() -> None:
    _, found = folded([told("10:00", 10, "13:00"), told("10:02", None), told("10:04", 11, "13:00")])
    assert [(gap.limit, gap.unread) for gap in found] == [("session", 1)]


def test_two_collectors_that_read_one_soon_after_the_other_leave_no_gap() -> None:
    desk = every(5, "08:00", 20)
    laptop = [told(at("08:00:20") + minutes(5 * n), 10, "13:00", collector="laptop") for n in range(20)]
    assert folded(sorted(desk + laptop))[1] == []


def test_a_gap_that_lasts_has_no_end_yet() -> None:
    state, _ = folded(every(5, "08:00", 10))
    assert open_gaps(state, at("08:50")) == ()
    [account, session] = open_gaps(state, at("12:00"))
    assert (account.limit, account.start, account.end) == (None, at("08:45"), None)
    assert session.limit == "session"


def only_weekly(first: str, count: int, day: int) -> list[Stored]:
    begin = at(first, day)
    return [told(begin + minutes(5 * n), 10, begin + minutes(9000), limit="weekly") for n in range(count)]


def test_a_limit_that_left_the_page_has_a_gap_for_a_day_and_then_none() -> None:
    gone = every(5, "08:00", 10)
    state, _ = folded([*gone, *only_weekly("08:50", 200, 22)])
    [gap] = open_gaps(state, state.pace.last or at("08:50"))
    assert (gap.limit, gap.start, gap.reason) == ("session", at("08:45"), "the page did not show it")
    state, _ = folded([*gone, *only_weekly("08:50", 300, 22)])
    assert state.pace.last
    assert open_gaps(state, state.pace.last) == ()


def test_a_limit_has_not_left_while_nothing_was_read_at_all() -> None:
    state, _ = folded([*every(5, "08:00", 10), *only_weekly("08:50", 3, 22)])
    assert [gap.limit for gap in open_gaps(state, at("09:00", 25))] == [None, "session", "weekly"]


def test_a_limit_that_comes_back_was_missing_since_it_was_last_shown() -> None:
    story = [*every(5, "08:00", 10), *only_weekly("08:50", 300, 22), told(at("09:55", 23), 1, "14:00")]
    gap = next(gap for gap in folded(story)[1] if gap.limit == "session")
    assert (gap.start, gap.end, gap.reason) == (at("08:45"), at("09:55", 23), "the page did not show it")


def test_reports_within_a_gap_explain_it() -> None:
    gap = Gap(limit=None, start=at("10:00"), end=at("12:00"), before="a", after="b")
    reports = [
        {"at": iso(at("10:05")), "state": "network", "reason": "no route"},
        {"at": iso(at("10:10")), "state": "login_required", "reason": "log in"},
        {"at": iso(at("11:10")), "state": "login_required", "reason": "log in again"},
        {"at": iso(at("12:10")), "state": "challenge", "reason": "after it"},
    ]
    login, network = causes(gap, reports)
    assert (login.state, login.count, login.first, login.last) == (
        "login_required",
        2,
        at("10:10"),
        at("11:10"),
    )
    assert login.reason == "log in again"
    assert (network.state, network.count) == ("network", 1)
