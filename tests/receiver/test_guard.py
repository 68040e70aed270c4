"""How wrong keys are kept slow, whose address counts, and how often a key may ask."""

import pytest

from services.receiver.admission.addresses import client_of, network_of
from services.receiver.admission.guard import Buckets, Guard, Limits
from services.receiver.keyfile.minting import mint

GUESS = "a-guess"


def test_a_minutes_worth_may_be_taken_at_once_and_comes_back_evenly() -> None:
    buckets = Buckets(6)
    assert [buckets.take("a", 0.0) for _ in range(6)] == [0.0] * 6
    assert buckets.take("a", 0.0) == pytest.approx(10, abs=0.01)
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 10.0) == 0.0
    assert buckets.take("a", 10.0) == pytest.approx(10, abs=0.01)
    assert [buckets.take("a", 1000.0) for _ in range(6)] == [0.0] * 6
    assert buckets.take("a", 1000.0) > 0


def test_one_a_minute_and_any_number_are_limits_too() -> None:
    assert [Buckets(1).take("a", 5.0), Buckets(0).wait("a", 5.0)] == [0.0, 0.0]
    once, never = Buckets(1), Buckets(0)
    once.take("a", 5.0)
    assert once.take("a", 64.0) == pytest.approx(1, abs=0.01)
    assert not any(never.take("a", 5.0) for _ in range(10_000))


def test_after_too_many_failures_an_address_waits_and_no_other_does() -> None:
    guard = Guard(Limits(failures=3))
    assert guard.wary_until < 0
    assert [guard.failed("192.0.2.1", 0.0) for _ in range(3)] == [0.0] * 3
    assert guard.wait_before("192.0.2.1", GUESS, 1.0) == pytest.approx(19, abs=0.01)
    assert guard.wait_before("192.0.2.2", GUESS, 1.0) == 0.0
    assert guard.wary_until == pytest.approx(20, abs=0.01)
    assert guard.wait_before("192.0.2.1", GUESS, 21.0) == 0.0


def test_a_key_of_our_own_form_need_not_wait_for_what_others_do_behind_its_address() -> None:
    guard = Guard(Limits(failures=1))
    guard.failed("192.0.2.1", 0.0)
    assert guard.wait_before("192.0.2.1", GUESS, 1.0) > 0
    assert guard.wait_before("192.0.2.1", mint(), 1.0) == 0.0


def test_waiting_is_not_made_longer_by_asking_meanwhile() -> None:
    guard = Guard(Limits(failures=1))
    guard.failed("192.0.2.1", 0.0)
    for second in range(50):
        guard.failed("192.0.2.1", float(second))
    assert guard.wait_before("192.0.2.1", GUESS, 50.0) == pytest.approx(10, abs=0.01)


def test_a_log_line_is_due_once_a_minute_with_what_came_since() -> None:
    guard = Guard()
    assert [guard.to_tell("a", second) for second in (0.0, 1.0, 2.0, 61.0, 62.0)] == [1, 0, 0, 3, 0]
    assert guard.to_tell("b", 2.0) == 1


def test_what_is_kept_about_addresses_is_bounded() -> None:
    guard = Guard()
    for number in range(12_000):
        guard.failed(str(number), 0.0)
        guard.to_tell(str(number), 0.0)
    assert len(guard._told) == len(guard._failures._full_at) == 10_000


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        (["203.0.113.9"], 0, "198.51.100.1"),  # nobody is trusted
        (["203.0.113.9"], 1, "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9"], 1, "203.0.113.9"),  # what the client made up stands left
        (["6.6.6.6", "203.0.113.9, 10.0.0.2"], 2, "203.0.113.9"),
        (["203.0.113.9:4711"], 1, "203.0.113.9"),
        (["[2001:db8::1]:4711"], 1, "2001:db8::1"),
        (["2001:db8::1"], 1, "2001:db8::1"),
        ([], 1, "198.51.100.1"),
        (["unknown"], 1, "198.51.100.1"),
        (["fe80::1%eth0\x1b[31m forged"], 1, "fe80::1"),  # it goes into the log
        (["203.0.113.9"], 2, "198.51.100.1"),
    ],
)
def test_the_client_is_who_the_outermost_trusted_proxy_saw(forwarded, proxies, client) -> None:
    assert client_of("198.51.100.1", forwarded, proxies) == client


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "local"),
    ],
)
def test_failures_are_counted_by_ipv4_address_and_ipv6_network(address: str, network: str) -> None:
    assert network_of(address) == network
