"""The examples of docs/api.md are run as they stand there."""

import asyncio
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.receiver.conftest import SECRET, Receiver


def examples(repository: Path) -> list[str]:
    text = (repository / "docs" / "api.md").read_text()
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


async def output_of(command: str, receiver: Receiver) -> bytes:
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        command.replace("curl ", "curl --fail-with-body --silent --show-error "),
        env={"PATH": os.environ["PATH"], "RECEIVER": receiver.address, "KEY": SECRET},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, (command, said)
    return said


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
async def test_every_example_works_in_its_order(receiver: Receiver, repository: Path) -> None:
    commands = [line for line in examples(repository) if line.startswith("curl ")]
    assert len(commands) >= 8
    for command in commands:
        said = await output_of(command, receiver)
        assert said if "format=csv" in command else json.loads(said), command
    assert await receiver.store.count("default") == 3
    assert len(await receiver.store.reports("default")) == 1
