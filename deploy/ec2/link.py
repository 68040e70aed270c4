"""One ssh connection to the host, over which everything goes.

The user's own ssh is used, with the user's configuration, agent and known hosts; SSH_OPTS comes first, so
that it wins. Never a second connection: when the first is cut, what goes over it ends, nothing begins anew.
Secrets go through standard input, never into a command.
"""

import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Self

from refusals import CutError, DeployError, MisuseError

__all__ = ["Link", "why_no_connection"]

_LOST = 255
"""Ssh's own exit code, and what it gives when the connection is lost."""
_OURS = (
    *("-o", "BatchMode=yes", "-o", "ConnectTimeout=15"),  # nobody is asked for a password in the middle
    *("-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"),  # a silent link is a cut one after 20 s
)


class Link:
    """A connection that is open; to be used in a `with`."""

    def __init__(self, host: str, options: str = "") -> None:
        """Take where to and how: `host` is user@name, `options` are words for ssh. Raises MisuseError."""
        if not host or host.startswith("-") or any(letter.isspace() for letter in host):
            raise MisuseError("EC2_HOST names the host to deploy to, as for ssh: EC2_HOST=admin@203.0.113.7")
        self.host = host
        try:
            self._options = shlex.split(options)
        except ValueError as error:
            raise MisuseError(f"SSH_OPTS cannot be read: {error}") from error
        self._folder = tempfile.TemporaryDirectory(prefix="marigraph-ssh.")
        self._socket = str(Path(self._folder.name, "link"))
        self._words = Path(self._folder.name, "words")
        self._master: subprocess.Popen[bytes] | None = None
        self.sudo = ""
        """What makes a command root's; set when the host's user is not root."""

    def __enter__(self) -> Self:
        """Open it. Raises DeployError, with ssh's reason and what to do."""
        with self._words.open("wb") as words:
            self._master = subprocess.Popen(  # noqa: S603 - the user's ssh
                ["ssh", *self._options, *_OURS, "-M", "-S", self._socket, "-N", "-T", self.host],  # noqa: S607 - the one on the PATH
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,  # Ctrl-C ends us, and we end it, in our order
            )
        while not self._open():
            if self._master.poll() is not None:
                said = self._words.read_text(errors="replace").strip()
                self.__exit__()
                raise DeployError(why_no_connection(self.host, said))
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        if self._master is not None:
            self._master.terminate()
            self._master.wait()
        self._folder.cleanup()

    def run(
        self, command: str, *, root: bool = False, give: bytes = b"", check: bool = True, doing: str = ""
    ) -> str:
        """Run a shell command on the host; return what it printed.

        `give` goes to its standard input; `doing` says what it is for, should it fail. Raises DeployError
        with its words when it fails and `check` is set, CutError when the connection is lost.
        """
        done = subprocess.run(  # noqa: S603 - the user's ssh
            self.command(command, root=root), input=give, capture_output=True, check=False
        )
        said = done.stderr.decode(errors="replace").strip()
        self.see_whole(done.returncode)
        if check and done.returncode:
            what = doing or f"`{_short(command)}`"
            raise DeployError(f"on {self.host}, {what} failed: {said or 'no reason given'}")
        return done.stdout.decode(errors="replace")

    def start(self, command: str, *, root: bool = False) -> "subprocess.Popen[bytes]":
        """Start a shell command on the host with pipes to its input and output; its complaints are shown."""
        return subprocess.Popen(  # noqa: S603 - the user's ssh
            self.command(command, root=root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def send(self, command: str, pieces: Iterable[bytes], *, root: bool = False) -> int:
        """Send bytes, piece by piece, to a command on the host; return how many.

        Raises DeployError with the command's words when it fails, CutError when the connection is lost.
        """
        count = 0
        with tempfile.TemporaryFile() as words:
            process = subprocess.Popen(  # noqa: S603 - the user's ssh
                self.command(command, root=root), stdin=subprocess.PIPE, stdout=words, stderr=words
            )
            try:
                count = _feed(process.stdin, pieces)
            except BrokenPipeError:
                pass  # it ended early; its exit code and words say why
            except BaseException:
                process.kill()
                raise
            finally:
                code = process.wait()
            self.see_whole(code)
            if code:
                words.seek(0)
                said = words.read().decode(errors="replace").strip()
                raise DeployError(f"on {self.host}, `{_short(command)}` failed: {said or 'no reason given'}")
        return count

    def show(self, command: str, *, root: bool = False) -> int:
        """Run a command on the host with its output shown; return its exit code. Raises CutError."""
        done = subprocess.run(self.command(command, root=root), stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - the user's ssh
        self.see_whole(done.returncode)
        return done.returncode

    def command(self, command: str, *, root: bool = False) -> list[str]:
        """Return the command line that runs a shell command on the host."""
        wanted = f"{self.sudo} sh -c {shlex.quote(command)}".strip() if root and self.sudo else command
        # A lost connection is not made anew: a command would run on a host that we no longer know.
        once = ("-o", "ControlMaster=no", "-o", "ProxyCommand=false", "-o", "LogLevel=QUIET")
        return ["ssh", "-S", self._socket, *once, *self._options, *_OURS, "-T", self.host, wanted]

    def see_whole(self, code: int) -> None:
        """Raise CutError when an exit code, or the connection itself, says that it was cut."""
        if code == _LOST or self._master is None or self._master.poll() is not None:
            raise CutError(
                f"the ssh connection to {self.host} was cut. What served before serves on, or the new version"
                " if the switch was under way: the host finishes or undoes it by itself; see make ec2-status"
            )

    def _open(self) -> bool:
        asked = ["ssh", "-S", self._socket, "-O", "check", self.host]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603 - as above


def _feed(pipe: IO[bytes] | None, pieces: Iterable[bytes]) -> int:
    count = 0
    if pipe is not None:
        with pipe:
            for piece in pieces:
                pipe.write(piece)
                count += len(piece)
    return count


def _short(command: str) -> str:
    first = command.strip().splitlines()[0]
    return first if len(first) <= 90 else f"{first[:90]}..."  # noqa: PLR2004 - a line of a terminal


def why_no_connection(host: str, said: str) -> str:
    """Say why there is no connection and what to do, from ssh's words (pure)."""
    last = said.splitlines()[-1] if said else "ssh gave no reason"
    cures = (
        (
            "Host key verification failed",
            f"it is not a known host, or its key has changed. Look at it once by hand: ssh {host}",
        ),
        (
            "Permission denied",
            (
                "no key of yours opens it. Is the user right (Debian: admin, Amazon Linux: ec2-user), is"
                " the key in your agent, or named by SSH_OPTS='-i FILE'?"
            ),
        ),
        ("Could not resolve", "there is no host of that name"),
        (
            "timed out",
            "nothing answers there: is it running, and does its security group let port 22 in from here?",
        ),
        ("refused", "no ssh server listens there (SSH_OPTS='-p PORT' for another port)"),
        ("No route", "there is no way there from here"),
    )
    cure = next((cure for words, cure in cures if words in said), "try it by hand with the same options")
    return f"no ssh connection to {host}: {last}\n  {cure}"
