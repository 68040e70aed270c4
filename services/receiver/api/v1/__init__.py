"""Everything under `/api/v1`: one module a resource, each with its blueprint.

A route is added by `routes.add_route`, which asks for the key first. Failures are problem details.
"""

from services.receiver.api.v1 import (
    accounts,
    asof,
    events,
    forecast,
    neighbours,
    record,
    reports,
    scrape,
    series,
    snapshots,
)

__all__ = ["BLUEPRINTS"]

BLUEPRINTS = (
    accounts.BLUEPRINT,
    snapshots.BLUEPRINT,
    asof.BLUEPRINT,
    neighbours.BLUEPRINT,
    series.BLUEPRINT,
    record.BLUEPRINT,
    forecast.BLUEPRINT,
    reports.BLUEPRINT,
    events.BLUEPRINT,
    scrape.BLUEPRINT,
)
