"""Random discussions on both engines against the plain rules: what is counted, what is listed, what is shown."""

import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.comments import reading, service
from app.comments.schemas import Comment as CommentView
from app.comments.schemas import CommentCreate, CommentUpdate
from app.core.cursor import CursorCodec
from app.core.database import Database
from app.core.errors import AppError
from app.core.ids import new_public_id
from app.identity.actor import Actor
from tests.comments.discussion import Discussion, Totals
from tests.factories import Factory
from tests.ideas_factory import Place, actor_of

STEPS = 70
CURSORS = CursorCodec(b"a key of tests")


@dataclass
class Entry:
    """A comment as the rules know it."""

    author: Actor
    body: str
    parent: uuid.UUID | None
    reply_to: uuid.UUID | None
    version: int = 1
    deleted: bool = False
    hidden: bool = False


@dataclass
class Model:
    """All comments in the order of their posting, and who has blocked whom."""

    blocks: set[frozenset[int]]
    entries: dict[uuid.UUID, Entry] = field(default_factory=dict)

    def hidden_from(self, entry: Entry, viewer: Actor) -> bool:
        return entry.hidden or frozenset({entry.author.account_id, viewer.account_id}) in self.blocks

    def listed(self, key: uuid.UUID) -> bool:
        hanging = (e for e in self.entries.values() if key in (e.parent, e.reply_to))
        return not self.entries[key].deleted or any(not e.deleted for e in hanging)

    def threads(self) -> list[tuple[uuid.UUID, list[uuid.UUID]]]:
        tops = [key for key, entry in self.entries.items() if entry.parent is None and self.listed(key)]
        return [
            (top, [key for key, entry in self.entries.items() if entry.parent == top and self.listed(key)])
            for top in tops
        ]

    def totals(self) -> Totals:
        readable = sum(not entry.deleted and not entry.hidden for entry in self.entries.values())
        return Totals(readable, readable, answered=readable > 0)


@dataclass
class Play:
    """Does the same to the service and to the model."""

    chance: random.Random
    database: Database
    discussion: Discussion
    people: list[Actor]
    model: Model

    async def step(self) -> None:
        weights = {self.post: 8, self.edit: 2, self.delete: 4, self.hide: 1}
        (act,) = self.chance.choices(list(weights), weights=list(weights.values()))
        await (act if self.model.entries else self.post)()

    def _any(self) -> tuple[uuid.UUID, Entry]:
        return self.chance.choice(list(self.model.entries.items()))

    async def _status(self, work: Callable[[AsyncSession], Awaitable[object]]) -> int | None:
        """Do something in a transaction; the status of the refusal, if it was refused."""
        try:
            async with self.database.write() as session:
                await work(session)
        except AppError as error:
            return error.status
        return None

    async def post(self) -> None:
        author, key, body = self.chance.choice(self.people), new_public_id(), f"말 {self.chance.random()}"
        answered = self._any() if self.model.entries and self.chance.random() < 0.6 else None
        reply_to = answered[0] if answered else None
        request = CommentCreate(id=key, body=body, reply_to=reply_to)
        idea_id = self.discussion.idea.public_id
        status = await self._status(lambda session: service.create_comment(session, author, idea_id, request))
        if answered and (answered[1].deleted or self.model.hidden_from(answered[1], author)):
            assert status == 422
            return
        assert status is None
        parent = answered[1].parent or answered[0] if answered else None
        self.model.entries[key] = Entry(author, body, parent, reply_to)

    async def edit(self) -> None:
        key, entry = self._any()
        actor, body = self.chance.choice(self.people), f"고침 {self.chance.random()}"

        async def work(session: AsyncSession) -> None:
            comment = await service.comment_to_edit(session, actor, key)
            await service.edit_comment(session, actor, comment, CommentUpdate(body=body))

        status = await self._status(work)
        if actor is entry.author and not entry.deleted and not entry.hidden:
            assert status is None
            entry.body, entry.version = body, entry.version + 1
        else:
            assert status in {403, 404}

    async def delete(self) -> None:
        key, entry = self._any()
        actor = entry.author if self.chance.random() < 0.8 else self.chance.choice(self.people)
        status = await self._status(lambda session: service.delete_comment(session, actor, key))
        if actor is entry.author:
            assert status is None
            entry.version += not entry.deleted
            entry.deleted, entry.body = True, ""
        else:
            assert status == (403 if self.model.listed(key) else 404)

    async def hide(self) -> None:
        key, entry = self._any()
        if not entry.deleted and not entry.hidden:
            await self.discussion.hide(str(key))
            entry.hidden = True

    async def check(self) -> None:
        assert await self.discussion.totals() == self.model.totals()
        for viewer in self.people:
            shown = await self._read_all(viewer)
            assert [(top.id, [reply.id for reply in replies]) for top, replies, _ in shown] == self.model.threads()
            for top, replies, count in shown:
                for comment in (top, *replies):
                    self._check_shown(comment, viewer)
                under = [self.model.entries[reply.id] for reply in replies]
                assert count == sum(not e.deleted and not self.model.hidden_from(e, viewer) for e in under)

    def _check_shown(self, comment: CommentView, viewer: Actor) -> None:
        entry = self.model.entries[comment.id]
        hidden = self.model.hidden_from(entry, viewer)
        assert (comment.parent_id, comment.reply_to_id) == (entry.parent, entry.reply_to)
        assert (comment.is_deleted, comment.is_hidden) == (entry.deleted, hidden)
        assert comment.body == ("" if hidden else entry.body)
        assert (comment.author.id if comment.author else None) == (None if hidden else entry.author.public_id)
        assert comment.version == entry.version

    async def _read_all(self, viewer: Actor) -> list[tuple[CommentView, list[CommentView], int]]:
        threads, cursor, limit = [], None, self.chance.choice((3, 7, 20))
        idea_id = self.discussion.idea.public_id
        async with self.database.read() as connection:
            while True:
                page = await reading.list_comments(connection, viewer, CURSORS, idea_id, cursor=cursor, limit=limit)
                for thread in page.items:
                    replies, more = list(thread.replies), thread.next_replies_cursor
                    while more:
                        rest = await reading.list_replies(
                            connection, viewer, CURSORS, thread.comment.id, cursor=more, limit=4
                        )
                        replies, more = replies + rest.items, rest.next_cursor
                    threads.append((thread.comment, replies, thread.reply_count))
                if (cursor := page.next_cursor) is None:
                    return threads


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_discussion_follows_the_rules(
    database: Database, factory: Factory, place: Place, discussion: Discussion, seed: int
) -> None:
    third, fourth = await factory.person(place.mini_cluster), await factory.person(place.mini_cluster)
    await factory.block(third, place.member)
    people = [await actor_of(database, person.id) for person in (place.author, place.member, third, fourth)]
    blocks = {frozenset({third.id, place.member.id})}
    play = Play(random.Random(seed), database, discussion, people, Model(blocks))
    for number in range(STEPS):
        await play.step()
        if number % 7 == 6:
            await play.check()
    assert len(play.model.entries) > 15
