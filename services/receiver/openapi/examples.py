"""What calls are shown with (pure): the same made-up account throughout."""

from typing import Any

__all__ = [
    "FLAT",
    "MOMENT",
    "ORIGIN_SNAPSHOT",
    "PROBLEM",
    "RECEIPT",
    "REPORT",
    "SERIES",
    "SNAPSHOT",
    "VERSION",
]

MOMENT = "2026-11-22T10:00:00Z"
VERSION = "2026-11-22T10-00-00-1a2b3c4d"

ORIGIN_SNAPSHOT: dict[str, Any] = {
    "currentSession": {"resetsIn": "2 hr 42 min", "percentageUsed": 47},
    "weeklyLimits": {
        "allModels": {"resetsIn": "Thu 7:00 AM", "percentageUsed": 31},
        "sonnetOnly": {"resetsIn": "Sat 12:00 PM", "percentageUsed": 10},
    },
    "lastUpdated": MOMENT,
}
SNAPSHOT: dict[str, Any] = {
    "schemaVersion": 2,
    "collector": "desk",
    "lastUpdated": MOMENT,
    "currentSession": {
        "percentageUsed": 47,
        "resetsIn": "2 hr 42 min",
        "resetsAt": "2026-11-22T12:42:00Z",
        "state": "open",
    },
    "weeklyLimits": {"allModels": {"percentageUsed": 31, "resetsIn": "Thu 7:00 AM"}},
}
FLAT: dict[str, Any] = {
    "account": "default",
    "version": VERSION,
    "read_at": MOMENT,
    "age_seconds": 130,
    "stale": False,
    "session_percentage": 47.0,
    "session_resets_at": "2026-11-22T12:42:00Z",
    "session_resets_in_seconds": 9590,
    "session_state": "open",
    "weekly_percentage": None,
    "weekly_resets_at": None,
    "weekly_resets_in_seconds": None,
    "weekly_state": "unknown",
}
REPORT: dict[str, Any] = {
    "at": "2026-11-22T10:15:00Z",
    "state": "login_required",
    "reason": "The page asks for a login.",
    "advice": "Log in again.",
}
RECEIPT: dict[str, Any] = {
    "status": 201,
    "id": VERSION,
    "duplicate": False,
    "receivedAt": "2026-11-22T10:00:01.250Z",
    "account": "default",
}
SERIES: dict[str, Any] = {
    "account": "default",
    "from": "2026-11-22T10:00:00Z",
    "to": "2026-11-22T12:00:00Z",
    "step": 3600,
    "series": [
        {
            "limit": "session",
            "buckets": [
                {
                    "start": "2026-11-22T10:00:00Z",
                    "first": 20,
                    "min": 10,
                    "max": 50,
                    "last": 30,
                    "count": 12,
                    "unread": 0,
                    "reason": None,
                },
                {
                    "start": "2026-11-22T11:00:00Z",
                    "first": None,
                    "min": None,
                    "max": None,
                    "last": None,
                    "count": 0,
                    "unread": 1,
                    "reason": "row not found",
                },
            ],
        }
    ],
}
PROBLEM: dict[str, Any] = {
    "type": "/docs/problems#validation-out-of-range",
    "title": "A value is not allowed",
    "status": 400,
    "detail": "step is '5x', not a length of time of a second to ten years.",
    "code": "VALIDATION_OUT_OF_RANGE",
    "suggestion": "Write it like 5m, 1h, 1d or 1w, or as seconds; leave it out for every reading.",
    "requestId": "3f1c0a9b5d2e-1f",
    "errors": [{"field": "step", "message": "step is '5x', not a length of time of a second to ten years."}],
}
