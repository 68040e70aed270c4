"""`python -m services.receiver`: exits 0 when told to stop, 1 when it cannot serve, 2 for bad settings.

With the command `keys` it works on the file of keys instead.
"""

import sys

from services.receiver.keyfile import arguments, command
from shared.leaving import leave


def main() -> int:
    """Do what the command line says; return the exit code."""
    asked = arguments.parse(sys.argv[1:])
    if asked.command == "keys":
        return command.run(asked)
    from services.receiver.serve import serve  # noqa: PLC0415 - keys are made without loading a web server

    return serve()


if __name__ == "__main__":
    leave(main())
