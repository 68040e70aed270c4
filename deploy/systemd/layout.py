"""What the native form consists of, file by file: units, settings and users, filled in for one machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import Template

TEMPLATES = Path(__file__).parent
UNITS = PurePosixPath("/usr/local/lib/systemd/system")
VENV = PurePosixPath("/opt/marigraph/venv")
SETTINGS = PurePosixPath("/etc/marigraph/marigraph.env")
SECRETS = PurePosixPath("/etc/marigraph/secrets")
DESTINATIONS = SECRETS / "alerter"
"""Where the alerter's secrets lie, a file each."""
BUCKET_SECRETS = SECRETS / "aws"
"""Where what opens a bucket lies."""
USERS = PurePosixPath("/usr/local/lib/sysusers.d/marigraph.conf")
DOCUMENTATION = PurePosixPath("/opt/marigraph/systemd.md")
LOCAL = ("127.", "::1", "localhost")
SERVICES = ("receiver", "janitor", "alerter", "scraper")


@dataclass(frozen=True)
class Choice:
    """Which services, where the receiver listens, who opens its port, and how the janitor runs."""

    services: tuple[str, ...] = ("receiver", "janitor")
    host: str = "127.0.0.1"
    port: int = 4000
    activation: str = "socket"
    janitor: str = "service"
    bucket: bool = False
    """Whether the record is in a bucket, and services call out."""

    def problems(self) -> list[str]:
        """Name what is wrong with it, a sentence each."""
        found = [
            f"SERVICES: there is no {name!r}; there are {', '.join(SERVICES)}"
            for name in self.services
            if name not in SERVICES
        ]
        if not self.services:
            found.append(f"SERVICES is empty: name some of {', '.join(SERVICES)}")
        if not 1 <= self.port <= 65535:  # noqa: PLR2004 - the ports there are
            found.append(f"RECEIVER_PORT: {self.port} is no port")
        if self.activation not in {"socket", "tcp"}:
            found.append(f"ACTIVATION: {self.activation!r} is neither socket nor tcp")
        if self.janitor not in {"service", "timer"}:
            found.append(f"JANITOR: {self.janitor!r} is neither service nor timer")
        return found

    @property
    def address(self) -> str:
        """Where the receiver listens, as systemd and an address in the browser write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def units(self) -> tuple[str, ...]:
        """The units that are installed, without drop-ins."""
        found = ["marigraph.target"]
        if "receiver" in self.services:
            found += ["marigraph-receiver.service", "marigraph-keys.path", "marigraph-keys.service"]
            found += ["marigraph-receiver.socket"] if self.activation == "socket" else []
        if "janitor" in self.services and self.janitor == "timer":
            found += ["marigraph-janitor-once.service", "marigraph-janitor-once.timer"]
        elif "janitor" in self.services:
            found.append("marigraph-janitor.service")
        found += [f"marigraph-{name}.service" for name in ("alerter", "scraper") if name in self.services]
        return tuple(found)

    @property
    def enabled(self) -> tuple[str, ...]:
        """The units that are enabled; not the scraper, which needs a login first."""
        return tuple(
            unit
            for unit in self.units
            if unit
            not in {"marigraph-keys.service", "marigraph-janitor-once.service", "marigraph-scraper.service"}
        )

    @property
    def drop_ins(self) -> Mapping[str, Sequence[str]]:
        """The additions to units, in the order in which systemd reads them."""
        found: dict[str, list[str]] = {}
        if "marigraph-receiver.socket" in self.units:
            found["marigraph-receiver.service"] = ["socket.conf"]
        for unit in self.units if self.bucket else ():
            if unit.endswith(".service") and unit not in {
                "marigraph-keys.service",
                "marigraph-scraper.service",
            }:
                found.setdefault(unit, []).append("store.conf")
        return found

    def binding(self, unit: str) -> str:
        """Return what a unit whose network is open may bind."""
        if unit == "marigraph-receiver.service" and self.activation == "tcp":
            return "# It opens its port itself."
        return "# It opens no port; where the kernel can see to it, it cannot.\nSocketBindDeny=any"

    def words(self) -> Mapping[str, str]:
        """Return what the templates' variables stand for."""
        reachable = self.host if self.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 - compared, not bound
        return {
            "python": str(VENV / "bin/python"),
            "documentation": f"file://{DOCUMENTATION}",
            "host": self.host,
            "port": str(self.port),
            "address": self.address,
            "receiver": f"[{reachable}]:{self.port}" if ":" in reachable else f"{reachable}:{self.port}",
            "reach": "localhost" if self.host.startswith(LOCAL) else "any",
        }


def files(choice: Choice) -> dict[PurePosixPath, str]:
    """Return every file with its text, but the settings, which stay as they are once they are there."""
    found = {UNITS / unit: _filled(_template(unit), choice) for unit in choice.units}
    for unit, names in choice.drop_ins.items():
        for name in names:
            found[UNITS / f"{unit}.d" / name] = _filled(_template(name), choice, binding=choice.binding(unit))
    found[USERS] = _filled(_template("marigraph.conf"), choice)
    return found


def _template(name: str) -> Path:
    return TEMPLATES / name if name == "marigraph.target" else TEMPLATES / "native" / name


def _filled(template: Path, choice: Choice, **more: str) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(choice.words(), **more)
