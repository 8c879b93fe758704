"""What tests of notifications share."""

import pytest

from app.core.database import Database
from tests.factories import Factory
from tests.notifications.story import Clock, Story
from tests.push.recording import RecordingTransport


@pytest.fixture
async def story(database: Database, factory: Factory) -> Story:
    """A mini-cluster in which something may happen."""
    return Story(database, factory, RecordingTransport(), Clock(), await factory.mini_cluster())
