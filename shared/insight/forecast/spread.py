"""What futures spread over (pure): stretches around their middle, each within the next."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

__all__ = ["Band", "Spread"]


class Band(Struct, frozen=True):
    """Lowest, likely and highest value: points of per cent, or seconds since 1970."""

    low: float
    likely: float
    high: float


class Spread(Struct, frozen=True, kw_only=True):
    """One figure in futures that are all as likely: its `values`, sorted; there is at least one.

    A band holds a share of them: the middle one first, then whichever is nearer on either side. One above 1
    reaches beyond them all, by so much of half their stretch, which is taken to be at least `grain`. Nothing
    is below `least` or above `most`.
    """

    values: Sequence[float]
    least: float
    most: float
    grain: float

    @property
    def likely(self) -> float:
        """The middle value."""
        return self.values[len(self.values) // 2]

    def band(self, share: float) -> Band:
        """Return the band that holds a share of the futures, above 0."""
        low, high = self.values[0], self.values[-1]
        if share < 1:
            places = list(_stretches(self.values))
            first, last = places[max(1, int(share * len(places) + 1e-9)) - 1]
            low, high = self.values[first], self.values[last]
        beyond = max(0.0, share - 1) * self._half()
        return Band(max(self.least, low - beyond), self.likely, min(self.most, high + beyond))

    def needed(self, first: float, last: float) -> float:
        """Return the least share with which a band reaches what came, which lies from `first` to `last`."""
        low, high = self.values[0], self.values[-1]
        if last < low or first > high:
            return 1 + max(low - last, first - high) / self._half()
        for count, (begin, end) in enumerate(_stretches(self.values), start=1):
            if self.values[begin] <= last and self.values[end] >= first:
                return count / len(self.values)
        return 1.0

    def _half(self) -> float:
        return max(self.grain, (self.values[-1] - self.values[0]) / 2)


def _stretches(values: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Yield the first and last place of stretches around the middle, each by one value longer."""
    first = last = len(values) // 2
    yield first, last
    for _ in range(len(values) - 1):
        lower = values[first] - values[first - 1] if first else float("inf")
        upper = values[last + 1] - values[last] if last + 1 < len(values) else float("inf")
        if lower < upper:
            first -= 1
        else:
            last += 1
        yield first, last
