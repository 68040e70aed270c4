"""Addresses of stores that can be none are told in a sentence."""

import pytest

from shared.store.urls import check_url


@pytest.mark.parametrize("url", ["s3://[", "file://[::1/folder", "file:///x%00y", "file:///x\0y", "folder"])
def test_what_names_no_store_is_told(url: str) -> None:
    assert repr(url) in (check_url(url) or "")
