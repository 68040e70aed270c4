"""The units that mend a switch that was cut."""

import subprocess

import pytest

from marigraph_host.layout import Layout
from marigraph_host.mendunits import CUT_PATH, CUT_SERVICE, MEND, cut_units, mend_unit
from marigraph_host.rendering import boot_unit

SERVICES = ["marigraph-receiver.service", "marigraph-janitor.service"]


def test_at_boot_a_cut_switch_is_mended_before_any_service_starts():
    text = mend_unit(Layout(), SERVICES)
    assert f"Before={' '.join(SERVICES)}\n" in text
    assert "ConditionPathExists=/opt/marigraph/switch.json\n" in text
    for written in (text, boot_unit(Layout(), "/usr/bin/supervisord")):
        assert "/opt/marigraph/current/host clean --boot\n" in written


def test_a_switch_is_waited_for_from_its_first_step_and_after_what_is_mended_at_boot():
    units = cut_units(Layout())
    assert "PathExists=/opt/marigraph/switch.json\n" in units[CUT_PATH]
    assert "/opt/marigraph/current/host clean --wait\n" in units[CUT_SERVICE]
    for text in units.values():
        assert any(MEND in line for line in text.splitlines() if line.startswith("After="))


@pytest.mark.systemd
def test_they_are_units_that_systemd_understands(tmp_path):
    others = dict.fromkeys([*SERVICES, "docker.service"], "[Service]\nExecStart=/bin/true\n")
    units = {MEND: mend_unit(Layout(), SERVICES), **cut_units(Layout()), **others}
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    ours = [str(tmp_path / name) for name in (MEND, CUT_PATH, CUT_SERVICE)]
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *ours], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
