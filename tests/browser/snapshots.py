"""Made-up snapshots, lifelike and otherwise; all moments count from when they are made."""

from datetime import UTC, datetime, timedelta
from typing import Any

Snapshot = dict[str, Any]

UNUSED = "You haven\N{RIGHT SINGLE QUOTATION MARK}t used Fable yet"


def moment(ahead: timedelta) -> str:
    """A moment that far ahead of now, as snapshots write it; negative is in the past."""
    return (datetime.now(UTC) + ahead).isoformat().replace("+00:00", "Z")


def reading(percentage: float, words: str = "", **more: Any) -> Snapshot:
    return {"percentageUsed": percentage, "resetsIn": words, "state": "open", **more}


def lifelike(*, minutes_old: float = 3) -> Snapshot:
    """An afternoon's work in the middle of a week: one limit nearly full."""
    old = timedelta(minutes=minutes_old)
    return {
        "schemaVersion": 2,
        "account": "default",
        "collector": "laptop",
        "plan": "Max (20x)",
        "lastUpdated": moment(-old),
        "currentSession": reading(47, "2 hr 42 min", resetsAt=moment(timedelta(hours=2, minutes=42.5) - old)),
        "weeklyLimits": {
            "allModels": reading(31, "Thu 7:00 AM", resetsAt=moment(timedelta(days=3, hours=6) - old)),
            "sonnetOnly": reading(93, "Sat 12:00 PM", resetsAt=moment(timedelta(days=5, hours=11) - old)),
            "scoped": {"fable": reading(0, UNUSED, state="unused", label="Fable")},
        },
        "credits": {
            "used": 208.47,
            "limit": 500,
            "currency": "USD",
            "percentageUsed": 41.6,
            "resetsAt": moment(timedelta(days=9) - old),
        },
        "source": "both",
        "parser": "2026-10",
    }


def with_session(**fields: Any) -> Snapshot:
    """The same afternoon with another session."""
    return lifelike() | {"currentSession": reading(47) | fields}


def partial() -> Snapshot:
    """A reading of which half could not be made out."""
    snapshot = lifelike() | {
        "isPartial": True,
        "extractionErrors": {
            "sonnetOnly": "its row was not found",
            "credits": "its amount was not understood",
        },
        "currentSession": reading(0, "Starts when a message is sent", state="idle"),
    }
    del snapshot["credits"]
    del snapshot["weeklyLimits"]["sonnetOnly"]
    snapshot["weeklyLimits"]["allModels"] = reading(100, resetsAt=moment(timedelta(hours=20)))
    return snapshot
