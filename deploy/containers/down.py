"""`make down`: stops and removes the containers; what was recorded stays in the volumes."""

import os
import sys

from stack import CannotRunError, ask, find_stack


def main() -> int:
    """Stop everything; return the exit code."""
    try:
        stack = find_stack(os.environ)._replace(alerting=True)  # whether or not it was
        stack.run("down", "--remove-orphans")
        ours = f"label=com.docker.compose.project={stack.project}"
        volumes = ask("volume", "ls", "--quiet", "--filter", ours).split()
    except CannotRunError as error:
        print(f"down: {error}", file=sys.stderr)
        return 1
    print("down: all stopped")
    if volumes:
        print("down: what was recorded stays; to remove it for good: docker volume rm " + " ".join(volumes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
