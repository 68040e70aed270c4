"""Makes the typed report of a scrape that failed (pure)."""

from datetime import datetime

from services.scraper.capturing.scrub import mask
from services.scraper.extract.snapshot import PARSER
from services.scraper.judging.fingerprint import fingerprint
from services.scraper.judging.outcome import Outcome, advice_of, reason_of
from services.scraper.logins.login_age import LoginAge
from shared.schemas.reports import REPORT_VERSION, Report

__all__ = ["refused_report", "report_of"]

LONGEST_SENTENCE, LONGEST_REASON, LONGEST_NAME, MOST_SECTIONS = 500, 200, 64, 64
FIRST_STATUS = 100


def report_of(
    outcome: Outcome,
    *,
    at: datetime,
    account: str,
    collector: str,
    login: LoginAge | None,
    next_try_at: datetime | None = None,
) -> Report:
    """Say what failed at `at`, what is to be done, and when the scraper looks again; nothing personal."""
    page = outcome.page
    failed = {
        mask(name)[:LONGEST_NAME]: mask(reason)[:LONGEST_REASON]
        for name, reason in list(outcome.sections_failed.items())[:MOST_SECTIONS]
    }
    return Report(
        at=at,
        state=outcome.state,
        reason=mask(reason_of(outcome))[:LONGEST_SENTENCE],
        advice=advice_of(outcome)[:LONGEST_SENTENCE],
        schema_version=REPORT_VERSION,
        account=account,
        collector=collector,
        parser=PARSER,
        sections_found=[name[:LONGEST_NAME] for name in outcome.sections_found[:MOST_SECTIONS]] or None,
        sections_failed=failed or None,
        fingerprint=fingerprint(page) if page and page.pieces else None,
        http_status=page.status if page and page.status >= FIRST_STATUS else None,
        login_since=login.since if login else None,
        login_ends_at=login.ends_at if login else None,
        next_try_at=next_try_at,
    )


def refused_report(detail: str, *, at: datetime, account: str, collector: str) -> Report:
    """Say that the receiver refused the key: it arrives once one is let in, and tells why so much is late."""
    return Report(
        at=at,
        state="sending_refused",
        reason=mask(detail)[:LONGEST_SENTENCE],
        advice="Nothing is lost: what was read waits in the outbox, and is sent once the key fits.",
        schema_version=REPORT_VERSION,
        account=account,
        collector=collector,
        parser=PARSER,
    )
