"""Bands around the middle of what futures come to."""

from hypothesis import given
from hypothesis import strategies as st

from shared.insight.forecast.spread import Spread

VALUES = st.lists(st.floats(0, 100, width=32), min_size=1, max_size=60).map(sorted)
SHARES = st.floats(0.01, 2)


def spread(values: list[float], least: float = 0, most: float = 100, grain: float = 1) -> Spread:
    return Spread(values=values, least=least, most=most, grain=grain)


@given(VALUES, SHARES, SHARES)
def test_a_band_is_ordered_possible_and_within_that_of_a_greater_share(
    values: list[float], one: float, other: float
) -> None:
    inner, outer = (spread(values).band(share) for share in sorted((one, other)))
    assert 0 <= outer.low <= inner.low <= inner.likely <= inner.high <= outer.high <= 100
    assert inner.likely == values[len(values) // 2]


@given(VALUES, st.floats(0.01, 1))
def test_a_band_holds_its_share_of_the_futures(values: list[float], share: float) -> None:
    band = spread(values).band(share)
    held = sum(band.low <= value <= band.high for value in values)
    assert held >= int(share * len(values))


@given(VALUES, st.floats(0, 100), st.floats(0, 20))
def test_the_share_that_was_needed_is_the_least_whose_band_reaches_what_came(
    values: list[float], first: float, width: float
) -> None:
    last = min(100.0, first + width)
    needed = spread(values).needed(first, last)
    reaches = spread(values).band(needed + 1e-6)
    assert reaches.low <= last
    assert reaches.high >= first
    if needed > 1.5 / len(values):
        misses = spread(values).band(needed - 1e-6)
        assert misses.low > last or misses.high < first


def test_a_band_begins_in_the_middle_and_grows_to_the_nearer_side() -> None:
    futures = spread([10, 40, 50, 51, 53, 60])
    told = [futures.band(count / 6) for count in range(1, 7)]
    assert [(band.low, band.high) for band in told] == [
        (51, 51),
        (50, 51),
        (50, 53),
        (50, 60),
        (40, 60),
        (10, 60),
    ]


def test_a_share_above_one_reaches_beyond_all_futures_but_not_beyond_what_is_possible() -> None:
    futures = spread([60, 70, 80], least=58)
    assert (futures.band(1.2).low, futures.band(1.2).high) == (58, 82)
    assert futures.needed(81, 81) == 1.1
    assert spread([60.0]).band(3).high == 62
