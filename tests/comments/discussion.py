"""The thread of one idea as tests write, read and count it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
from sqlalchemy import func, select, update

from app.core.clock import now
from app.core.database import Database
from app.ideas.entries import set_answered
from app.models import Comment, FeedEntry, Idea, OutboxEvent
from tests.factories import Person, client_id

BODY = "우리 공장에서 시험하실 수 있습니다."


class Totals(NamedTuple):
    """The counter of an idea, its readable comments, and whether feeds show it as answered."""

    counter: int
    readable: int
    answered: bool


@dataclass(frozen=True)
class Discussion:
    """Acts over HTTP, checks in the database."""

    client: httpx.AsyncClient
    database: Database
    idea: Idea

    @property
    def path(self) -> str:
        """Where comments are posted and listed."""
        return f"/v1/ideas/{self.idea.public_id}/comments"

    async def send(self, person: Person, *, key: object = None, **fields: object) -> httpx.Response:
        """Send a comment, perhaps with an idempotency key; what is not given is filled in."""
        headers = {**person.headers, **({"Idempotency-Key": str(key)} if key else {})}
        return await self.client.post(self.path, json={"id": client_id(), "body": BODY, **fields}, headers=headers)

    async def post(
        self, person: Person, body: str = BODY, *, reply_to: str | None = None, mentions: Sequence[Person] = ()
    ) -> dict[str, Any]:
        """A comment that was posted."""
        response = await self.send(
            person, body=body, reply_to=reply_to, mention_ids=[str(mention.public_id) for mention in mentions]
        )
        assert response.status_code == 201, response.text
        shown: dict[str, Any] = response.json()
        return shown

    async def get(self, person: Person, path: str = "", **params: object) -> dict[str, Any]:
        """What a GET shows; without a path the list of threads."""
        response = await self.client.get(path or self.path, params=_strings(params), headers=person.headers)
        assert response.status_code == 200, response.text
        shown: dict[str, Any] = response.json()
        return shown

    async def patch(
        self, person: Person, comment_id: str, *, if_match: str | None = None, **fields: object
    ) -> httpx.Response:
        """Send an edit."""
        headers = {**person.headers, **({"If-Match": if_match} if if_match else {})}
        return await self.client.patch(f"/v1/comments/{comment_id}", json=fields, headers=headers)

    async def delete(self, person: Person, comment_id: str) -> httpx.Response:
        """Send a deletion."""
        return await self.client.delete(f"/v1/comments/{comment_id}", headers=person.headers)

    async def hide(self, comment_id: str) -> None:
        """Do to a readable comment what a moderator's hiding does."""
        async with self.database.write() as session:
            await session.execute(
                update(Comment).where(Comment.public_id == uuid.UUID(comment_id)).values(hidden_at=now())
            )
            fewer = update(Idea).where(Idea.id == self.idea.id).values(comment_count=Idea.comment_count - 1)
            if await session.scalar(fewer.returning(Idea.comment_count)) == 0:
                await set_answered(session, self.idea.id, answered=False)

    async def stored(self, comment_id: str) -> Comment:
        """The row of a comment."""
        async with self.database.write() as session:
            return (await session.scalars(select(Comment).where(Comment.public_id == uuid.UUID(comment_id)))).one()

    async def number_of_rows(self) -> int:
        """Rows of comments on any idea, deleted ones too."""
        async with self.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(Comment)) or 0

    async def totals(self) -> Totals:
        """The counter and what it must equal."""
        readable = (
            select(func.count(Comment.id))
            .where(Comment.idea_id == self.idea.id, Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
            .scalar_subquery()
        )
        answered = select(func.max(FeedEntry.answered)).where(FeedEntry.idea_id == self.idea.id).scalar_subquery()
        async with self.database.read() as connection:
            statement = select(Idea.comment_count, readable, answered).where(Idea.id == self.idea.id)
            row = (await connection.execute(statement)).one()
        return Totals(row[0], row[1], bool(row[2]))

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Kind and payload of the events that wait for the worker, in order."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(OutboxEvent.kind, OutboxEvent.payload).order_by(OutboxEvent.id))
            return [(row.kind, row.payload) for row in rows]


def _strings(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value is not None}


def error_of(response: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, code, and pointer and code of each field of a problem."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    return response.status_code, problem["code"], [(field["pointer"], field["code"]) for field in problem["errors"]]
