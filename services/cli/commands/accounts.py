"""`marigraph accounts`: what is recorded, and how old it is."""

from datetime import datetime

from msgspec import Struct

from services.cli.commands.failing import Said, failing
from services.cli.exits import NOTHING, OK
from services.cli.session import Look, Session, printed_json
from services.cli.shown.lines import Line, Span, table
from services.cli.shown.times import ago, exact

__all__ = ["AccountTold", "Accounts", "run", "view"]


class AccountTold(Struct, frozen=True, kw_only=True):
    """How much is kept of an account; times are None when nothing is. `reason` is newer than its readings."""

    account: str
    versions: int
    archived: int
    oldest: datetime | None
    newest: datetime | None
    silent: bool | None = None
    reason: Said | None = None


class Accounts(Struct, frozen=True):
    """The accounts that a key may read."""

    accounts: list[AccountTold]


def run(session: Session) -> int:
    """Show the accounts that the key may read."""
    body = session.receiver.raw("/accounts")
    accounts = session.receiver.decoded(body, Accounts).accounts
    if session.arguments.json:
        printed_json(session, body)
    else:
        session.show(view(accounts, session.look()))
    return OK if accounts else NOTHING


def view(accounts: list[AccountTold], look: Look) -> list[Line]:
    """Show a row an account."""
    if not accounts:
        return [[Span("No account is recorded that this key may read.")]]
    heads = [Span(word, "dim") for word in ("account", "versions", "archived", "since", "newest reading")]
    return table([heads, *(_row(one, look) for one in accounts)], right={1, 2}, width=look.width)


def _row(one: AccountTold, look: Look) -> list[Span]:
    since = exact(one.oldest, look.zone.info) if one.oldest else "never read"
    newest = ago(one.newest, look.now) if one.newest else "none"
    silent = " (silent)" if one.silent else ""
    return [
        Span(one.account, "bold"),
        Span(str(one.versions)),
        Span(str(one.archived)),
        Span(since),
        Span(newest + silent, "bad" if one.silent else ""),
        *([Span(failing(one.reason, look.now), "bad" if one.silent else "warn")] if one.reason else []),
    ]
