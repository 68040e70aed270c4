"""Times without readings, of the account and of one limit, and what explains them."""

from shared.insight.gaps import Gap, Gaps, causes, open_gaps, watched
from shared.insight.sightings import seen_in
from tests.insight.stories import Stored, at, iso, minutes, told


def folded(versions: list[Stored]) -> tuple[Gaps, list[Gap]]:
    state, found = Gaps(), []
    for version in versions:
        state, over = watched(state, seen_in(version))
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
    times = {"start": at("08:45"), "end": at("10:00")}
    assert found == [Gap(limit=None, **times), Gap(limit="session", **times)]


def test_whoever_reads_once_an_hour_has_no_gap_once_that_is_known() -> None:
    _, found = folded(every(60, "00:00", 23))
    assert all(gap.end and gap.end <= at("06:00") for gap in found)


def test_a_section_that_could_not_be_read_is_a_gap_of_its_limit_alone() -> None:
    _, found = folded([told("10:00", 10, "13:00"), told("10:05", None), told("10:10", 11, "13:00")])
    assert found == [Gap(limit="session", start=at("10:00"), end=at("10:10"), unread=1, reason="gone")]


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


def test_reports_within_a_gap_explain_it() -> None:
    gap = Gap(limit=None, start=at("10:00"), end=at("12:00"))
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
