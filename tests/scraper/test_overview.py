"""What the commands print says the figures, the state and what to do."""

from datetime import UTC, datetime, timedelta

from rendering import captured

from services.scraper.extract.snapshot import extract
from services.scraper.judging.outcome import ADVICE, EXIT_CODES, GOOD, MEANING, Outcome, of_account, sentence
from services.scraper.outgoing.outbox import Stock
from services.scraper.outgoing.sending import LastAnswer, Sending
from services.scraper.outgoing.tally import Tally
from services.scraper.overview import Overview, figures, overview_lines, standing_words
from services.scraper.status import Status
from shared.schemas.codec import to_document

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def snapshot(name):
    return extract(captured(name), collector="test")


def test_every_state_has_its_meaning_its_exit_code_and_all_bad_ones_their_advice():
    assert MEANING.keys() == ADVICE.keys() == EXIT_CODES.keys()
    assert all(ADVICE[state] for state in MEANING if state != "ok")
    assert {state for state, code in EXIT_CODES.items() if code == 0} == GOOD


def test_a_missing_login_says_how_to_log_in():
    missing = Outcome(state="login_required")
    assert "services.scraper login` with the settings that this scraper has" in sentence(missing)
    assert "Run `make login` and" in sentence(of_account(missing, "default", "make login"))


def test_a_bot_check_is_not_called_an_expired_login():
    said = sentence(Outcome(state="challenge"))
    assert "not expired" in said
    assert "make login" not in said


def test_figures_are_said_in_lines_of_their_own():
    said = "\n".join(figures(snapshot("2026-10-products")))
    assert "Current session     47 %   resets: at 2:00 PM (2026-10-14T18:00:00Z)" in said
    assert "Fable                0 %   resets: Wednesday 9:00 AM" in said


def test_what_could_not_be_read_and_what_differs_is_said():
    assert any("weeklyLimits.allModels" in line for line in figures(snapshot("missing-figure")))
    assert any(line.startswith("disagreement") for line in figures(snapshot("disagreement")))


def test_a_figure_above_100_is_said_as_the_page_shows_it():
    assert any("103 %" in line for line in figures(snapshot("credits-over-100")))


def test_the_overview_tells_state_age_outbox_and_what_waits():
    overview = Overview(
        running=True,
        state_dir="/state",
        status=Status(
            state="network",
            since=NOW - timedelta(hours=2),
            message="The usage page could not be loaded.",
            next_scrape_at=NOW + timedelta(minutes=5),
            sending=Sending(
                state="refused",
                detail="the receiver refuses the key",
                last_answer=LastAnswer(NOW - timedelta(minutes=7), 401),
                next_try_at=NOW + timedelta(seconds=40),
            ),
        ),
        outbox=Stock(
            waiting=3,
            bytes=2100,
            oldest=NOW - timedelta(hours=3),
            rejected=1,
            quarantined=2,
            reports=4,
            tally=Tally(dropped=5, aside_dropped=6),
        ),
        last_reading=to_document(snapshot("2026-10-products")),
    )
    said = "\n".join(overview_lines(overview, NOW))
    for part in (
        "running",
        "network since 2026-11-22T08:00:00Z",
        "could not be loaded",
        "38 days ago",
        "47 %",
        "Next       2026-11-22T10:05:00Z",
        "3 waiting (2.1 kB), the oldest since 3 h 0 min",
        "next try in 40 s",
        "last answered 7 min ago: HTTP 401",
        "5 dropped",
        "6 rejected or damaged ones were deleted",
        "4 of failures",
        "refused: the receiver refuses the key",
        "1 rejected",
        "2 damaged",
    ):
        assert part in said


def test_an_overview_of_nothing_says_so():
    overview = Overview(running=False, state_dir="/state", status=Status(), outbox=Stock(waiting=0))
    said = "\n".join(overview_lines(overview, NOW))
    assert "not running" in said
    assert "has not read the page yet" in said
    assert "make scraper-status" in said
    assert "empty" in said


def test_one_line_says_how_scraping_and_sending_stand() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    status = Status(
        state="login_required", last_good_at=now - timedelta(minutes=61), sending=Sending(state="no_key")
    )
    assert standing_words(status, now) == "login required, last reading 1 h 1 min ago; sending: no key"
    assert standing_words(Status(), now) == "it has not read the page yet"
