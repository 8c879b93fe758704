"""What tests of consortia share."""

import httpx
import pytest

from app.models.memberships import MemberRole
from tests.consortia.roster_keeper import Keeper
from tests.factories import Factory


@pytest.fixture
async def keeper(client: httpx.AsyncClient, factory: Factory) -> Keeper:
    home = await factory.consortium()
    place = await factory.mini_cluster(home, "창원 금형")
    manager = await factory.person(place, role=MemberRole.MANAGER, name="이매니저")
    return Keeper(client, place, manager, await factory.person(coordinates=home))
