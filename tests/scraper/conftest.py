"""Fixtures for the scraper's tests."""

import sys
from pathlib import Path

import pytest

from services.scraper.outgoing.client import Client
from services.scraper.outgoing.outbox import Outbox

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside the tests

from desk import Desk
from fake_receiver import FakeReceiver
from waiting import Clock


@pytest.fixture
async def receiver():
    async with FakeReceiver(v1=True) as fake:
        yield fake


@pytest.fixture
async def old():
    """A server as the origin's: one snapshot a call."""
    async with FakeReceiver() as fake:
        yield fake


@pytest.fixture
async def client():
    async with Client() as opened:
        yield opened


@pytest.fixture
def desk(tmp_path, client, receiver):
    return Desk(tmp_path, client, receiver.url)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outbox(tmp_path, clock):
    return Outbox(tmp_path, 100, clock)
