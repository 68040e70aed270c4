"""The layers of packages and code carry no time of their making: the same content makes the same layers."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.integration.containers import TAG

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]


def timed(image: str, saved: Path) -> list[str]:
    """What has a time, in the two layers that are made of packages and of code."""
    subprocess.run(["docker", "save", "--output", saved, image], check=True)
    found = []
    with tarfile.open(saved) as whole:
        manifest = whole.extractfile("manifest.json")
        assert manifest
        for layer in json.load(manifest)[0]["Layers"][-2:]:
            with tarfile.open(fileobj=whole.extractfile(layer)) as files:
                members = files.getmembers()
            assert "opt/marigraph" in {member.name for member in members}
            found += [member.name for member in members if member.mtime]
    return found


def test_no_file_or_folder_has_a_time(images: None, tmp_path: Path) -> None:
    assert timed(f"marigraph-janitor:{TAG}", tmp_path / "saved.tar") == []
