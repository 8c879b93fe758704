"""The place of the leak walk: the real API on a database of its own, driven step by step beside the model."""

import asyncio
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import httpx

from app.core.database import Database
from app.core.settings import Settings
from app.models import Consortium, MiniCluster
from tests.conftest import started_app
from tests.factories import Factory, Person, client_id
from tests.ideas.test_states import told
from tests.permissions.leak_model import Model, ModelIdea

PEOPLE, CONSORTIA, PLACES = 7, 3, 5
_WORD = re.compile(r"zq[0-9]+qz")
SECRET = "test-only-secret-key-of-40-characters-xx"
Json = dict[str, Any]


class LeakPlace:
    """Seven people, three consortia, five mini-clusters; every title, body and comment holds a word of its own."""

    def __init__(self, template: Path) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="idea-storage-walk-")
        path = Path(self.folder.name) / "walk.db"
        shutil.copyfile(template, path)
        self.url = f"sqlite:///{path}"
        self.model = Model()
        self.people: list[Person] = []
        self.places: list[MiniCluster] = []
        self.consortia: list[Consortium] = []
        self.words = 0
        self.runner = asyncio.Runner()
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

    def close(self) -> None:
        """Stop the API and remove its database."""
        self.runner.run(self._close())
        self.runner.close()
        self.folder.cleanup()

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

    def tell(self) -> None:
        """Let the worker fan out what happened."""
        self.runner.run(told(self.database))

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

    def check(self, turn: int) -> None:
        """Nothing that people read holds a word they may not see; and they find what they may.

        A step looks at some of it: by turns everybody reads every list, and everybody opens every idea.
        """
        viewer = turn % PEOPLE
        self._check_lists(viewer, turn)
        if not self.model.ideas:
            return
        idea = self.model.ideas[turn % len(self.model.ideas)]
        for person in range(PEOPLE):
            response = self.call("GET", f"/ideas/{idea.id}", person)
            assert (response.status_code == 200) == self.model.sees(person, idea), (person, idea, response.text)
        self._check_single(viewer, idea, turn)

    def _check_lists(self, viewer: int, turn: int) -> None:
        model, place = self.model, turn % PLACES
        consortium = self.consortia[model.consortium_of[place]].public_id
        lists = [
            "/feeds/home?sort=hot&limit=100",
            "/feeds/open?limit=100",
            "/inbox?limit=100",
            f"/mini-clusters/{self.place_id(place)}/ideas?limit=100",
            f"/consortia/{consortium}/ideas?limit=100&sort=unanswered",
            "/me/audience-proposals",
        ]
        home = self.call("GET", "/feeds/home?sort=new&limit=100", viewer)
        expected = {each.id for each in model.ideas if model.is_at_home(viewer, each)}
        assert {item["id"] for item in home.json()["items"]} == expected
        readable = model.readable_words(viewer, in_lists=True)
        for response in (home, self.call("GET", lists[turn % len(lists)], viewer)):
            leaked = set(_WORD.findall(response.text)) - readable
            assert not leaked, (viewer, leaked, response.text)
        if turn % 7 == 0:
            unread = self.call("GET", "/inbox?unread_only=true&limit=100", viewer).json()["items"]
            assert self.call("GET", "/me", viewer).json()["unread_count"] == len(unread)

    def _check_single(self, viewer: int, idea: ModelIdea, turn: int) -> None:
        sees = self.model.sees(viewer, idea)
        readable = self.model.readable_words(viewer, in_lists=False)
        below = ("/states", "/revisions", "/audience-proposals", "/reads")
        comments = self.call("GET", f"/ideas/{idea.id}/comments?limit=100", viewer)
        for response in (comments, self.call("GET", f"/ideas/{idea.id}{below[turn % len(below)]}", viewer)):
            assert (response.status_code == 404) >= (not sees), (viewer, idea, response.text)
            assert set(_WORD.findall(response.text)) <= readable, (viewer, idea, response.text)
        if sees and not idea.is_withdrawn:
            words = {word for word, by in idea.comments.items() if not self.model.is_blocked(viewer, by)}
            assert set(_WORD.findall(comments.text)) == words
