"""The API with the routes of identity."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.core.settings import Settings
from tests.identity.application import started_app


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The API, started."""
    async with started_app(settings) as started:
        yield started
