"""The house itself: sizes, generated documents, and what must never be committed."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LONGEST_FILE = 300
LONGEST_FUNCTION = 50
REASON = "# long because:"
"""A file may be longer when its first lines say why."""


def tracked(repository: Path, *endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [repository / name for name in listed if name.endswith(endings) and (repository / name).is_file()]


def test_no_file_is_longer_than_a_reader_can_hold(repository: Path) -> None:
    code = tracked(repository, ".py", ".js", ".css", ".sh", ".html")
    too_long = [
        f"{path.relative_to(repository)}: {count} lines"
        for path in code
        if (count := len(lines := path.read_text().splitlines())) > LONGEST_FILE
        and not any(REASON in line for line in lines[:20])
    ]
    assert too_long == []


def test_no_function_is_longer_than_a_screen(repository: Path) -> None:
    too_long = [
        f"{path.relative_to(repository)}:{node.lineno} {node.name}: {length} lines"
        for path in tracked(repository, ".py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and (length := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_every_exception_to_a_rule_says_why(repository: Path) -> None:
    silent = re.compile(r"# noqa(?!: [A-Z0-9, ]+ - \S)|# type: ignore(?!\[[\w, -]+\] # \S)")
    found = [
        f"{path.relative_to(repository)}:{number}"
        for path in tracked(repository, ".py")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if silent.search(line)
    ]
    assert found == []


def test_documents_made_from_the_settings_are_current(repository: Path) -> None:
    sys.path.insert(0, str(repository / "deploy" / "local"))
    try:
        from configuration import documents  # noqa: PLC0415 - a script of another folder
    finally:
        sys.path.pop(0)
    stale = [path.name for path, text in documents().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run `make docs`"


@pytest.mark.parametrize(
    "pattern",
    [
        r"https?://[^\s'\"<>]*(/simple\b|/debian(-security)?\b|/packages/[0-9a-f]{2}/)",
        r"--(extra-)?index-url\b|\bindex-url\s*=",
        r"/home/[a-z]+/|/root/",
    ],
)
def test_no_registry_and_no_path_of_a_machine_is_committed(repository: Path, pattern: str) -> None:
    wrong = re.compile(pattern)
    found = [
        f"{path.relative_to(repository)}:{number}"
        for path in tracked(repository, "")
        if path != Path(__file__) and path.suffix not in {".png", ".ico", ".gz"}
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if wrong.search(line)
    ]
    assert found == []


def test_scripts_can_be_run(repository: Path) -> None:
    scripts = [*tracked(repository, ".sh"), repository / ".ci" / "run"]
    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == []


def test_the_documents_links_lead_somewhere(repository: Path) -> None:
    link = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
    broken = [
        f"{path.relative_to(repository)}: {target}"
        for path in tracked(repository, ".md")
        for target in link.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []
