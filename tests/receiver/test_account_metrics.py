"""What /metrics tells of accounts: to a key, of those that it may read, and nothing that is not known."""

from prometheus_client.parser import text_string_to_metric_families

from tests.receiver.conftest import OTHER, READ_ONLY, Receiver
from tests.receiver.v1_calls import NOON, reading, send

WORK = "/api/v1/accounts/work/snapshots"


async def figures(receiver: Receiver, key: str | None) -> dict[tuple[str, ...], float]:
    status, text, _ = await receiver.get("/metrics", key=key)
    assert status == 200
    return {
        (sample.name.removeprefix("marigraph_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_key_is_told_of_the_accounts_that_it_may_read_and_of_no_other(receiver):
    await send(receiver, reading(55, 47))
    await send(receiver, reading(50, 99), path=WORK, key=OTHER)
    told = await figures(receiver, READ_ONLY)
    assert told["utilization_ratio", "default", "session"] == 0.47
    assert told["store_versions", "default"] == 1
    assert not any("work" in name for name in told)
    assert (await figures(receiver, OTHER))["utilization_ratio", "work", "session"] == 0.99


async def test_without_a_key_no_account_is_named(receiver):
    await send(receiver, reading(55, 47))
    told = await figures(receiver, None)
    assert told["snapshots_total", "stored"] == 1
    assert not any("default" in name for name in told)


async def test_a_wrong_key_is_refused_rather_than_told_less(receiver):
    assert (await receiver.get("/metrics", key="wrong"))[0] == 401


async def test_how_full_a_limit_is_after_its_reset_is_unknown_not_zero(receiver):
    document = reading(50, 80)
    document["currentSession"]["resetsAt"] = "2026-11-22T11:58:00Z"
    document["weeklyLimits"] = {
        "allModels": {"percentageUsed": 31, "resetsIn": "Thu", "resetsAt": "2026-11-26T07:00:00Z"}
    }
    await send(receiver, document)
    told = await figures(receiver, READ_ONLY)
    assert ("utilization_ratio", "default", "session") not in told
    assert ("reset_timestamp_seconds", "default", "session") not in told
    assert told["utilization_ratio", "default", "weekly"] == 0.31
    assert told["reset_timestamp_seconds", "default", "weekly"] > NOON.timestamp()
    assert told["observation_timestamp_seconds", "default"] == NOON.timestamp() - 600


async def test_a_limit_that_could_not_be_read_has_no_figure(receiver):
    document = reading(50, 80, isPartial=True, extractionErrors={"weeklyLimits.allModels": "not found"})
    await send(receiver, document)
    told = await figures(receiver, READ_ONLY)
    assert ("utilization_ratio", "default", "weekly") not in told
    assert told["utilization_ratio", "default", "session"] == 0.8
