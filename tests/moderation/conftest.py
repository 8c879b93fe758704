"""An idea, its author and another member, and those who look after the place."""

from dataclasses import dataclass

import httpx
import pytest

from app.core.database import Database
from app.core.settings import Settings
from app.models.memberships import MemberRole
from tests.comments.discussion import Discussion
from tests.factories import Factory, Person
from tests.ideas_factory import Place, idea_among_members


@dataclass(frozen=True)
class Staff:
    """Those who handle cases, here and elsewhere."""

    manager: Person
    coordinator: Person
    stranger: Person
    """Coordinates another consortium."""
    operator: Person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """What is tested is what many writers leave behind, not how soon this machine is through with them."""
    return settings.model_copy(update={"database_wait_seconds": 30.0})


@pytest.fixture
async def place(database: Database, factory: Factory) -> Place:
    return await idea_among_members(database, factory)


@pytest.fixture
async def staff(factory: Factory, place: Place) -> Staff:
    return Staff(
        manager=await factory.person(place.mini_cluster, name="이바다", role=MemberRole.MANAGER),
        coordinator=await factory.person(name="정가람", coordinates=place.consortium),
        stranger=await factory.person(name="한바람", coordinates=await factory.consortium()),
        operator=await factory.person(name="최누리", is_operator=True),
    )


@pytest.fixture
def discussion(client: httpx.AsyncClient, database: Database, place: Place) -> Discussion:
    return Discussion(client, database, place.idea)
