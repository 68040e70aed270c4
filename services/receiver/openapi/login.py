"""The dashboard and the way in for browsers (pure)."""

from services.receiver.openapi.parts import Json, Operation, answer, operation, troubles

__all__ = ["OPERATIONS"]

_HTML: Json = {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
_LEADS = answer("Go there.", headers={"Location": {"description": "Where.", "schema": {"type": "string"}}})
_FORM: Json = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]}
        }
    },
}

OPERATIONS: tuple[Operation, ...] = (
    operation(
        "get",
        "/",
        "readDashboard",
        "The dashboard, for a browser that is logged in",
        {"200": answer("It.", _HTML), "303": _LEADS},
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/widget",
        "readWidget",
        "A card for other pages' frames and kiosks; its figures come with a key behind the # of its address",
        {"200": answer("It.", _HTML)},
        tag="service",
        scope=None,
    ),
    operation(
        "get",
        "/login",
        "readLogin",
        "The login page",
        {"200": answer("It.", _HTML)},
        tag="service",
        scope=None,
    ),
    operation(
        "post",
        "/login",
        "logIn",
        "A key for a login that the browser keeps: a cookie that may only read",
        {
            "303": _LEADS,
            **{
                status: answer("The login page again, with what is wrong.", _HTML)
                for status in ("401", "403", "429")
            },
            **troubles(413, 415),
        },
        tag="service",
        scope=None,
        body=_FORM,
    ),
    operation(
        "post",
        "/logout",
        "logOut",
        "The end of a browser's login",
        {"303": _LEADS},
        tag="service",
        scope=None,
    ),
)
