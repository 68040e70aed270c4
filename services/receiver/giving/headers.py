"""Headers beyond what an answer says: of all answers, of those that must not be kept, of pages (pure)."""

import functools
from email.utils import formatdate

__all__ = ["OF_MODULES", "UNKEPT", "Lines", "of_all", "of_page"]

Lines = tuple[tuple[bytes, bytes], ...]
"""Headers: names and values, which must hold no line ends."""

UNKEPT: Lines = ((b"Cache-Control", b"no-store"),)
"""Of errors, and of what is true only now."""

_HARMLESS: Lines = ((b"X-Content-Type-Options", b"nosniff"), (b"Referrer-Policy", b"no-referrer"))
_ONLY_TLS: Lines = ((b"Strict-Transport-Security", b"max-age=15552000"),)
"""Half a year. Behind a proxy that ends TLS the proxy says so."""


@functools.lru_cache(maxsize=4)
def of_all(second: int, *, tls: bool) -> Lines:
    """Return what goes with every answer of a second; by the date a dashboard corrects a viewer's clock."""
    return (
        (b"Date", formatdate(second, usegmt=True).encode()),
        *_HARMLESS,
        *(_ONLY_TLS if tls else ()),
    )


OF_MODULES = (
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
"""What a page of this project's own modules may: all from here, nothing written as markup."""


def of_page(*sources: str, frames: str = "'none'", form: str = "'none'") -> dict[str, str]:
    """Return what goes with a page: where it may load from and send forms to, and who may frame it.

    `sources` are directives such as `script-src 'self'`; what none of them names is loaded from nowhere.
    """
    policy = (
        "default-src 'none'",
        *sources,
        "base-uri 'none'",
        f"form-action {form}",
        f"frame-ancestors {frames}",
    )
    older = {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(frames)
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-cache",
        **({"X-Frame-Options": older} if older else {}),
    }
