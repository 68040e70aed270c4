"""`make ec2-copy`: the record out of the folder of EC2_HOST into the bucket that STORE_URL names.

Receivers go on meanwhile, with the one or the other: what is in the bucket stays, nothing in the folder is
changed. Exit codes: 0 all of the folder is in the bucket, 2 wrong usage, 3 something is not.
"""

import os
import sys

import wishes as wishing
from backup import see_deployed, work
from link import Link
from looking import present_settings
from own_secrets import bring_texts, taken
from refusals import DeployError, MisuseError
from wishes import Wishes

from marigraph_host.record import settings_of_record


def main() -> int:
    """Copy as the environment says."""
    try:
        wishes = wishing.read(os.environ)
        with Link(wishes.host, wishes.options) as link:
            _copy(link, wishes)
    except DeployError as error:
        print(f"ec2: FAILED: {error}", file=sys.stderr)
        return error.code
    return 0


def _copy(link: Link, wishes: Wishes) -> None:
    present = present_settings(link, see_deployed(link))
    settings, secrets = taken(wishing.host_settings(wishes, present))
    if not settings.get("STORE_URL"):
        raise MisuseError("STORE_URL names the bucket to copy into: STORE_URL=s3://bucket/prefix")
    bring_texts(link, secrets)
    given = [f"{name}={value}" for name, value in settings_of_record(settings).items()]
    if link.show(work("copy", *given), root=True):
        raise DeployError("not all of the folder is in the bucket (see above); nothing was overwritten")


if __name__ == "__main__":
    sys.exit(main())
