"""Answers counted in plain numbers are shown as the metrics library shows its own."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from services.receiver.operating.counting import Answers

ANSWER = st.tuples(
    st.sampled_from(["GET", "POST", "BREW", "LOOK"]),
    st.sampled_from(["/", "/metrics", "none"]),
    st.sampled_from([200, 304, 503]),
    st.one_of(st.sampled_from([0.0, 0.25, 1.0, 5.0, 6.0]), st.integers(0, 8000).map(lambda n: n / 1024)),
)


def shown(registry: CollectorRegistry) -> list[str]:
    return sorted(generate_latest(registry).decode().splitlines())


@given(st.lists(ANSWER, max_size=30))
def test_the_numbers_are_those_that_the_library_would_have_counted(
    answers: list[tuple[str, str, int, float]],
) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    counted = Answers()
    ours.register(counted)
    names = ["method", "route"]
    requests = Counter(
        "marigraph_http_requests",
        "Requests answered, by method, route and status code.",
        [*names, "code"],
        registry=theirs,
    )
    seconds = Histogram(
        "marigraph_http_request_duration_seconds",
        "Time from a request's head to its answer.",
        names,
        registry=theirs,
        buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    )
    for method, route, status, took in answers:
        counted.count(method, route, status, took)
        known = method if method in {"GET", "POST"} else "other"
        requests.labels(known, route, status).inc()
        seconds.labels(known, route).observe(took)
    assert shown(ours) == [line for line in shown(theirs) if "_created" not in line]
