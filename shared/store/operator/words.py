"""What the operator's command says to people (pure)."""

from collections.abc import Iterator, Sequence

from shared.store.operator.checking import Checked
from shared.store.operator.exporting import Exported
from shared.store.operator.importing import Imported
from shared.store.upkeep import Finding

__all__ = ["of_check", "of_export", "of_import", "of_rebuild"]


def of_check(checked: Checked) -> Iterator[str]:
    """Say what was found."""
    yield from (_problem(found) for found in checked.problems)
    if not checked.accounts:
        yield "the store holds no account yet"
        return
    looked = f"{checked.versions} versions, {checked.archived} archived, {checked.reports} reports"
    ending = _count(len(checked.problems), "problem") if checked.problems else "all is right"
    yield f"{_count(len(checked.accounts), 'account')}: {looked}: {ending}"


def _problem(found: Finding) -> str:
    return ": ".join(part for part in (found.account, found.file, found.reason) if part)


def of_rebuild(mended: Sequence[str]) -> Iterator[str]:
    """Say what was made again."""
    yield from mended
    yield "made again what was not right" if mended else "everything derived was right"


def of_export(exported: Exported) -> Iterator[str]:
    """Say what was written."""
    accounts = _count(len(exported.accounts), "account")
    if exported.damaged:
        damaged = _count(exported.damaged, "damaged file")
        yield f"left out, as they cannot be believed: {damaged} (`check` names them)"
    yield f"exported {exported.versions} versions and {exported.reports} reports of {accounts}"


def of_import(imported: Imported) -> Iterator[str]:
    """Say what was stored, and what was not and why."""
    yield from imported.problems
    if imported.problem_count > len(imported.problems):
        yield f"and {imported.problem_count - len(imported.problems)} problems more"
    yield (
        f"imported {imported.versions} versions ({imported.known} were there already)"
        f" and {imported.reports} reports"
    )


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"
