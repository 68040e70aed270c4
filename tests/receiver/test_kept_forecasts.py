"""What forecasts stand on is kept between questions, and follows what arrives."""

from datetime import UTC, timedelta

from msgspec.structs import replace

from services.receiver.forecasting.kept_forecasts import KeptForecasts
from shared.insight.days import Day, day_of
from shared.insight.forecast.expecting import expected
from shared.insight.forecast.paths import Question
from tests.insight.stories import at, told

RESET = at("14:00")


def read_until(hour: int) -> list[Day]:
    """Two days with a reading each hour, until some hour of the second."""
    yesterday = at("00:00") - timedelta(days=1)
    days = []
    for midnight, hours in ((yesterday, 24), (at("00:00"), hour + 1)):
        moments = [midnight + timedelta(hours=n) for n in range(hours)]
        days.append(day_of(f"{midnight:%Y-%m-%d}", [told(moment, 10, RESET) for moment in moments]))
    return days


async def test_a_trail_is_joined_once_and_again_when_more_was_read() -> None:
    kept, days = KeptForecasts(), read_until(9)
    first = (await kept.trails("default", days, {}))["session"]
    assert (await kept.trails("default", days, {}))["session"] is first
    more = (await kept.trails("default", [days[0], read_until(10)[1]], {}))["session"]
    assert more.seconds[-1] == at("10:00").timestamp()


async def test_other_days_have_another_trail_and_another_account_its_own() -> None:
    kept, days = KeptForecasts(), read_until(9)
    both = (await kept.trails("default", days, {}))["session"]
    today = (await kept.trails("default", days[1:], {}))["session"]
    assert len(today.edges) < len(both.edges)
    other = (await kept.trails("work", days[1:], {}))["session"]
    assert other == today
    assert other is not today


async def test_what_is_expected_is_kept_until_something_else_is_read() -> None:
    kept = KeptForecasts()
    uses = (await kept.trails("default", read_until(9), {}))["session"].uses
    now = int(at("09:00").timestamp())
    asked = Question(now=now, level=10.0, reset=now + 5 * 3600, uses=uses, busy=uses, zone=UTC)
    first = kept.expected("default", "session", asked, 2.0)
    assert first == expected(asked, 2.0)
    assert kept.expected("default", "session", replace(asked), 2.0) is first
    for other, pace in (
        (replace(asked, level=12.0), 2.0),
        (asked, 3.0),
        (replace(asked, now=now + 300), 2.0),
    ):
        assert kept.expected("default", "session", other, pace) == expected(other, pace)
