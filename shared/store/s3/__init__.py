"""The store in a bucket: an account's changes as a chain of objects, each made once and never changed."""

from shared.store.s3.store import S3Store
from shared.store.s3.trying import discard, problems_of

__all__ = ["S3Store", "discard", "problems_of"]
