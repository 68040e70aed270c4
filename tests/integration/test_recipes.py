"""What the images are made by, checked without an engine."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

DOCKER_DEFAULT_SHA256 = "af8fcb4cc4e869779f98c0dfb49ac6420c8ffc95cbdf5846bcfd93489b4b24c0"
"""Of Docker 20.10.24's default seccomp profile, its keys sorted and its blanks removed."""


def test_the_seccomp_profile_is_dockers_default_and_three_calls(repository: Path) -> None:
    profile = json.loads((repository / "deploy" / "seccomp" / "chromium.json").read_text())
    ours = profile["syscalls"].pop(0)
    canonical = json.dumps(profile, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(canonical).hexdigest() == DOCKER_DEFAULT_SHA256
    assert (ours["names"], ours["action"]) == (["chroot", "clone", "unshare"], "SCMP_ACT_ALLOW")


def test_nothing_switches_the_browsers_sandbox_off(repository: Path) -> None:
    recipes = [*(repository / "deploy").glob("*.yaml"), repository / "deploy" / "Dockerfile"]
    for recipe in recipes:
        text = recipe.read_text()
        assert "no-sandbox" not in text
        assert "unconfined" not in text
        assert "privileged: true" not in text


@pytest.mark.parametrize(
    ("marker", "kept"),
    [
        ("", True),
        (" ; python_full_version < '3.13'", True),
        (" ; python_full_version >= '3.12'", False),
        (" ; sys_platform == 'win32'", False),
        (" ; implementation_name == 'cpython' and sys_platform != 'win32'", True),
        (" ; platform_machine == 'aarch64'", False),
    ],
)
def test_the_images_requirements_are_those_of_their_own_python(
    repository: Path, tmp_path: Path, marker: str, kept: bool
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"some==1.0{marker} \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n")
    script = repository / "deploy" / "containers" / "select_requirements.py"
    selected = subprocess.run(
        [sys.executable, script, lock, "x86_64"], capture_output=True, text=True, check=True
    ).stdout
    whole = "some==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    assert selected.strip() == (whole.strip() if kept else "")
