"""What calls about the record are shown with (pure): the same made-up morning throughout."""

from typing import Any

__all__ = ["FORECAST", "GAPS", "HITS", "RESETS", "UNUSED", "WINDOWS"]

_ABOUT: dict[str, Any] = {
    "account": "default",
    "asOf": "2026-11-22T12:00:00Z",
    "newest": {
        "version": "2026-11-22T10-23-00-1743c2de",
        "time": "2026-11-22T10:23:00Z",
        "ageMinutes": 97,
        "isStale": True,
    },
    "from": None,
    "to": None,
    "isWhole": True,
}
_FIRST: dict[str, Any] = {
    "version": "2026-11-22T08-30-00-8b1b054d",
    "time": "2026-11-22T08:30:00Z",
    "percentage": 60,
    "resetsAt": "2026-11-22T10:00:00Z",
    "state": "open",
}
_LAST: dict[str, Any] = {
    "version": "2026-11-22T09-58-00-06f9c61f",
    "time": "2026-11-22T09:58:00Z",
    "percentage": 99,
    "resetsAt": "2026-11-22T10:00:00Z",
    "state": "open",
}
_AFTER: dict[str, Any] = {
    "version": "2026-11-22T10-03-00-a03023e7",
    "time": "2026-11-22T10:03:00Z",
    "percentage": 1,
    "resetsAt": "2026-11-22T15:03:00Z",
    "state": "open",
}
_ENDED: dict[str, Any] = {
    "earliest": "2026-11-22T09:58:00Z",
    "latest": "2026-11-22T10:03:01Z",
    "before": "2026-11-22T09-58-00-06f9c61f",
    "after": "2026-11-22T10-03-00-a03023e7",
}
_OPENED: dict[str, Any] = {
    "earliest": None,
    "latest": "2026-11-22T08:30:01Z",
    "before": None,
    "after": "2026-11-22T08-30-00-8b1b054d",
}

WINDOWS: dict[str, Any] = {
    **_ABOUT,
    "windows": [
        {
            "limit": "session",
            "status": "over",
            "opened": _OPENED,
            "ended": _ENDED,
            "how": "on_time",
            "resetsAt": "2026-11-22T10:00:00Z",
            "first": _FIRST,
            "last": _LAST,
            "peak": _LAST,
            "readings": 3,
            "observedMinutes": 10.0,
            "observedShare": None,
            "falls": 0,
            "moves": 0,
            "doubtful": False,
            "peakInDoubt": None,
        }
    ],
}
HITS: dict[str, Any] = {
    **_ABOUT,
    "counts": {
        "zone": "UTC",
        "days": [
            {
                "start": "2026-11-22",
                "hits": {"session": 1},
                "knownShare": 0.1429,
                "doubtful": {},
                "knownShares": {"session": 0.1429},
            }
        ],
        "weeks": [
            {
                "start": "2026-11-16",
                "hits": {"session": 1},
                "knownShare": 0.1429,
                "doubtful": {},
                "knownShares": {"session": 0.1429},
            }
        ],
        "months": [
            {
                "start": "2026-11-01",
                "hits": {"session": 1},
                "knownShare": 0.1429,
                "doubtful": {},
                "knownShares": {"session": 0.1429},
            }
        ],
    },
    "hits": [
        {
            "limit": "session",
            "status": "over",
            "reached": {
                "earliest": "2026-11-22T10:03:00Z",
                "latest": "2026-11-22T10:08:01Z",
                "before": "2026-11-22T10-03-00-a03023e7",
                "after": "2026-11-22T10-08-00-01702686",
            },
            "left": {
                "earliest": "2026-11-22T10:13:00Z",
                "latest": "2026-11-22T10:18:01Z",
                "before": "2026-11-22T10-13-00-d407705f",
                "after": "2026-11-22T10-18-00-841445aa",
            },
            "how": "counter_fell",
            "first": {
                "version": "2026-11-22T10-08-00-01702686",
                "time": "2026-11-22T10:08:00Z",
                "percentage": 100,
                "resetsAt": "2026-11-22T15:03:00Z",
                "state": "open",
            },
            "last": {
                "version": "2026-11-22T10-13-00-d407705f",
                "time": "2026-11-22T10:13:00Z",
                "percentage": 100,
                "resetsAt": "2026-11-22T15:03:00Z",
                "state": "open",
            },
            "blockedMinutes": {"atLeast": 4.98, "atMost": 15.02},
            "doubtful": False,
            "lapses": [],
        }
    ],
}
RESETS: dict[str, Any] = {
    **_ABOUT,
    "resets": [
        {
            "limit": "session",
            "kind": "on_time",
            "at": _ENDED,
            "before": _LAST,
            "after": _AFTER,
            "announced": "2026-11-22T10:00:00Z",
            "announces": "2026-11-22T15:03:00Z",
            "off": {"atLeast": -2.0, "atMost": 3.02},
            "doubtful": False,
            "gaps": [],
        }
    ],
}
GAPS: dict[str, Any] = {
    **_ABOUT,
    "zone": "UTC",
    "days": [{"day": "2026-11-22", "minutes": 210.0, "knownShare": 0.1429}],
    "gaps": [
        {
            "limit": None,
            "status": "over",
            "start": "2026-11-22T08:35:00Z",
            "end": "2026-11-22T09:58:00Z",
            "minutes": 83.0,
            "before": "2026-11-22T08-35-00-c5012538",
            "after": "2026-11-22T09-58-00-06f9c61f",
            "unread": 0,
            "reason": None,
            "causesWhole": True,
            "causes": [
                {
                    "state": "login_required",
                    "count": 1,
                    "first": "2026-11-22T09:00:00Z",
                    "last": "2026-11-22T09:00:00Z",
                    "reason": "The page asks for a login.",
                }
            ],
        }
    ],
}
UNUSED: dict[str, Any] = {
    **_ABOUT,
    "limits": [
        {
            "limit": "session",
            "windows": 1,
            "seenToTheEnd": 1,
            "hit": 0,
            "least": 99,
            "median": 99,
            "most": 99,
            "allowances": [
                {"times": 0.5, "enough": 0, "notEnough": 1, "unknown": 0},
                {"times": 1.0, "enough": 1, "notEnough": 0, "unknown": 0},
                {"times": 2.0, "enough": 1, "notEnough": 0, "unknown": 0},
            ],
        }
    ],
    "windows": [
        {
            "limit": "session",
            "opened": _OPENED,
            "ended": _ENDED,
            "how": "on_time",
            "last": _LAST,
            "peak": _LAST,
            "unused": 1,
            "unusedAtMost": 1,
            "lastReadingBefore": {"atLeast": 0.0, "atMost": 5.02},
        }
    ],
}

FORECAST: dict[str, Any] = {
    **_ABOUT,
    "zone": "Europe/Berlin",
    "limits": [
        {
            "limit": "weekly",
            "status": "forecast",
            "reason": None,
            "percentage": 61,
            "ageMinutes": 97,
            "version": "2026-11-22T10-23-00-1743c2de",
            "resetsAt": "2026-11-26T08:00:00Z",
            "doubtful": False,
            "hit": {
                "chance": 0.24,
                "earliest": "2026-11-25T09:40:00Z",
                "likely": None,
                "latest": None,
            },
            "atReset": {"low": 79.5, "likely": 91, "high": 100},
            "straightLine": 100,
            "holds": 0.8,
            "knownHours": 1570,
            "neededHours": 168,
            "judgement": {
                "windows": 4,
                "atReset": {
                    "forecasts": 52,
                    "meanError": 6.1,
                    "straightLineError": 14.4,
                    "bands": 52,
                    "held": 0.81,
                },
                "hitTime": {
                    "forecasts": 52,
                    "meanError": 210.5,
                    "straightLineError": 590,
                    "bands": 14,
                    "held": 0.79,
                },
                "meanChance": 0.21,
                "hitShare": 0.17,
                "untoldHits": 1,
            },
        }
    ],
}
