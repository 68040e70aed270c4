"""Prometheus metrics under one prefix; a registry for each service, so that tests share no counts."""

from prometheus_client import CollectorRegistry, Info, disable_created_metrics

from shared import VERSION

__all__ = ["PREFIX", "new_registry"]

PREFIX = "marigraph"


def new_registry() -> CollectorRegistry:
    """Return a registry that says which build it speaks for."""
    disable_created_metrics()  # type: ignore[no-untyped-call] # the library has no types here
    registry = CollectorRegistry()
    Info("build", "The version that runs.", namespace=PREFIX, registry=registry).info({"version": VERSION})
    return registry
