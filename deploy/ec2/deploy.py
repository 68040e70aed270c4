"""`make deploy-ec2`: build the images, prepare the host, ship what it lacks, switch.

Exit codes: 0 done; 2 bad arguments or settings; 3 failed, what served before serves on; 4 failed, and a
person has to look; 5 another deploy is at work on the host. (`make` itself ends with 2 and names the code.)
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import bundle
import fronting
import preparing
import shipping
import supervisor_wheel
import wishes as wishing
from asking import show_status
from link import Link
from looking import PROBE, Host, parse, present_settings
from minded import Minded
from own_secrets import bring_key, bring_texts, taken
from plan import REPOSITORY
from refusals import BUSY, FAILED_BACK, MISUSED, NEEDS_PERSON, DeployError
from shipping import Cargo
from wishes import Wishes

from marigraph_host.services import wanted

BUILD = REPOSITORY / "build" / "ec2"


def main() -> int:
    """Deploy as the environment says."""
    try:
        wishes = wishing.read(os.environ)
        with Link(wishes.host, wishes.options) as link:
            return _deploy(link, wishes)
    except DeployError as error:
        say(f"FAILED: {error}", complaint=True)
        return error.code
    except KeyboardInterrupt:
        say(
            "stopped. What was shipped is removed; a switch under way goes on by itself: make ec2-status",
            complaint=True,
        )
        return DeployError.code


def _deploy(link: Link, wishes: Wishes) -> int:
    host = _look(link)
    settings, secrets = taken(wishing.host_settings(wishes, present_settings(link, host)))
    fronting.refuse_domain(host, settings)
    names = _images(wishes, settings, host)
    with tempfile.TemporaryDirectory(dir=_made(BUILD), prefix="images.") as folder:
        cargo = Cargo.gathered(Path(folder), names, link)
        arch = shipping.engine_architecture()
        preparing.refuse(host, supervision=wishes.supervision, architecture=arch, ship_bytes=cargo.unpacked)
        _prepare(link, host, wishes, settings)
        version, revision = shipping.revision_of(next(iter(names)))
        release = bundle.release_name(datetime.now(UTC), revision)
        with Minded(link, release) as minded:
            made = {
                "name": release,
                "version": version,
                "revision": revision,
                "supervision": wishes.supervision,
            }
            _ship(link, cargo, release, made, settings)
            say(bring_key(link, host, wishes.environ))
            bring_texts(link, secrets)
            say(f"switching {link.host} to {release} (version {version})")
            code = minded.switch()
    return _conclude(link, code, fronting.way_there(settings, wishes.host, wishes.options))


def _look(link: Link) -> Host:
    host = parse(link.run(PROBE))
    preparing.see_root(host)
    link.sudo = "" if host.uid == "0" else "sudo -n"
    serves = f"it serves {host.release}" if host.release else "nothing is deployed there yet"
    say(f"{link.host} is {host.system}, {host.architecture}; {serves}")
    return host


def _images(wishes: Wishes, settings: dict[str, str], host: Host) -> dict[str, str]:
    """Build the images of the services that will run; return their names and services."""
    preparing.refuse(
        host, supervision=wishes.supervision, architecture=shipping.engine_architecture(), ship_bytes=0
    )
    services = [service.name for service in wanted(settings)]
    if wishes.environ.get("EC2_BUILD", "1") != "0":
        script = REPOSITORY / "deploy" / "containers" / "images.sh"
        environ = os.environ | {"MARIGRAPH_TAG": wishes.tag}
        if subprocess.run([script, *services], env=environ, check=False).returncode:  # noqa: S603 - our own
            raise DeployError("the images could not be built (see above); nothing was changed on the host")
    return {f"marigraph-{service}:{wishes.tag}": service for service in services}


def _prepare(link: Link, host: Host, wishes: Wishes, settings: dict[str, str]) -> None:
    for step in (*preparing.steps(host), *fronting.steps_of_domain(host, settings)):
        if step.words:
            say(step.words)
        link.run(step.command, root=True, doing=step.words.partition(" (")[0])
    version = supervisor_wheel.wanted_version()
    if preparing.needs_supervisor(host, supervision=wishes.supervision, version=version):
        say(f"bringing supervisor {version}, in an environment of its own")
        supervisor_wheel.bring(link)


def _ship(link: Link, cargo: Cargo, release: str, made: dict[str, object], settings: dict[str, str]) -> None:
    every = sum(len(image.layers) for image in cargo.images)
    say(f"shipping {len(cargo.lacking)} of {every} layers ({cargo.unpacked / 1e6:.1f} MB unpacked)")
    count = cargo.ship(link, release)
    images = shipping.loaded(link, release, cargo.images)
    folder = bundle.packed({**made, "images": images}, wishing.rendered(settings))
    count += link.send(bundle.UNPACK.format(release=release), [folder], root=True)
    say(f"shipped {count / 1e6:.2f} MB ({count} bytes)")


def _conclude(link: Link, code: int, way_there: str) -> int:
    if code == 0:
        say(way_there)
        show_status(link)
        return 0
    words = {
        FAILED_BACK: "the new version failed (see above); what served serves on, the host is left clean",
        MISUSED: "the host refused it (see above), and nothing was begun",
        BUSY: "another one is at work on the host (see above)",
        NEEDS_PERSON: "the switch failed, and so did the way back: look at make ec2-status and make ec2-logs",
    }
    cut = "the switch was cut on the host, which finishes or undoes it by itself: make ec2-status tells which"
    say(f"FAILED: {words.get(code, cut)}", complaint=True)
    return code if code in words else FAILED_BACK


def say(text: str, *, complaint: bool = False) -> None:
    """Tell the developer one thing."""
    print(f"deploy-ec2: {text}", file=sys.stderr if complaint else sys.stdout, flush=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
