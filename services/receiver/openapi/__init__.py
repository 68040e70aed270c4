"""The receiver's calls in OpenAPI 3.1, made from the types of what it takes and answers (pure)."""

from services.receiver.openapi.document import document

__all__ = ["document"]
