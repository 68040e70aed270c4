"""The manual page and the completions are those of the parser that there is, and shells take them."""

import shutil
import subprocess
import sys

import pytest

from services.cli.arguments import COMMANDS, parser_of
from services.cli.exits import MEANINGS


@pytest.fixture
def documents(repository, monkeypatch):
    monkeypatch.syspath_prepend(str(repository / "deploy" / "local"))
    monkeypatch.setenv("COLUMNS", "80")
    from manual import documents as made  # noqa: PLC0415 - a script of another folder

    return made()


def test_what_is_kept_is_current(documents) -> None:
    stale = [path.name for path, text in documents.items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run `make docs`"


def test_everything_is_in_the_manual(documents, repository) -> None:
    page = (repository / "deploy/command/marigraph.1").read_text()
    for name in COMMANDS:
        assert f"marigraph {name}" in page
    for words in MEANINGS.values():
        assert words.split(":")[-1].strip().split(",")[0] in parser_of("").format_help()


@pytest.mark.parametrize(
    ("shell", "name"), [("bash", "marigraph.bash"), ("zsh", "_marigraph"), ("fish", "marigraph.fish")]
)
def test_shells_take_the_completions(shell: str, name: str, repository) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = repository / "deploy" / "command" / name
    checked = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_nothing_heavy_is_loaded_before_it_is_needed(repository) -> None:
    probe = (
        "import sys, services.cli.__main__, services.cli.commands.status\n"
        "heavy = {'asyncio', 'aiohttp', 'sanic', 'structlog', 'rich', 'shared.store', 'xlsxwriter'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
