"""Which methods an address answers to: Sanic does not tell where several routes share a pattern."""

from sanic import Request
from sanic.constants import HTTP_METHODS
from sanic.exceptions import MethodNotAllowed, NotFound

__all__ = ["allowed_methods"]


def allowed_methods(request: Request) -> str:
    """Return what a 405 says in `Allow`."""
    return ", ".join(sorted(str(method) for method in HTTP_METHODS if _leads(request, str(method))))


def _leads(request: Request, method: str) -> bool:
    try:
        request.app.router.get(request.path, method, request.headers.getone("host", None))
    except (MethodNotAllowed, NotFound):
        return False
    return True
