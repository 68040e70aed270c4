"""Requests that no server should take for another: each with the status it is refused with."""

PATH = b"/api/claude/console-usage"
GOOD = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_KEY = b"X-API-Key: a-key-for-reading-and-writing\r\n"


def get(*fields: bytes, line: bytes = b"GET /livez HTTP/1.1", host: bytes = b"Host: x\r\n") -> bytes:
    return line + b"\r\n" + host + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return get(*fields, line=b"POST " + PATH + b" HTTP/1.1", host=b"Host: x\r\n" + _KEY) + body


CHUNKED = b"Transfer-Encoding: chunked"

MALFORMED: dict[str, tuple[bytes, int]] = {
    # What a second reader could take for another request
    "a blank before a colon": (post(b"Content-Length : 3", body=b"abc"), 400),
    "a tab before a colon": (post(b"Content-Length\t: 3", body=b"abc"), 400),
    "a bare LF after a header": (b"GET /livez HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n", 400),
    "only bare LF": (b"GET /livez HTTP/1.1\nHost: x\n\n", 400),
    "a bare CR in a value": (get(b"X-A: b\rX-C: d"), 400),
    "a bare CR after the first line": (b"GET /livez HTTP/1.1\rHost: x\r\n\r\n", 400),
    "CR CR LF": (b"GET /livez HTTP/1.1\r\r\nHost: x\r\n\r\n", 400),
    "two lengths that differ": (post(b"Content-Length: 3", b"Content-Length: 4", body=b"abcd"), 400),
    "two lengths that agree": (post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"), 400),
    "a list of lengths": (post(b"Content-Length: 3, 3", body=b"abc"), 400),
    "length and coding": (post(b"Content-Length: 3", CHUNKED, body=b"0\r\n\r\n"), 400),
    "coding and length": (post(CHUNKED, b"Content-Length: 3", body=b"0\r\n\r\n"), 400),
    "coding, and a length with an underscore": (post(CHUNKED, b"Content_Length: 3", body=b"0\r\n\r\n"), 400),
    "an unknown coding": (post(b"Transfer-Encoding: gzip", body=b"0\r\n\r\n"), 400),
    "two codings": (post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 400),
    "the coding twice": (post(CHUNKED, CHUNKED, body=b"0\r\n\r\n"), 400),
    "a coding behind a vertical tab": (post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"), 400),
    "a coding in quotes": (post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"), 400),
    "a coding called identity": (post(b"Transfer-Encoding: identity", body=b""), 400),
    "a coding in capitals": (post(b"Transfer-Encoding: CHUNKED", body=b"0\r\n\r\n"), 400),
    "a coding that is empty": (post(b"Transfer-Encoding:", body=b"0\r\n\r\n"), 400),
    "a coding in HTTP/1.0": (get(CHUNKED, line=b"POST " + PATH + b" HTTP/1.0") + b"0\r\n\r\n", 400),
    "a folded header": (get(b"X-A: b", b" c"), 400),
    "a folded first header": (b"GET /livez HTTP/1.1\r\n Host: x\r\n\r\n", 400),
    "a folded coding": (post(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n"), 400),
    # Lengths
    "a negative length": (post(b"Content-Length: -1"), 400),
    "a length with a plus": (post(b"Content-Length: +3", body=b"abc"), 400),
    "a length in hexadecimal": (post(b"Content-Length: 0x3", body=b"abc"), 400),
    "a length with an underscore": (post(b"Content-Length: 1_0", body=b"abcdefghij"), 400),
    "a length with a fraction": (post(b"Content-Length: 3.0", body=b"abc"), 400),
    "a length in other digits": (post("Content-Length: \u0663".encode(), body=b"abc"), 400),
    "a length that is empty": (post(b"Content-Length:"), 400),
    "a huge length": (post(b"Content-Length: 99999999999999999999999"), 400),
    # Chunks
    "a chunk that is none": (post(CHUNKED, body=b"zz\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk of negative size": (post(CHUNKED, body=b"-3\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk with 0x": (post(CHUNKED, body=b"0x3\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk with a blank before": (post(CHUNKED, body=b" 3\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk with a blank behind": (post(CHUNKED, body=b"3 \r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk of huge size": (post(CHUNKED, body=b"fffffffffffffffff\r\nabc"), 400),
    "a chunk with a long extension": (post(CHUNKED, body=b"3;" + b"x" * 200 + b"\r\nabc\r\n0\r\n\r\n"), 400),
    "an extension with a bare LF": (post(CHUNKED, body=b"3;a\nb\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk longer than its size": (post(CHUNKED, body=b"3\r\nabcdef\r\n0\r\n\r\n"), 400),
    "a chunk that ends in LF": (post(CHUNKED, body=b"3\nabc\n0\n\n"), 400),
    "a size that is empty": (post(CHUNKED, body=b"\r\nabc\r\n0\r\n\r\n"), 400),
    "a trailer": (post(CHUNKED, body=b"3\r\nabc\r\n0\r\nX-API-Key: other\r\n\r\n"), 400),
    # Hosts
    "no Host": (get(host=b""), 400),
    "two Hosts": (get(b"Host: y"), 400),
    "an empty Host": (get(host=b"Host:\r\n"), 400),
    "a Host with a path": (get(host=b"Host: x/y\r\n"), 400),
    "a Host with a user": (get(host=b"Host: a@x\r\n"), 400),
    # Names and values
    "NUL in a value": (get(b"X-A: b\0c"), 400),
    "NUL in a name": (get(b"X\0A: b"), 400),
    "an escape character in a value": (get(b"X-A: \x1b[31mred"), 400),
    "DEL in a value": (get(b"X-A: b\x7f"), 400),
    "a name with a blank": (get(b"X A: b"), 400),
    "a name in another script": (get("X-\u00c4: b".encode()), 400),
    "no name": (get(b": b"), 400),
    "no colon": (get(b"X-A"), 400),
    "two keys": (get(b"X-API-Key: a", b"X-API-Key: b", line=b"GET " + PATH + b" HTTP/1.1"), 400),
    "a key with underscores beside a key": (get(b"X-API-Key: a", b"X_API_Key: b"), 400),
    "a key with underscores": (get(b"X_API_Key: b", line=b"GET " + PATH + b" HTTP/1.1"), 400),
    "two Authorizations": (get(b"Authorization: Bearer a", b"Authorization: Bearer b"), 400),
    # First lines
    "a whole address for a path": (get(line=b"GET http://x/livez HTTP/1.1"), 400),
    "an asterisk for a path": (get(line=b"OPTIONS * HTTP/1.1"), 400),
    "CONNECT": (get(line=b"CONNECT x:443 HTTP/1.1"), 400),
    "a path without a slash": (get(line=b"GET livez HTTP/1.1"), 400),
    "a path with a fragment": (get(line=b"GET /livez#x HTTP/1.1"), 400),
    "a path with NUL": (get(line=b"GET /liv\0ez HTTP/1.1"), 400),
    "a path with a blank": (get(line=b"GET /livez x HTTP/1.1"), 400),
    "a path in another script": (get(line="GET /l\u00efvez HTTP/1.1".encode()), 400),
    "two blanks": (get(line=b"GET  /livez HTTP/1.1"), 400),
    "a tab for a blank": (get(line=b"GET\t/livez HTTP/1.1"), 400),
    "a blank at the end": (get(line=b"GET /livez HTTP/1.1 "), 400),
    "a method in small letters": (get(line=b"get /livez HTTP/1.1"), 400),
    "a long method": (get(line=b"A" * 5000 + b" /livez HTTP/1.1"), 400),
    "HTTP/0.9": (b"GET /livez\r\n", 400),
    "HTTP/0.9 with a version": (get(line=b"GET /livez HTTP/0.9"), 400),
    "HTTP/1.2": (get(line=b"GET /livez HTTP/1.2"), 400),
    "HTTP/2.0": (get(line=b"GET /livez HTTP/2.0"), 400),
    "http in small letters": (get(line=b"GET /livez http/1.1"), 400),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "the hello of TLS": (bytes.fromhex("16030100f5010000f10303") + bytes(range(240)), 400),
    "the hello of SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", 400),
    "noise": (bytes(range(128, 256)) * 4, 400),
    "NUL bytes": (b"\0" * 100, 400),
    "two empty lines before": (b"\r\n\r\n" + get(), 400),
    # Sizes
    "a long path": (get(line=b"GET /" + b"a" * 9000 + b" HTTP/1.1"), 414),
    "a path without an end": (b"GET /" + b"a" * 20000, 414),
    "a long header": (get(b"X-A: " + b"b" * 17000), 431),
    "a header without an end": (b"GET /livez HTTP/1.1\r\nX-A: " + b"b" * 30000, 431),
    "many headers": (get(*(b"X-%d: b" % number for number in range(150))), 431),
}

CUT_SHORT: dict[str, bytes] = {
    "half a first line": b"GET /livez HT",
    "half a head": b"GET /livez HTTP/1.1\r\nHost: x\r\nX-",
    "half a body": post(b"Content-Length: 10", body=b"abc"),
    "half a chunk": post(CHUNKED, body=b"a\r\nabc"),
    "chunks without the last": post(CHUNKED, body=b"3\r\nabc\r\n"),
}
