"""The systemd units that mend a switch that was cut: at boot, and while the host runs (pure)."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from string import Template

from marigraph_host.layout import Layout

__all__ = ["CUT_PATH", "CUT_SERVICE", "MEND", "cut_units", "mend_unit"]

MEND = "marigraph-mend.service"
CUT_PATH = "marigraph-cut.path"
CUT_SERVICE = "marigraph-cut.service"

_MEND = Template("""\
# Written at each deployment of Marigraph.

[Unit]
Description=Marigraph: a switch that was cut is mended before the services start (container)
ConditionPathExists=${journal}
After=docker.service
Wants=docker.service
Before=${units}

[Service]
Type=oneshot
ExecStart=${program} clean --boot

[Install]
WantedBy=marigraph.target
""")

_CUT_PATH = Template("""\
# Written at each deployment of Marigraph.

[Unit]
Description=Marigraph: a switch is under way (container)
# One that a crash of the host has cut is mended at boot.
After=${mend}

[Path]
PathExists=${journal}

[Install]
WantedBy=marigraph.target
""")

_CUT_SERVICE = Template("""\
# Written at each deployment of Marigraph.

[Unit]
Description=Marigraph: waits for the end of a switch, and mends it when it was cut (container)
After=docker.service ${mend}
StartLimitIntervalSec=0

[Service]
Type=exec
# It waits for the lock, which the kernel gives back when a switch ends, however it ends.
ExecStart=${program} clean --wait
# When mending fails, too, it is tried again: the engine may only be away.
Restart=on-failure
RestartSec=15
StandardOutput=append:${log}
StandardError=inherit
""")


def mend_unit(layout: Layout, units: Sequence[str]) -> str:
    """Return the unit that mends a cut switch at boot, before these units start."""
    return _MEND.substitute(_words(layout), units=" ".join(units))


def cut_units(layout: Layout) -> dict[str, str]:
    """Return the units, by name, that mend a switch as soon as it was cut."""
    words = _words(layout)
    return {CUT_PATH: _CUT_PATH.substitute(words), CUT_SERVICE: _CUT_SERVICE.substitute(words)}


def _words(layout: Layout) -> Mapping[str, object]:
    return {
        "journal": layout.journal,
        "program": shlex.join(layout.program()),
        "log": layout.logs / "switch.log",
        "mend": MEND,
    }
