"""Bodies that are JSON at the edge of what JSON is, or not at all."""

from typing import Any

__all__ = ["BODIES", "REPORT", "SNAPSHOT", "VALUES", "places", "replaced"]

SNAPSHOT: dict[str, Any] = {
    "schemaVersion": 2,
    "account": "default",
    "collector": "laptop",
    "lastUpdated": "2026-11-22T11:00:00Z",
    "currentSession": {
        "percentageUsed": 47.5,
        "resetsIn": "2 hr",
        "resetsAt": "2026-11-22T13:00:00Z",
        "state": "open",
        "label": "Current session",
        "percentageShown": 47.5,
    },
    "weeklyLimits": {
        "allModels": {"percentageUsed": 10, "resetsIn": "Mon"},
        "sonnetOnly": {"percentageUsed": 11, "resetsIn": "Mon"},
        "scoped": {"fable": {"percentageUsed": 12, "resetsIn": "Mon", "label": "Fable"}},
    },
    "credits": {
        "used": 3.5,
        "currency": "EUR",
        "limit": 50,
        "percentageUsed": 7,
        "resetsAt": "2026-12-01T00:00:00Z",
    },
    "plan": "Max",
    "isPartial": False,
    "extractionErrors": {"credits": "none"},
    "source": "json",
    "disagreements": ["one"],
    "parser": "2026-11",
    "reparsedFrom": "2026-10",
    "moonPhase": {"of": ["a", "newer", "scraper"]},
}
REPORT: dict[str, Any] = {
    "at": "2026-11-22T11:00:00Z",
    "state": "layout_changed",
    "reason": "the page looks new",
    "advice": "update",
    "schemaVersion": 1,
    "account": "default",
    "collector": "laptop",
    "parser": "2026-11",
    "sectionsFound": ["currentSession"],
    "sectionsFailed": {"weeklyLimits": "gone"},
    "fingerprint": "ab12",
    "httpStatus": 200,
    "loginSince": "2026-11-01T00:00:00Z",
    "loginEndsAt": "2026-11-29T00:00:00Z",
    "nextTryAt": "2026-11-22T12:00:00Z",
}

_WITH = '{"lastUpdated":"2026-11-22T11:00:00Z","at":"2026-11-22T11:00:00Z","state":"network",%s}'
_SESSION = '"currentSession":{"percentageUsed":47,"resetsIn":"2 hr"}'


def _with(*fields: str) -> bytes:
    return (_WITH % ",".join((_SESSION, *fields))).encode()


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a blank": b" ",
    "half an object": b'{"lastUpdated":',
    "two objects": _with() + _with(),
    "something after it": _with() + b"x",
    "NUL after it": _with() + b"\0",
    "NaN": _with('"x":NaN'),
    "Infinity": _with('"x":-Infinity'),
    "NaN as a percentage": _with('"currentSession":{"percentageUsed":NaN,"resetsIn":""}'),
    "1e999": _with('"x":1e999'),
    "-1e999": _with('"x":[-1e999]'),
    "1e-999": _with('"x":1e-999'),
    "1e308": _with('"x":1e308'),
    "a number of 5000 digits": _with(f'"x":{"9" * 5000}'),
    "a fraction of 5000 digits": _with(f'"x":0.{"9" * 5000}'),
    "2 to the 63rd": _with('"x":9223372036854775808'),
    "2 to the 64th": _with('"x":[18446744073709551616,-18446744073709551616]'),
    "a leading zero": _with('"x":01'),
    "a leading plus": _with('"x":+1'),
    "minus zero": _with('"x":-0,"y":-0.0'),
    "hexadecimal": _with('"x":0x1'),
    "one name twice": _with('"x":1,"x":2'),
    "lastUpdated twice": _with('"lastUpdated":"2026-11-22T10:00:00Z","at":"2026-11-22T10:00:00Z"'),
    "lastUpdated twice, once wrong": _with('"lastUpdated":5,"at":5'),
    "the account twice": _with('"account":"default","account":"work"'),
    "its own receivedAt": _with('"receivedAt":"2020-01-01T00:00:00Z"'),
    "a receivedAt that is none": _with('"receivedAt":{"a":[1]}'),
    "its own versionInfo": _with('"versionInfo":5,"isStale":"no","ageMinutes":null'),
    "depth 100": _with(f'"x":{"[" * 100}{"]" * 100}'),
    "depth 500": _with('"x":' + '{"a":' * 500 + "1" + "}" * 500),
    "depth 990": _with(f'"x":{"[" * 990}{"]" * 990}'),
    "depth 20000": _with(f'"x":{"[" * 20000}{"]" * 20000}'),
    "depth without end": b"[" * 60_000,
    "objects without end": b'{"a":' * 10_000,
    "7,000 keys": _with(*(f'"{number:x}":0' for number in range(7000))),
    "a key of 60,000 characters": _with(f'"{"k" * 60_000}":0'),
    "a text of 60,000 characters": _with(f'"x":"{"t" * 60_000}"'),
    "empty names": _with('"":{"":{"":0}}'),
    "names that mean something elsewhere": _with(
        '"__proto__":{"a":1},"constructor":1,"../../x":1,"$ref":"#"'
    ),
    "a byte order mark": b"\xef\xbb\xbf" + _with(),
    "UTF-16": _with().decode().encode("utf-16"),
    "a byte that is no UTF-8": _with('"x":"?"').replace(b"?", b"\xff"),
    "an overlong NUL": _with('"x":"?"').replace(b"?", b"\xc0\x80"),
    "an overlong slash": _with('"x":"?"').replace(b"?", b"\xe0\x80\xaf"),
    "half a pair in UTF-8": _with('"x":"?"').replace(b"?", b"\xed\xa0\x80"),
    "half a pair, escaped": _with('"x":"\\ud800"'),
    "the other half, escaped": _with('"x":"\\udc00\\ud800"'),
    "half a pair in a name": _with('"\\ud800":1'),
    "a pair, escaped": _with('"x":"\\ud83d\\ude00"'),
    "half an escape": _with('"x":"\\u00'),
    "an escape that is none": _with('"x":"\\q"'),
    "NUL in a text": _with('"x":"a\\u0000b","plan":"\\u0000","reason":"\\u0000"'),
    "NUL in a name": _with('"a\\u0000b":1'),
    "a bare NUL in a text": _with('"x":"a\0b"'),
    "bare line ends in a text": _with('"x":"a\nb"'),
    "control characters, escaped": _with('"plan":"\\u001b[31m\\u0007\\r\\n","reason":"\\u001b[2J\\r\\n"'),
    "directions and separators": _with('"plan":"\\u202e\\u2066\\u2028\\u2029\\ufeff","reason":"\\u202e"'),
    "beyond the last character": _with('"x":"?"').replace(b"?", b"\xf4\x90\x80\x80"),
    "a comment": b"/* a */" + _with(),
    "a comma at the end": _with().replace(b"}}", b"},}"),
    "single quotes": _with().replace(b'"', b"'"),
    "YAML": b"lastUpdated: 2026-11-22\n",
    "XML": b'<?xml version="1.0"?><a/>',
    "a form": b"a=b&c=d",
    "the year 1": b'{"lastUpdated":"0001-01-01T00:00:00Z","at":"0001-01-01T00:00:00Z","state":"a",%s}'
    % _SESSION.encode(),
    "the year 9999": b'{"lastUpdated":"9999-12-31T23:59:59.999999Z","at":"9999-12-31T23:59:59Z","state":"a",%s}'
    % _SESSION.encode(),
    "a leap second": b'{"lastUpdated":"2026-06-30T23:59:60Z","at":"2026-06-30T23:59:60Z","state":"a",%s}'
    % _SESSION.encode(),
    "a wide offset": b'{"lastUpdated":"2026-06-30T12:00:00+23:59","at":"2026-06-30T12:00:00-23:59","state":"a",%s}'
    % _SESSION.encode(),
}

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**30, 1.5, -0.0, 1e308, "", "x", "\0", "\u202e", "x" * 300, "x" * 5000,
    "2026-11-22T11:00:00Z", "2026-11-22", "../../etc/passwd", "default\n", "/", [], [1], [[]], ["x"] * 100,
    {}, {"a": 1}, {"": None}, {"../x": {"percentageUsed": 1, "resetsIn": ""}}, {"x" * 100: 1},
)  # fmt: skip


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List every place of a document, as the names and numbers that lead to it."""
    inside = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    return [path, *(place for name, value in inside for place in places(value, (*path, name)))]


def replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value in a place."""
    if not place:
        return value
    copy = document.copy()
    copy[place[0]] = replaced(document[place[0]], place[1:], value)
    return copy
