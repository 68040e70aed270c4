"""`make ec2-backup` and `make ec2-restore`: the record of EC2_HOST into a file here, and back.

    backup.py backup | restore

FILE names the file; without it a backup is named after the host and the time. Receivers and janitor go on
meanwhile. A backup has its name only when it is whole and its sums are right; a restore goes into an empty
store, or with MERGE=1 beside what is there. Exit codes: 0 done, 2 wrong usage, 3 failed, nothing overwritten.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import wishes as wishing
from link import Link
from looking import PROBE, Host, parse, present_settings
from refusals import DeployError, MisuseError

REPOSITORY = Path(__file__).resolve().parents[2]
PIECE = 1 << 16
_WORK = (
    'import sys; sys.path.insert(0, "/opt/marigraph/current/host"); '
    "from marigraph_host.storework import run; run(sys.argv[1:])"
)


def main(words: list[str]) -> int:
    """Do one of the verbs; return the exit code."""
    verbs = {"backup": backup, "restore": restore}
    try:
        if len(words) != 1 or words[0] not in verbs:
            raise MisuseError(f"say one of {', '.join(verbs)}")
        wishes = wishing.read(os.environ)
        file = chosen(words[0], os.environ, wishes.host, datetime.now(UTC))
        with Link(wishes.host, wishes.options) as link:
            host = see_deployed(link)
            if bucket := present_settings(link, host).get("STORE_URL"):
                print(f"ec2: the record is in {bucket}, which all its receivers share: docs/ec2.md#a-bucket")
            verbs[words[0]](link, file, merge=os.environ.get("MERGE", "") not in {"", "0"})
    except DeployError as error:
        print(f"ec2: FAILED: {error}", file=sys.stderr)
        return error.code
    return 0


def see_deployed(link: Link) -> Host:
    """Return what the host is. Raises DeployError when nothing is deployed there."""
    host = parse(link.run(PROBE))
    if not host.root:
        raise DeployError("the user may not become root without a password (sudo -n fails)")
    link.sudo = "" if host.uid == "0" else "sudo -n"
    if not host.release:
        raise DeployError(f"nothing is deployed on {link.host}: make deploy-ec2 EC2_HOST={link.host}")
    return host


def chosen(verb: str, environ: Mapping[str, str], host: str, now: datetime) -> Path:
    """Return the file that is meant. Raises MisuseError when it cannot be that."""
    given = environ.get("FILE", "")
    if verb == "restore" and not (given and Path(given).expanduser().is_file()):
        raise MisuseError("FILE names the backup to restore: FILE=marigraph-....ndjson.gz")
    name = f"marigraph-{host.rpartition('@')[2]}-{now:%Y-%m-%dT%H-%M-%SZ}.ndjson.gz"
    file = Path(given or name).expanduser()
    if verb == "backup" and os.path.lexists(file):
        raise MisuseError(f"{file} is there already and is not written over: name another, FILE=...")
    return file


def work(*words: str) -> str:
    """Return the shell command that does a work on the host's store."""
    return f"python3 -c {shlex.quote(_WORK)} {shlex.join(words)}"


def backup(link: Link, file: Path, *, merge: bool = False) -> None:
    """Fetch the whole record into a new file. Raises DeployError; nothing is left then."""
    del merge
    unfinished = file.with_name(f".{file.name}.part")
    packed = f"bash -o pipefail -c {shlex.quote(work('export', '-') + ' | gzip -c')}"
    try:
        with _private(unfinished) as kept:
            process = link.start(packed, root=True)
            code = _pour(process, kept)
            kept.flush()
            os.fsync(kept.fileno())
        link.see_whole(code)
        found = verify(unfinished)
        if code:
            raise DeployError("the host's export ended with an error (see above): no backup was made")
        os.link(unfinished, file)
    except FileExistsError as error:
        raise MisuseError(
            f"{error.filename} is there already: another backup is at work, or remove it"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    print(f"ec2: {file}: {found} ({file.stat().st_size:,} bytes)")


def restore(link: Link, file: Path, *, merge: bool = False) -> None:
    """Bring a backup into the host's store and have it checked. Raises DeployError."""
    print(f"ec2: {file}: {verify(file)}")
    words = ("import", "-") if merge else ("import", "--into-empty", "-")
    try:
        link.send(work(*words), _pieces(file), root=True)
    except DeployError as error:
        raise DeployError(
            f"{error}\n  Nothing that is there was overwritten. MERGE=1 adds to what is there, and goes on"
            " with a restore that was cut"
        ) from error
    if link.show(work("check"), root=True):
        raise DeployError("the store is not right after the restore (see above)")
    print(f"ec2: restored on {link.host}")


def verify(file: Path) -> str:
    """Look through a backup; return what it holds. Raises DeployError when it is not whole."""
    looked = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "shared.store", "verify", file.resolve()],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if looked.returncode:
        raise DeployError(f"the backup is not whole: {(looked.stdout + looked.stderr).strip()}")
    return looked.stdout.strip()


def _pour(process: "subprocess.Popen[bytes]", into: IO[bytes]) -> int:
    """Write what a process says into a file, to its end; return its exit code."""
    try:
        if process.stdin and process.stdout:
            process.stdin.close()
            while piece := process.stdout.read(PIECE):
                into.write(piece)
    finally:
        if process.stdout:
            process.stdout.close()
        process.wait()
    return process.returncode


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
