"""The file .env is read line by line, and a line that sets nothing is pointed out."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def read(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "path", [str(repository / "deploy" / "local"), *sys.path])
    from plan import read_env_file  # noqa: PLC0415 - a script of another folder

    def run(text: str) -> dict[str, str]:
        (tmp_path / ".env").write_text(text)
        return read_env_file(tmp_path / ".env")

    return run


def test_names_and_values_are_read(read) -> None:
    assert read("# remark\n\nA=1\nexport B='x=y'\n C = \n") == {"A": "1", "B": "x=y", "C": ""}


@pytest.mark.parametrize("line", ["CLAUDE_SYNC_API_KEY abc", "just words", "TWO WORDS=x", "=x"])
def test_a_line_that_is_no_setting_is_named_with_its_number(read, line: str) -> None:
    with pytest.raises(SystemExit, match="line 2"):
        read(f"A=1\n{line}\n")
