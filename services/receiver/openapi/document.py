"""The document, put together from operations and the types they name (pure)."""

from typing import Any

import msgspec

from services.receiver.openapi import accounts, answers, examples, live, login, origin, record
from services.receiver.openapi.parts import Json, Operation, ref
from services.receiver.series.series_forms import Series
from services.receiver.taking.batch import Receipt
from shared import VERSION
from shared.schemas.reports import Report
from shared.schemas.usage import Snapshot

__all__ = ["OPERATIONS", "document"]

OPERATIONS: tuple[Operation, ...] = (
    *accounts.OPERATIONS,
    *record.OPERATIONS,
    *live.OPERATIONS,
    *origin.OPERATIONS,
    *login.OPERATIONS,
)

_TYPES = (
    Snapshot,
    Report,
    Receipt,
    Series,
    answers.Accounts,
    answers.AsOf,
    answers.BatchResults,
    answers.Health,
    answers.OriginError,
    answers.OriginReceipt,
    answers.OriginVersion,
    answers.Problem,
    answers.Readiness,
    answers.RefusedItem,
    answers.Running,
    answers.Status,
    answers.StoredReports,
    answers.StoredSnapshots,
    *record.TYPES,
    *live.TYPES,
)

_ABOUT = (
    "Marigraph records how full Claude's usage limits are, when they reset and when they were hit. Every "
    "call that reads or writes needs a key; HEAD is answered where GET is. Times are UTC, unknown is never "
    "zero, and what fails says what is wrong and what to do."
)
_TAGS = {
    "accounts": "What is recorded.",
    "snapshots": "All readings of one scrape, as they were stored.",
    "series": "How the limits went over time.",
    "record": "What the record says: windows, hits, resets, gaps, and what expired unused.",
    "neighbours": "For other programs: a flat document, and pictures.",
    "reports": "Why scrapes failed.",
    "live": "What comes as it comes, and asking for a scrape.",
    "origin": "The calls of the system this re-creates; about the account `default`.",
    "service": "No key: is it well, what did it count, pages.",
}


def document() -> Json:
    """Return the receiver's OpenAPI document."""
    paths: dict[str, Json] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = one.described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Marigraph",
            "version": VERSION,
            "summary": "The record of your Claude usage limits",
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _schemas() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
    results = schemas["BatchResults"]["properties"]["results"]
    results["items"] = {"anyOf": [ref(Receipt), ref(answers.RefusedItem)]}
    schemas["Problem"]["examples"] = [examples.PROBLEM]
    schemas["Snapshot"]["examples"] = [examples.SNAPSHOT, examples.ORIGIN_SNAPSHOT]
    return schemas
