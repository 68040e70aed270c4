"""`python -m shared.store try | check | rebuild | export | import | copy | verify | discard`: for operators.

Exit codes: 0 all is right, 1 something is not (or could not be done), 2 wrong usage or settings.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from shared.clock import SystemClock
from shared.errors import MarigraphError
from shared.leaving import leave
from shared.saying import hush, say
from shared.schemas.codec import encode
from shared.startup import begin
from shared.store.base import Store
from shared.store.operator import words
from shared.store.operator.arguments import parse
from shared.store.operator.checking import check
from shared.store.operator.copying import copy
from shared.store.operator.exported import NotAnExportError
from shared.store.operator.exporting import Wanted, export
from shared.store.operator.files import FileTakenError, reading, writing
from shared.store.operator.importing import import_lines
from shared.store.operator.progress import Progress
from shared.store.operator.settings import OperatorSettings
from shared.store.operator.trying import discard_scratch, problems_of_use
from shared.store.operator.walking import verify
from shared.store.urls import check_url, open_store, store_exists

_FOUND, _USAGE = 1, 2


def main() -> int:
    """Run a command; return the exit code."""
    arguments = parse()
    settings = begin("store", OperatorSettings, ())
    source = getattr(arguments, "source", None)
    url = source or getattr(arguments, "url", None) or settings.store_url
    if problem := _problem_of(url, arguments):
        sys.stderr.write(f"store: {problem}\n")
        return _USAGE
    try:
        return (
            _verify(arguments) if arguments.command == "verify" else asyncio.run(_run(url or "", arguments))
        )
    except BrokenPipeError:  # whoever read our output has enough of it
        hush(sys.stdout)
        return _FOUND
    except FileTakenError as error:
        sys.stderr.write(f"store: {error}\n")
        return _USAGE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"store: {where}{error.strerror or error}\n")
    except (MarigraphError, NotAnExportError) as error:
        sys.stderr.write(f"store: {error}\n")
    return _FOUND


def _problem_of(url: str | None, arguments: argparse.Namespace) -> str | None:
    """Say why a command cannot be begun; only an import may make a store."""
    if (
        arguments.command in {"import", "verify"}
        and arguments.file != "-"
        and not Path(arguments.file).is_file()
    ):
        return f"there is no file {arguments.file}"
    if arguments.command == "verify":
        return None
    if not url:
        return "no store is named: pass --url, or set STORE_URL"
    if wrong := check_url(url) or _problem_of_target(url, getattr(arguments, "target", None)):
        return wrong
    if arguments.command == "import":
        return None
    if arguments.command == "export" and not (folder := Path(arguments.file).parent).is_dir():
        return f"there is no folder {folder} to export into: make it first"
    return None if url == "memory:" or store_exists(url) else f"there is no store at {url}"


def _problem_of_target(url: str, target: str | None) -> str | None:
    if target is None:
        return None
    return "a store is not copied into itself" if target == url else check_url(target)


async def _run(url: str, arguments: argparse.Namespace) -> int:
    if arguments.command in _WITHOUT_STORE:
        return await _WITHOUT_STORE[arguments.command](url, arguments)
    store = open_store(url, read_only=arguments.command in {"check", "export", "copy"})
    try:
        known = await store.accounts()
        if strangers := [name for name in getattr(arguments, "account", []) if name not in known]:
            there = f"it holds {', '.join(known)}" if known else "it holds none yet"
            sys.stderr.write(f"store: there is no account {', '.join(strangers)} in it: {there}\n")
            return _USAGE
        return await _COMMANDS[arguments.command](store, arguments)
    finally:
        await store.close()


async def _check(store: Store, arguments: argparse.Namespace) -> int:
    progress = Progress("checked", time.monotonic)
    checked = await check(store, arguments.account, SystemClock().now(), progress)
    _say(arguments, checked, words.of_check(checked))
    return _FOUND if checked.problems else 0


async def _rebuild(store: Store, arguments: argparse.Namespace) -> int:
    mended = list(await store.rebuild(thorough=True))
    _say(arguments, {"mended": mended}, words.of_rebuild(mended))
    return 0


async def _export(store: Store, arguments: argparse.Namespace) -> int:
    wanted = Wanted(accounts=arguments.account, start=arguments.start, end=arguments.end)
    with writing(arguments.file) as write:
        progress = Progress("exported", time.monotonic)
        done = await export(store, wanted, SystemClock().now(), write, progress)
    _say(arguments, done, words.of_export(done))
    return _FOUND if done.damaged else 0


async def _import(store: Store, arguments: argparse.Namespace) -> int:
    if arguments.into_empty and (there := await store.accounts()):
        sys.stderr.write(
            f"store: it is not empty, but holds {', '.join(there)}: name another, or leave --into-empty out"
            " to add to it\n"
        )
        return _USAGE
    with reading(arguments.file) as lines:
        progress = Progress("imported", time.monotonic)
        done = await import_lines(store, lines, progress, out_of_archive=arguments.out_of_archive)
    _say(arguments, done, words.of_import(done))
    return _FOUND if done.problem_count else 0


async def _copy(store: Store, arguments: argparse.Namespace) -> int:
    target = open_store(arguments.target)
    try:
        done = await copy(store, target, SystemClock().now(), Progress("copied", time.monotonic))
    finally:
        await target.close()
    _say(arguments, done, words.of_copy(done))
    return _FOUND if done.problem_count else 0


async def _try(url: str, arguments: argparse.Namespace) -> int:
    problems = await problems_of_use(url)
    _say(arguments, {"problems": problems}, words.of_try(problems))
    return _FOUND if problems else 0


async def _discard(url: str, arguments: argparse.Namespace) -> int:
    try:
        count = await discard_scratch(url)
    except ValueError as error:
        sys.stderr.write(f"store: {error}\n")
        return _USAGE
    _say(arguments, {"removed": count}, [f"removed {count} objects"])
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    progress = Progress("verified", time.monotonic)
    with reading(arguments.file) as lines:
        verified = verify(lines, progress.step)
    _say(arguments, verified, words.of_verify(verified))
    return _FOUND if verified.problem_count else 0


_COMMANDS = {"check": _check, "rebuild": _rebuild, "export": _export, "import": _import, "copy": _copy}
_WITHOUT_STORE = {"try": _try, "discard": _discard}
"""Commands that open no store."""


def _say(arguments: argparse.Namespace, result: object, lines: Iterable[str]) -> None:
    """Tell the result: to standard output, unless that is where an export goes."""
    out = sys.stderr if getattr(arguments, "file", "") == "-" else sys.stdout
    text = encode(result).decode() if arguments.json else "\n".join(lines)
    say(text, out=out)


if __name__ == "__main__":
    leave(main())
