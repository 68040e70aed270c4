"""`make down`: stops and removes what `make up` or `make up-s3` started; what was recorded stays."""

import os
import sys

from stack import CannotRunError, ask, find_stack


def main() -> int:
    """Stop everything; return the exit code."""
    try:
        volumes = [volume for cluster in (True, False) for volume in stop(cluster=cluster)]
    except CannotRunError as error:
        print(f"down: {error}", file=sys.stderr)
        return 1
    print("down: all stopped")
    if volumes := list(dict.fromkeys(volumes)):
        print("down: what was recorded stays; to remove it for good: docker volume rm " + " ".join(volumes))
    return 0


def stop(*, cluster: bool) -> list[str]:
    """Stop what `make up`, or `make up-s3`, has started; return the volumes that stay."""
    stack = find_stack(os.environ, cluster=cluster)._replace(alerting=True)  # whether or not it was
    if not cluster or stack.containers():
        stack.run("down", "--remove-orphans")
    return ask(
        "volume", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={stack.project}"
    ).split()


if __name__ == "__main__":
    sys.exit(main())
