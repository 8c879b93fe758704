"""The place of the leak walk: the real API on a database of its own, driven step by step beside the model."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import uvloop

from app.core.clock import now
from app.core.database import Database
from app.core.settings import Settings
from app.models import Consortium, Device, MiniCluster
from app.models.notifications import Platform, TokenKind
from app.notifications.jobs import dispatch_due
from app.notifications.sender import Sender
from app.push.transport import PushMessage
from tests.conftest import started_app
from tests.factories import Factory, Person, client_id
from tests.ideas.test_states import told
from tests.permissions.leak_model import Model, ModelIdea
from tests.push.recording import RecordingTransport

PEOPLE, CONSORTIA, PLACES = 7, 3, 5
SECRET = "test-only-secret-key-of-40-characters-xx"
Json = dict[str, Any]


class LeakPlace:
    """Seven people, three consortia, five mini-clusters; every title, body and comment holds a word of its own."""

    def __init__(self, url: str) -> None:
        """Fill the migrated, empty database at ``url``."""
        self.url = url
        self.model = Model()
        self.people: list[Person] = []
        self.places: list[MiniCluster] = []
        self.consortia: list[Consortium] = []
        self.words = 0
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.runner.run(self._open())

    async def _open(self) -> None:
        self.database = Database(self.url, pool_size=2, durable=False)
        self.factory = Factory(self.database)
        settings = Settings(_env_file=None, database_url=self.url, secret_key=SECRET, log_level="ERROR")
        self.app_context = started_app(settings)
        app = await self.app_context.__aenter__()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=True), base_url="http://test"
        )
        self.consortia = [await self.factory.consortium() for _ in range(CONSORTIA)]
        for number in range(PLACES):
            self.places.append(await self.factory.mini_cluster(self.consortia[number % CONSORTIA]))
            self.model.consortium_of[number] = number % CONSORTIA
        self.operator = await self.factory.person(is_operator=True)
        for number in range(PEOPLE):
            coordinated = number if number < CONSORTIA else None
            self.people.append(
                await self.factory.person(
                    self.places[number % PLACES],
                    coordinates=None if coordinated is None else self.consortia[coordinated],
                    name=f"사람{number}",
                )
            )
            self.model.members[number] = {number % PLACES}
            self.model.coordinates[number] = set() if coordinated is None else {coordinated}
            await self._give_phone(number)

    async def _give_phone(self, person: int) -> None:
        async with self.database.write() as session:
            session.add(
                Device(
                    account_id=self.people[person].id,
                    session_id=self.people[person].session_id,
                    token_kind=TokenKind.TOKEN,
                    token=f"phone-{person}",
                    platform=Platform.ANDROID,
                    app_version="1.0.0",
                    locale="ko",
                    time_zone="Asia/Seoul",
                )
            )

    def close(self) -> None:
        """Stop the API."""
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.client.aclose()
        await self.app_context.__aexit__(None, None, None)
        await self.database.aclose()

    def word(self) -> str:
        """A word that stands nowhere else."""
        self.words += 1
        return f"zq{self.words}qz"

    def call(self, method: str, path: str, person: Person | int, **body: Any) -> httpx.Response:
        """A request of a person."""
        sender = self.people[person] if isinstance(person, int) else person
        response: httpx.Response = self.runner.run(
            self.client.request(method, f"/v1{path}", headers=dict(sender.headers), json=body or None)
        )
        assert response.status_code < 500, response.text
        return response

    def tell(self) -> list[PushMessage]:
        """Let the worker fan out what happened and send what waits for two hours at most; what it sent."""
        return self.runner.run(self._tell())

    async def _tell(self) -> list[PushMessage]:
        await told(self.database)
        later, phones = now() + timedelta(hours=2), RecordingTransport()
        await dispatch_due(self.database, later)
        sender = Sender(self.database, phones, clock=lambda: later)
        while await sender.send_one():
            pass
        return phones.sent

    def place_id(self, place: int) -> str:
        """The id of a mini-cluster."""
        return str(self.places[place].public_id)

    def person_id(self, person: int) -> str:
        """The id of a person."""
        return str(self.people[person].public_id)

    def post(self, author: int, place: int, visibility: str, readers: set[int], excluded: set[int]) -> None:
        """Post an idea where the author may, if he may anywhere."""
        mine = sorted(self.model.members[author] - self.model.dissolved)
        place = mine[place % len(mine)] if mine else place
        title, body, idea = self.word(), self.word(), client_id()
        request: Json = {
            "id": idea,
            "mini_cluster_id": self.place_id(place),
            "title": title,
            "body": body,
            "visibility": visibility,
            "excluded_organisation_ids": [self.organisation_of(person) for person in excluded],
        }
        if visibility == "named":
            request["reader_ids"] = [self.person_id(reader) for reader in readers]
        if self.call("POST", "/ideas", author, **request).status_code == 201:
            kept = readers if visibility == "named" else set()
            self.model.ideas.append(ModelIdea(idea, author, place, visibility, kept, excluded, title, body))

    def organisation_of(self, person: int) -> str:
        """The id of a person's organisation."""
        if not hasattr(self, "_organisations"):
            self._organisations: dict[int, str] = {}
        if person not in self._organisations:
            me = self.call("GET", "/me", person).json()
            self._organisations[person] = me["affiliation"]["organisation"]["id"]
        return self._organisations[person]
