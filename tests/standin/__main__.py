"""A stand-in host by hand: `python -m tests.standin start NAME [--prepared]`, `stop NAME`, `reboot NAME`."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.standin.host import StandIn


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.standin", description="a host to deploy to, in a container"
    )
    parser.add_argument("verb", choices=["start", "stop", "reboot", "cut-power"])
    parser.add_argument("name", help="the host's name; its container is marigraph-standin-NAME")
    parser.add_argument(
        "--prepared", action="store_true", help="with Docker and supervisor, as Debian has them"
    )
    parser.add_argument(
        "--native", action="store_true", help="with make and venv, for services without containers"
    )
    asked = parser.parse_args()
    folder = Path(tempfile.gettempdir(), f"marigraph-standin.{os.getuid()}", asked.name)
    if asked.verb == "start":
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        host = StandIn.start(asked.name, folder, prepared=asked.prepared, native=asked.native)
        print(f"its receiver's port is 127.0.0.1:{host.ports['receiver']}; users: root, admin (sudo), guest")
        print(f"  ssh {host.ssh_options} root@127.0.0.1")
        print(f"  make deploy-ec2 EC2_HOST=root@127.0.0.1 SSH_OPTS='{host.ssh_options}'")
    elif asked.verb == "stop":
        StandIn(asked.name, folder).remove()
    elif asked.verb == "reboot":
        StandIn(asked.name, folder).reboot()
    else:
        StandIn(asked.name, folder).cut_power()
    return 0


if __name__ == "__main__":
    sys.exit(main())
