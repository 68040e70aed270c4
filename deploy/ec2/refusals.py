"""How a deployment can fail on this side, and with which exit code it says so."""

__all__ = [
    "BUSY",
    "FAILED_BACK",
    "MISUSED",
    "NEEDS_PERSON",
    "BusyError",
    "CutError",
    "DeployError",
    "MisuseError",
]

MISUSED, FAILED_BACK, NEEDS_PERSON, BUSY = 2, 3, 4, 5
"""Bad arguments or settings; failed, what served serves on; a person has to look; another is at work."""


class DeployError(Exception):
    """It cannot be done; what served before serves on. The text says why and what to do."""

    code = FAILED_BACK


class MisuseError(DeployError):
    """Bad arguments or settings; nothing was begun."""

    code = MISUSED


class BusyError(DeployError):
    """Another deploy is at work on the host."""

    code = BUSY


class CutError(DeployError):
    """The ssh connection ended in the middle."""
