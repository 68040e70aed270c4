"""What the operator's command says to people (pure)."""

from collections.abc import Iterator, Sequence

from shared.store.operator.checking import Checked
from shared.store.operator.copying import Copied
from shared.store.operator.exporting import Exported
from shared.store.operator.importing import Imported
from shared.store.operator.walking import Problems, Verified
from shared.store.upkeep import Finding

__all__ = ["of_check", "of_export", "of_import", "of_rebuild", "of_try", "of_verify"]


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


def of_try(problems: Sequence[str]) -> Iterator[str]:
    """Say what keeps a store from being used."""
    yield from problems or ["the store can be used"]


def of_export(exported: Exported) -> Iterator[str]:
    """Say what was written."""
    accounts = _count(len(exported.accounts), "account")
    if exported.damaged:
        damaged = _count(exported.damaged, "damaged file")
        yield f"left out, as they cannot be believed: {damaged} (`check` names them)"
    yield f"exported {exported.versions} versions and {exported.reports} reports of {accounts}"


def of_import(imported: Imported) -> Iterator[str]:
    """Say what was stored, and what was not and why."""
    yield from _problems(imported)
    yield (
        f"imported {imported.versions} versions ({imported.known} were there already)"
        f" and {imported.reports} reports"
    )


def of_copy(copied: Copied) -> Iterator[str]:
    """Say what was copied, and what a look through both stores found."""
    yield from _problems(copied)
    yield (
        f"copied {copied.versions} versions ({copied.known} were there already) and {copied.reports} reports"
        f" of {_count(copied.accounts, 'account')}"
    )
    rest = f"; {_count(copied.more, 'version')} more only in the second" if copied.more else ""
    yield f"both stores hold {_count(copied.alike, 'version')}, letter for letter{rest}"
    if copied.came:
        yield f"{_count(copied.came, 'version')} came meanwhile: copy again when nobody writes to the first"


def of_verify(verified: Verified) -> Iterator[str]:
    """Say what an export holds, and what is wrong with it."""
    yield from _problems(verified)
    ending = _count(verified.problem_count, "problem") if verified.problem_count else "whole and unchanged"
    yield f"{verified.versions} versions and {verified.reports} reports: {ending}"


def _problems(found: Problems) -> Iterator[str]:
    yield from found.problems
    if found.problem_count > len(found.problems):
        yield f"and {found.problem_count - len(found.problems)} problems more"


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"
