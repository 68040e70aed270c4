"""Delivery: signed webhooks, destinations that fail, are slow, refuse or lead elsewhere, and when to give up."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.alerter.sending.addresses import Address
from services.alerter.sending.apprising import apprised
from services.alerter.sending.courier import Courier, Ledger
from services.alerter.sending.signing import headers_of, key_from
from services.alerter.sending.webhook import Webhook
from services.alerter.telling.attempts import LONGEST_PAUSE, after
from services.alerter.telling.book import MOST_WAITING, Book, Message, settled
from services.alerter.telling.words import Said
from shared.errors import SettingsError
from tests.alerter.scenes import NOW, Place, Scene
from tests.alerter.sink import KEY, SECRET, Sink

END = NOW + timedelta(days=3)


def message(name: str = "msg_1", at: datetime = NOW) -> Message:
    return Message(name, at, Said("a title", ("a line",)), (), ())


async def sent(sink: Sink) -> tuple[str, str]:
    webhook = Webhook(Address("hook", sink.url), [KEY], lambda: datetime.now(UTC))
    try:
        return await webhook.send(message())
    finally:
        await webhook.close()
        sink.close()


def test_a_signature_is_the_one_of_the_specification() -> None:
    # The example that the specification's own libraries are tested with.
    key = key_from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = headers_of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [key])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_webhook_is_signed_and_delivered() -> None:
    sink = Sink()
    assert await sent(sink) == ("delivered", "HTTP 200")
    assert (sink.refused_signatures, sink.ids, sink.got[0]["type"]) == (0, ["msg_1"], "alert.test")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, "delivered"),
        (302, "refused"),
        (307, "refused"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (408, "failed"),
        (410, "ended"),
        (425, "failed"),
        (429, "failed"),
        (500, "failed"),
        (503, "failed"),
    ],
)
async def test_what_a_status_means(status: int, outcome: str) -> None:
    assert (await sent(Sink([status])))[0] == outcome


async def test_no_redirect_is_followed() -> None:
    elsewhere = Sink()
    outcome, why = await sent(Sink([307], location=elsewhere.url))
    elsewhere.close()
    assert (outcome, elsewhere.got) == ("refused", [])
    assert "redirects are not followed" in why
    assert "top-secret" not in why


async def test_a_slow_destination_is_given_up_for_this_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.alerter.sending.webhook.TRY_SECONDS", 0.2)
    assert (await sent(Sink(slow=1)))[0] == "failed"


async def test_nobody_listens_and_no_address_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    webhook = Webhook(Address("hook", f"http://127.0.0.1:{port}/top-secret"), [KEY], lambda: NOW)
    outcome, why = await webhook.send(message())
    await webhook.close()
    assert outcome == "failed"
    assert "top-secret" not in why
    assert str(port) not in why


async def test_a_dead_destination_holds_up_no_other(tmp_path: Path) -> None:
    scene, dead, fine = Scene(tmp_path), Place("dead", [("failed", "dead")] * 99), Place("fine")

    class Hanging(Place):
        async def send(self, message: Message) -> tuple[str, str]:  # type: ignore[override] # it never answers
            await asyncio.sleep(3600)
            return "failed", ""

    hanging = Hanging("hanging")
    scene.desk.book, _ = settled(
        scene.desk.book, [message("msg_1"), message("msg_2")], ["dead", "fine", "hanging"]
    )
    courier = Courier(
        [dead, hanging, fine], Ledger(lambda: scene.desk.book, scene.desk.settle), scene.clock.now
    )
    courier.begin()
    async with asyncio.timeout(5):
        while len(fine.got) < 2:
            await asyncio.sleep(0.01)
    await courier.end()
    assert [one.id for one in fine.got] == ["msg_1", "msg_2"]
    assert {one.to for one in scene.desk.book.waiting} == {("dead", "hanging")}
    assert dead.tries == 1


async def test_order_is_kept_through_failures(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.place.answers = [("failed", "down")] * 2
    await scene.readings([66, 80, 95], END)
    await scene.courier.once()
    assert [news.threshold for news in scene.told] == [75, 90]


def test_pauses_grow_to_a_quarter_of_an_hour_and_a_day_is_the_end() -> None:
    book, _ = settled(Book(), [message()], ["place"])
    now, pauses, given_up = NOW, [], False
    while not given_up:
        book, given_up = after(book, "place", message(), ("failed", "down"), now, 0.5)
        due = book.deliveries["place"].next_at
        assert due is not None
        pauses.append(due - now)
        now = due
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(pauses) == LONGEST_PAUSE
    assert timedelta(hours=24) < now - NOW < timedelta(hours=25)
    assert book.waiting == ()


def test_what_is_refused_is_given_up_after_five_tries_and_the_next_goes_on() -> None:
    book, _ = settled(Book(), [message("msg_1"), message("msg_2")], ["place"])
    outcomes = []
    for _ in range(5):
        book, given_up = after(book, "place", message("msg_1"), ("refused", "HTTP 400"), NOW, 0.5)
        outcomes.append(given_up)
    assert outcomes == [False] * 4 + [True]
    assert [one.id for one in book.waiting] == ["msg_2"]
    assert book.deliveries["place"].refused == 0


def test_the_queue_is_bounded_and_the_oldest_leave() -> None:
    book, given_up = settled(Book(), [message(f"msg_{n}") for n in range(MOST_WAITING + 3)], ["place"])
    assert (len(book.waiting), given_up, book.waiting[0].id) == (MOST_WAITING, 3, "msg_3")


def test_what_waits_for_a_destination_that_is_gone_is_forgotten() -> None:
    book, _ = settled(Book(), [message()], ["old", "kept"])
    book, _ = settled(book, [], ["kept"])
    assert [one.to for one in book.waiting] == [("kept",)]


old_modules = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # one of Apprise's plugins uses it


@old_modules
async def test_apprise_delivers_and_its_failures_name_no_address(capfd: pytest.CaptureFixture[str]) -> None:
    sink = Sink([500])
    url = sink.url.replace("http://", "json://")
    (place,) = apprised([Address("phone", url)])
    assert (await place.send(message()))[0] == "failed"
    assert (await place.send(message()))[0] == "delivered"
    sink.close()
    assert (sink.got[0]["title"], sink.got[0]["message"]) == ("a title", "a line")
    said = capfd.readouterr()
    assert "top-secret" not in said.out + said.err


@old_modules
def test_an_address_that_apprise_does_not_know_is_named_without_its_secret() -> None:
    with pytest.raises(SettingsError) as refused:
        apprised([Address("phone", "nosuch://top-secret")])
    assert refused.value.problems == ["ALERTER_APPRISE_URLS: phone is no address that Apprise understands"]


@pytest.mark.parametrize("secret", ["", "abc", "whsec_", "whsec_%%%", "whsec_c2hvcnQ=", SECRET[6:]])
def test_a_secret_of_another_form_is_refused_unread(secret: str) -> None:
    with pytest.raises(ValueError, match="a webhook's secret is") as refused:
        key_from(secret)
    assert len(secret) < 4 or secret not in str(refused.value) or secret == "whsec_"
