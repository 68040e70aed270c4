"""`make rollback-ec2`, `make ec2-status`, `make ec2-logs`: ask the program that runs on the host.

    asking.py status | rollback | logs

`logs` shows the service that SERVICE names (receiver), its last LINES_SHOWN (100), and goes on with FOLLOW=1.
Exit codes are those of the host's program: 0 done or all run; 3 a service does not run, or the roll-back
failed and what served serves on; 4 nothing is deployed, or a person has to look; 5 a deploy is at work.
"""

import os
import shlex
import sys

import wishes as wishing
from link import Link
from looking import PROBE, parse
from preparing import see_root
from refusals import DeployError, MisuseError

__all__ = ["CURRENT", "show_status"]

CURRENT = "python3 /opt/marigraph/current/host"
_NOTHING = 4
# Asked on the host, from inside: its port need not be open to us.
_AGE = """\
import sys; sys.path.insert(0, "/opt/marigraph/current/host")
from marigraph_host.freshness import told
print(told())
"""
_LAST = "tail -n 1 /var/log/marigraph/switch.log 2>/dev/null"


def main(words: list[str]) -> int:
    """Do one of the verbs; return the exit code."""
    verbs = {"status": show_status, "rollback": _rollback, "logs": _logs}
    if len(words) != 1 or words[0] not in verbs:
        print(f"ec2: say one of {', '.join(verbs)}", file=sys.stderr)
        return MisuseError.code
    try:
        wishes = wishing.read(os.environ)
        with Link(wishes.host, wishes.options) as link:
            host = parse(link.run(PROBE))
            see_root(host)
            link.sudo = "" if host.uid == "0" else "sudo -n"
            if not host.release:
                print(f"nothing is deployed on {link.host}: make deploy-ec2 EC2_HOST={link.host}")
                return _NOTHING
            return verbs[words[0]](link)
    except DeployError as error:
        print(f"ec2: FAILED: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return 0


def show_status(link: Link) -> int:
    """Show what became of the last deploy, how old the latest reading is, and last a line a service."""
    if last := link.run(_LAST, root=True, check=False).strip():
        print(f"last deploy: {last}")
    print(
        link.run(f"python3 -c {shlex.quote(_AGE)}", root=True, check=False).strip()
        or "the age of the latest reading is not known"
    )
    sys.stdout.flush()
    return link.show(f"{CURRENT} status", root=True)


def _rollback(link: Link) -> int:
    code = link.show(f"{CURRENT} rollback", root=True)
    show_status(link)
    return code


def _logs(link: Link) -> int:
    service = shlex.quote(os.environ.get("SERVICE") or "receiver")
    lines = os.environ.get("LINES_SHOWN") or "100"
    if not lines.isdecimal():
        raise MisuseError(f"LINES_SHOWN is {lines!r}; it must be a number")
    follow = " --follow" if os.environ.get("FOLLOW") else ""
    return link.show(f"{CURRENT} logs --lines {lines}{follow} {service}", root=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
