"""Keys, known only by commands, the file and HTTP: followed, rotated, revoked, and what each opens."""

import json
import shlex
import subprocess

import pytest

from tests.system.conftest import USAGE, fetch, wait_until
from tests.system.keyed import READING, SNAPSHOTS, STOPS_WITHIN, Keyed


@pytest.mark.parametrize("content", [None, "", '{"keys": []}'])
def test_without_a_key_it_does_not_start_and_the_command_it_names_makes_one(
    keyed: Keyed, content: str | None
) -> None:
    if content is not None:
        keyed.file.parent.mkdir()
        keyed.file.write_text(content)
    said = keyed.refused()
    command = next(line.strip() for line in said.splitlines() if " keys add " in line)
    done = subprocess.run(
        shlex.split(command), cwd=keyed.repository, env={}, capture_output=True, text=True, check=True
    )
    keyed.start()
    assert keyed.opens(done.stdout.strip())
    assert done.stdout.strip() not in done.stderr + keyed.log.read_text()
    assert oct(keyed.file.stat().st_mode & 0o777) == ("0o600" if content is None else "0o644")


def test_with_no_key_and_no_file_named_it_names_both_ways(keyed: Keyed) -> None:
    said = keyed.refused(RECEIVER_KEYS_FILE="")
    assert "CLAUDE_SYNC_API_KEY" in said
    lines = [line.strip() for line in said.splitlines()]
    script = "\n".join(line for line in lines if " keys add " in line or line.startswith("export "))
    subprocess.run(
        ["sh", "-c", f'{script}\ntest -s "$RECEIVER_KEYS_FILE"'],
        cwd=keyed.repository,
        env={"HOME": str(keyed.folder)},
        capture_output=True,
        check=True,
    )


def test_a_key_counts_without_a_restart_and_a_revoked_one_stops(keyed: Keyed) -> None:
    first = keyed.add("first")
    keyed.start()
    assert keyed.opens(first)
    second = keyed.add("second", "--read")
    wait_until(lambda: keyed.opens(second), STOPS_WITHIN, "the new key opening")
    keyed.keys("revoke", "first")
    keyed.stops(first, "the revoked key stopping")
    assert keyed.opens(second)
    keyed.keys("revoke", second[:11])  # by its prefix
    keyed.stops(second, "the key revoked by its prefix stopping")
    log = keyed.log.read_text()
    assert first[:11] in log
    assert first not in log


def test_a_rotated_key_and_its_successor_overlap(keyed: Keyed) -> None:
    old = keyed.add("laptop", "--read", "--account", "*")
    keyed.start()
    new = keyed.keys("rotate", "laptop", "--overlap", "4s").stdout.strip()
    wait_until(lambda: keyed.opens(new), STOPS_WITHIN, "the successor opening")
    assert keyed.opens(old)
    wait_until(lambda: keyed.get(old)[0] == 401, 4 + STOPS_WITHIN, "the old key stopping")
    assert keyed.opens(new)
    assert [(one["accounts"], one["scopes"], one["state"]) for one in keyed.listed()] == [
        (["*"], ["read"], "expired"),
        (["*"], ["read"], "valid"),
    ]


@pytest.mark.parametrize("way", ["renamed over", "edited in place", "entry deleted, comma left", "deleted"])
def test_a_key_that_leaves_the_file_stops_whichever_way_it_left(keyed: Keyed, way: str) -> None:
    gone, stays = keyed.add("gone"), keyed.add("stays")
    keyed.start()
    assert keyed.opens(gone)
    content = json.loads(keyed.file.read_text())
    left = json.dumps({"keys": [one for one in content["keys"] if one["name"] != "gone"]})
    if way == "renamed over":
        other = keyed.file.with_name("other")
        other.write_text(left)
        other.rename(keyed.file)
    elif way == "edited in place":
        keyed.file.write_text(left)
    elif way == "deleted":
        keyed.file.unlink()
    else:
        keyed.file.write_text(left.replace("]}", ",]}"))
    keyed.stops(gone, f"the key that was {way} stopping")
    if way != "deleted":
        assert keyed.opens(stays)
    again = keyed.add("again") if way != "entry deleted, comma left" else None
    if again:
        wait_until(lambda: keyed.opens(again), STOPS_WITHIN, "a new key opening")


def test_a_broken_file_keeps_the_last_keys_and_is_told_in_log_health_and_metrics(keyed: Keyed) -> None:
    key, revoked = keyed.add("laptop"), keyed.add("lost")
    keyed.start()
    keyed.keys("revoke", "lost")
    keyed.stops(revoked, "the revoked key stopping")
    whole = keyed.file.read_text()
    keyed.file.write_text("{nonsense")

    def told() -> bool:
        return "broken" in str(fetch(f"{keyed.address}/readyz")[1])

    wait_until(told, STOPS_WITHIN, "the broken file being told")
    assert keyed.opens(key)
    assert keyed.get(revoked)[0] == 401
    assert str(keyed.file) in keyed.log.read_text()
    assert str(keyed.file) not in str(fetch(f"{keyed.address}/readyz"))
    metrics = subprocess.run(
        ["curl", "-s", f"{keyed.address}/metrics"], capture_output=True, text=True, check=True
    )
    assert "marigraph_keys_file_broken 1.0" in metrics.stdout
    keyed.file.write_text(whole)
    wait_until(lambda: not told(), STOPS_WITHIN, "the file being whole again")
    assert keyed.opens(key)


def test_the_environments_key_opens_beside_the_file_and_the_file_can_revoke_it(keyed: Keyed) -> None:
    minted = keyed.add("laptop")
    keyed.start(CLAUDE_SYNC_API_KEY=minted)
    assert keyed.opens(minted)
    keyed.keys("revoke", "laptop")
    keyed.stops(minted, "the revoked key of the environment stopping")
    keyed.stop()
    assert "not valid any more" in keyed.refused(CLAUDE_SYNC_API_KEY=minted)
    keyed.start(CLAUDE_SYNC_API_KEY="another-key-that-is-long-enough")
    assert keyed.opens("another-key-that-is-long-enough")
    assert not keyed.opens(minted)


def test_a_missing_file_is_waited_for_while_the_environments_key_opens(keyed: Keyed) -> None:
    keyed.start(CLAUDE_SYNC_API_KEY="hunter2")
    assert keyed.opens("hunter2")
    assert "weak key" in keyed.log.read_text()
    assert fetch(f"{keyed.address}/readyz")[1]["checks"]["keys"] == "ok"
    key = keyed.add("laptop")
    wait_until(lambda: keyed.opens(key), STOPS_WITHIN, "the first key of the file opening")


def test_each_scope_does_its_own_and_no_account_learns_of_another(keyed: Keyed) -> None:
    reads, writes = keyed.add("reads", "--read"), keyed.add("writes", "--scope", "write")
    work, admin = keyed.add("work", "--account", "work"), keyed.add("admin", "--admin", "--account", "*")
    keyed.start()
    assert keyed.post(reads) == 403
    assert keyed.post(writes) == 201
    assert keyed.get(writes)[0] == 403
    assert keyed.get(reads)[0] == 200
    assert keyed.post(admin, "work", 1) == 201
    assert keyed.get(admin, SNAPSHOTS.format("work"))[0] == 200
    for method in ("GET", "POST"):  # of an account that has versions, and of one that nobody has
        answers = [
            fetch(f"{keyed.address}{SNAPSHOTS.format(account)}", method=method, body=READING, key=work)
            for account in ("default", "nobody")
        ]
        for status, body in answers:
            assert status == 403
            body.pop("requestId")
        assert answers[0] == answers[1]
    accounts = "/api/v1/accounts"
    assert [one["account"] for one in keyed.get(work, accounts)[1]["accounts"]] == ["work"]
    assert len(keyed.get(admin, accounts)[1]["accounts"]) == 2
    assert fetch(f"{keyed.address}{USAGE}", key=work)[0] == 403


def test_wrong_keys_are_slowed_down_and_a_made_key_is_not(keyed: Keyed) -> None:
    key = keyed.add("laptop")
    keyed.start(RECEIVER_FAILED_KEYS_PER_MINUTE="5", CLAUDE_SYNC_API_KEY="chosen-by-a-person-long-ago")
    statuses = [keyed.get(f"guess-{number}")[0] for number in range(12)]
    assert statuses[:5] == [401] * 5
    assert set(statuses[6:]) == {429}
    assert keyed.get("chosen-by-a-person-long-ago")[0] == 429  # not even looked at
    assert keyed.opens(key)
    said = keyed.log.read_text()
    assert said.count("key refused") == 1
    assert "guess-" not in said
    wait_until(lambda: keyed.opens("chosen-by-a-person-long-ago"), 20, "the lock ending")


def test_behind_a_proxy_each_client_waits_for_its_own_guesses_only(keyed: Keyed) -> None:
    chosen = "chosen-by-a-person-long-ago"
    keyed.start(RECEIVER_PROXIES="1", RECEIVER_FAILED_KEYS_PER_MINUTE="1", CLAUDE_SYNC_API_KEY=chosen)
    guesser, other = "6.6.6.6, 2001:db8:1:2::3", "2001:db8:1:3::3"
    assert keyed.status("guess", X_Forwarded_For=guesser) == 401
    assert keyed.status("guess", X_Forwarded_For=guesser.replace("6.6.6.6", "7.7.7.7")) == 429
    assert keyed.status(chosen, X_Forwarded_For="2001:db8:1:2::ffff") == 429  # the same network
    assert keyed.status(chosen, X_Forwarded_For=other) == 404
    assert keyed.status(chosen) == 404
    assert "2001:db8:1:2::/64" in keyed.log.read_text()  # of the guesses
    wait_until(lambda: "2001:db8:1:3::3" in keyed.log.read_text(), 5, "the line of a request")


def test_a_key_that_asks_too_much_is_told_when_to_come_again(keyed: Keyed) -> None:
    eager, other = keyed.add("eager"), keyed.add("other")
    keyed.start(RECEIVER_KEY_REQUESTS_PER_MINUTE="20")
    statuses = [keyed.get(eager)[0] for _ in range(25)]
    assert statuses.count(404) >= 20
    assert statuses[-1] == 429
    assert keyed.opens(other)
    answer = subprocess.run(
        ["curl", "-si", "-H", f"X-API-Key: {eager}", keyed.address + USAGE],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.lower()
    assert "retry-after: " in answer


def test_an_open_stream_of_events_ends_with_its_key_and_no_other_does(keyed: Keyed) -> None:
    lost, kept = keyed.add("lost", "--read"), keyed.add("kept", "--read", "--write")
    keyed.start()
    streams = {key: keyed.listen(key) for key in (lost, kept)}
    keyed.keys("revoke", "lost")
    wait_until(lambda: streams[lost].poll() is not None, STOPS_WITHIN, "the stream of the revoked key ending")
    assert keyed.post(kept) == 201
    assert streams[kept].poll() is None
    content = json.loads(keyed.file.read_text())
    content["keys"][1]["scopes"] = ["write"]  # less is opened than before
    keyed.file.write_text(json.dumps(content))
    wait_until(
        lambda: streams[kept].poll() is not None, STOPS_WITHIN, "the stream of the narrowed key ending"
    )
    assert keyed.post(kept, minute=1) == 201


def test_a_scrapers_key_need_not_read_to_be_asked_for_a_scrape_and_a_screens_key_cannot_take_one(
    keyed: Keyed,
) -> None:
    writes, reads = keyed.add("writes", "--write"), keyed.add("reads", "--read")
    keyed.start()
    scrape = "/api/v1/accounts/default/scrape"
    fetching = f"{scrape}?collector=laptop"
    assert [keyed.get(key, scrape)[0] for key in (writes, reads)] == [403, 200]
    assert [keyed.get(key, fetching)[0] for key in (writes, reads)] == [204, 403]
    assert [fetch(keyed.address + scrape, method="POST", key=key)[0] for key in (writes, reads)] == [202, 403]
    assert keyed.get(writes, fetching)[0] == 200
