"""An idea to comment on, and time for many writers."""

import httpx
import pytest

from app.core.database import Database
from app.core.settings import Settings
from tests.comments.discussion import Discussion
from tests.factories import Factory
from tests.ideas_factory import Place, idea_among_members


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """What is tested is what many writers leave behind, not how soon this machine is through with them."""
    return settings.model_copy(update={"database_wait_seconds": 30.0})


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    """An idea, its author, and another member of the mini-cluster."""
    return await idea_among_members(database, factory)


@pytest.fixture
def discussion(client: httpx.AsyncClient, database: Database, place: Place) -> Discussion:
    """The thread of the idea of ``place``."""
    return Discussion(client, database, place.idea)
