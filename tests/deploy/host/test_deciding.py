"""What the host's program decides from values alone."""

import ast
import io
import json
import threading

import pytest

from marigraph_host import counts, listener, rendering
from marigraph_host.errors import BusyError
from marigraph_host.journal import STEPS, Cure, Journal, cure
from marigraph_host.launching import STOP_SECONDS
from marigraph_host.layout import Layout
from marigraph_host.listening import among, listeners
from marigraph_host.lock import free, held
from marigraph_host.proving import resent
from marigraph_host.releases import superfluous
from marigraph_host.services import TABLE
from marigraph_host.watching import GRACE_SECONDS, Seen, Watched, next_pause, watched

WELL, FAILS = Seen(well=True), Seen(well=False, why="/livez: timed out")
PAUSED, UNKNOWN = Seen(well=False, why="paused", certain=True), Seen(None)


def after(*looks, since=0.0, now=10.0):
    state = Watched(since=since)
    for seen in looks:
        state = watched(state, seen, now)
    return state


def test_three_failures_in_a_row_end_a_service_that_had_answered():
    assert not after(WELL, FAILS, FAILS).hung
    assert not after(WELL, FAILS, FAILS, WELL, FAILS, FAILS).hung
    assert after(WELL, FAILS, FAILS, FAILS).hung


def test_a_paused_container_is_ended_at_the_second_look_also_before_it_answered():
    assert not after(PAUSED).hung
    assert after(PAUSED, PAUSED).hung


def test_what_cannot_be_known_counts_for_nothing():
    assert not after(WELL, FAILS, UNKNOWN, FAILS, UNKNOWN, UNKNOWN).hung
    assert after(WELL, FAILS, UNKNOWN, FAILS, FAILS).hung


def test_a_service_that_reads_a_large_store_at_its_start_is_given_time_but_not_for_ever():
    assert not after(*[FAILS] * 50, now=GRACE_SECONDS - 1).hung
    assert after(*[FAILS] * 3, now=GRACE_SECONDS + 1).hung


def test_pauses_between_tries_double_up_to_five_minutes():
    planned, pauses = None, []
    for _ in range(9):
        planned = next_pause(planned, now=0.0)
        pauses.append(planned.pause)
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]


@pytest.mark.parametrize("step", STEPS)
def test_a_cut_switch_changed_nothing_before_the_flip_is_undone_after_it_and_finished_once_it_passed(step):
    expected = {"restart": Cure.UNDO, "flip": Cure.UNDO, "verify": Cure.UNDO, "tidy": Cure.FINISH}
    assert cure(Journal("old", "new", step)) is expected.get(step, Cure.FORGET)


def test_a_step_that_another_release_invented_leads_back():
    assert cure(Journal("old", "new", "teleport")) is Cure.UNDO
    assert cure(None) is Cure.NONE


def test_three_releases_stay_and_one_that_never_served_goes_unless_it_is_on_its_way():
    served = ["r1", "r2", "r3", "r4"]
    assert superfluous(served, ["r0", *served, "r5"], now="r4") == ["r0", "r1"]
    assert superfluous(["r1"], ["r1"], now="r1") == []


def test_after_a_roll_back_the_release_that_serves_stays():
    assert superfluous(["r1", "r2", "r3", "r4"], ["r1", "r2", "r3", "r4"], now="r1") == ["r2"]


STORED = {"lastUpdated": "2026-11-22T12:00:00Z", "receivedAt": "2026-11-22T12:00:01Z", "currentSession": {}}


def test_a_version_is_sent_again_as_it_came():
    sent = json.loads(resent(json.dumps(STORED).encode()) or b"")
    assert sent == {"lastUpdated": "2026-11-22T12:00:00Z", "currentSession": {}}


@pytest.mark.parametrize(
    "change",
    [
        {
            "lastUpdated": "2026-11-22T12:00:09Z"
        },  # a clock ahead: it was named by its arrival, and would be again
        {"lastUpdated": "2026-11-22T14:00:00+02:00"},
        {"receivedAt": ""},
    ],
)
def test_a_version_that_would_be_stored_a_second_time_is_not_sent(change):
    assert resent(json.dumps(STORED | change).encode()) is None


def test_a_listening_socket_is_found_by_its_port_and_state():
    table = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65532 0 111 1 0\n"
        "   1: 0100007F:0FA0 0100007F:9999 01 00000000:00000000 00:00000000 00000000 65532 0 222 1 0\n"
        "   2: 0100007F:0FA1 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65532 0 333 1 0\n"
    )
    assert listeners(table, 4000) == {"111"}


def test_a_process_that_nobody_may_look_into_is_not_taken_for_one_that_does_not_listen():
    assert among([set(), {"111"}], {"111"}) is True
    assert among([set(), None], {"111"}) is None
    assert among([{"9"}, set()], {"111"}) is False


def test_stop_times_fit_inside_each_other():
    text = rendering.supervisord_conf(Layout(), TABLE)
    waits = {int(line.split("=")[1]) for line in text.splitlines() if line.startswith("stopwaitsecs = 2")}
    assert 10 < STOP_SECONDS < min(waits)
    assert "TimeoutStopSec=45" in rendering.boot_unit(Layout(), "/usr/bin/supervisord")


def test_supervisords_socket_is_private_and_it_opens_no_port():
    text = rendering.supervisord_conf(Layout(), TABLE)
    assert "chmod = 0700" in text
    assert "inet_http_server" not in text
    assert "programs = receiver,janitor,scraper" in text


def test_counts_go_on_over_restarts_and_an_end_that_nobody_saw_is_counted(tmp_path):
    counted = counts.read(tmp_path, "receiver").started()
    counts.write(tmp_path, "receiver", counted)
    again = counts.read(tmp_path, "receiver").started().ended("memory")
    counts.write(tmp_path, "receiver", again)
    shown = (tmp_path / "host-receiver.prom").read_text()
    assert 'marigraph_host_starts_total{service="receiver"} 2\n' in shown
    assert 'marigraph_host_ends_total{service="receiver",how="lost"} 1\n' in shown
    assert 'marigraph_host_ends_total{service="receiver",how="memory"} 1\n' in shown
    assert 'marigraph_host_up{service="receiver"} 0\n' in shown


def test_supervisords_events_are_answered_one_by_one():
    heard = io.StringIO("ver:3.0 len:5 eventname:TICK_5\nwhen:ver:3.0 len:0 eventname:PROCESS_STATE_FATAL\n")
    told = io.StringIO()
    assert list(listener.events(heard, told)) == ["TICK_5", "PROCESS_STATE_FATAL"]
    assert told.getvalue() == "READY\nRESULT 2\nOKREADY\nRESULT 2\nOKREADY\n"


def test_a_program_without_a_sign_of_life_is_silent_and_a_new_one_is_not():
    assert listener.silent(known_since=0.0, beat=1.0, now=20.0)
    assert listener.silent(known_since=0.0, beat=None, now=20.0)
    assert not listener.silent(known_since=0.0, beat=19.0, now=20.0)
    assert not listener.silent(known_since=18.0, beat=1.0, now=20.0)


def test_one_at_a_time_and_who_comes_second_is_told_who_is_first(tmp_path):
    path = tmp_path / "run" / "lock"
    with held(path, "switch to r2"):
        assert not free(path)
        with pytest.raises(BusyError, match="switch to r2, process"), held(path, "rollback"):
            pass
    assert free(path)


def test_who_waits_for_the_lock_has_it_after_the_one_who_holds_it(tmp_path):
    path, order = tmp_path / "lock", []

    def waits():
        with held(path, "clean", wait=True):
            order.append("clean")

    waiter = threading.Thread(target=waits)
    with held(path, "switch"):
        waiter.start()
        waiter.join(0.1)
        order.append("switch")
    waiter.join(10)
    assert order == ["switch", "clean"]


def test_the_program_is_written_for_the_python_that_hosts_have(repository):
    for path in (repository / "deploy/ec2/host").rglob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 9))
