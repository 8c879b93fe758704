"""A place in which people post, answer and recommend, and a worker that a test moves step by step."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import anyio
from sqlalchemy import Row, select, update

from app.core.clock import now
from app.core.database import Database
from app.ideas.entries import put_into_feeds
from app.ideas.events import CommentAdded, CommentEdited, IdeaPublished, VoteCast
from app.models import (
    Comment,
    CommentMention,
    Delivery,
    Device,
    Idea,
    IdeaFollow,
    IdeaReader,
    InboxItem,
    MiniCluster,
    MiniClusterFollow,
    Model,
    PushJob,
    RefreshToken,
    Vote,
)
from app.models.ideas import IdeaStatus, Visibility
from app.models.notifications import Platform, PushTopic, TokenKind
from app.notifications.fan_out import FanOut, subscribe
from app.notifications.jobs import dispatch_due
from app.notifications.sender import Sender
from app.outbox.events import Event, append
from app.outbox.relay import Relay
from app.outbox.subscriptions import Occurrence, Subscriptions
from tests.factories import Factory, Person
from tests.push.recording import RecordingTransport

TITLE = "절삭유 미스트 집진 장치 공동 시험"


class Clock:
    """The time as a test sets it, never behind the real one by which rows are written."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        """Let time pass."""
        self.at += timedelta(**span)
        return self.at


@dataclass
class Story:
    """What happens in one test."""

    database: Database
    factory: Factory
    transport: RecordingTransport
    clock: Clock
    mini_cluster: MiniCluster

    async def person(self, name: str = "김하늘", *, device: bool = True, locale: str = "ko") -> Person:
        """A member, with a phone unless told otherwise."""
        person = await self.factory.person(self.mini_cluster, name=name)
        # A session that can't be refreshed any more would be ended by the worker's upkeep.
        digest, expires_at = secrets.token_bytes(32), now() + timedelta(days=30)
        await self.add(RefreshToken(digest=digest, session_id=person.session_id, expires_at=expires_at))
        if device:
            await self.device(person, locale=locale)
        return person

    async def device(self, person: Person, token: str | None = None, locale: str = "ko") -> int:
        """One more phone of a person; its token is ``phone-of-…`` and his id unless given."""
        async with self.database.write() as session:
            device = Device(
                account_id=person.id,
                session_id=person.session_id,
                token_kind=TokenKind.TOKEN,
                token=token or token_of(person),
                platform=Platform.ANDROID,
                app_version="1.0.0",
                locale=locale,
                time_zone="Asia/Seoul",
            )
            session.add(device)
            await session.flush()
            return device.id

    async def idea(
        self, author: Person, *, visibility: Visibility = Visibility.MINI_CLUSTER, readers: Sequence[Person] = ()
    ) -> Idea:
        """A published idea."""
        async with self.database.write() as session:
            idea = Idea(
                creation_digest=b"0" * 32,
                mini_cluster_id=self.mini_cluster.id,
                consortium_id=self.mini_cluster.consortium_id,
                author_id=author.id,
                title=TITLE,
                body="가공 현장의 미스트를 줄이려고 합니다.",
                excerpt="가공 현장의 미스트를 줄이려고 합니다.",
                visibility=visibility,
                status=IdeaStatus.PUBLISHED,
                published_at=now(),
            )
            session.add(idea)
            await session.flush()
            session.add_all(IdeaReader(idea_id=idea.id, account_id=reader.id) for reader in readers)
            await session.flush()
            await put_into_feeds(session, idea)
        return idea

    async def comment(
        self,
        idea: Idea,
        author: Person,
        body: str = "센서를 달면 어떨까요?",
        *,
        reply_to: Comment | None = None,
        mentions: Sequence[Person] = (),
    ) -> Comment:
        """A comment with its event."""
        async with self.database.write() as session:
            comment = Comment(
                creation_digest=b"0" * 32,
                idea_id=idea.id,
                parent_id=(reply_to.parent_id or reply_to.id) if reply_to else None,
                reply_to_id=reply_to.id if reply_to else None,
                author_id=author.id,
                body=body,
            )
            session.add(comment)
            await session.flush()
            session.add_all(CommentMention(comment_id=comment.id, account_id=person.id) for person in mentions)
            await append(session, CommentAdded(idea_id=idea.id, comment_id=comment.id, author_id=author.id))
        return comment

    async def mention_by_edit(self, comment: Comment, *people: Person) -> None:
        """The author names people in his comment afterwards."""
        async with self.database.write() as session:
            session.add_all(CommentMention(comment_id=comment.id, account_id=person.id) for person in people)
            event = CommentEdited(
                idea_id=comment.idea_id,
                comment_id=comment.id,
                author_id=comment.author_id,
                newly_mentioned_ids=[person.id for person in people],
            )
            await append(session, event)

    async def vote(self, idea: Idea, voter: Person) -> None:
        """A recommendation with its event."""
        async with self.database.write() as session:
            session.add(Vote(account_id=voter.id, idea_id=idea.id))
            await session.execute(update(Idea).where(Idea.id == idea.id).values(vote_count=Idea.vote_count + 1))
            await append(session, VoteCast(idea_id=idea.id, voter_id=voter.id))

    async def publish(self, author: Person, **settings: Any) -> Idea:
        """A published idea with its event."""
        idea = await self.idea(author, **settings)
        async with self.database.write() as session:
            await append(session, IdeaPublished(idea_id=idea.id, author_id=author.id))
        return idea

    async def follow(self, *people: Person) -> None:
        """People follow the mini-cluster."""
        await self.add(
            *(MiniClusterFollow(account_id=person.id, mini_cluster_id=self.mini_cluster.id) for person in people)
        )

    async def mute(self, person: Person, idea: Idea) -> None:
        """A person wants to hear nothing of an idea."""
        await self.add(IdeaFollow(account_id=person.id, idea_id=idea.id, muted=True))

    async def add(self, *rows: Model) -> None:
        """Commit rows."""
        async with self.database.write() as session:
            session.add_all(rows)

    async def change(self, model: type[Model], row_id: int, **values: Any) -> None:
        """Change one row."""
        table = model.__table__
        async with self.database.write() as session:
            await session.execute(update(model).where(table.c.id == row_id).values(**values))

    async def fan_out(self) -> int:
        """Let the relay handle what happened; how many events there were."""
        self.clock.at = max(self.clock.at, now())
        subscriptions = Subscriptions()
        fan_out = FanOut(clock=self.clock)
        subscribe(subscriptions, fan_out)
        return await Relay(self.database, subscriptions).run_round(self.clock())

    async def dispatch(self) -> int:
        """Let due push jobs become deliveries; how many jobs there were."""
        return await dispatch_due(self.database, self.clock())

    @property
    def sender(self) -> Sender:
        """A sender that sends to the recording transport."""
        return Sender(self.database, self.transport, clock=self.clock)

    async def send(self) -> int:
        """Let a sender send all that is due; how many deliveries it settled or tried."""
        sender, done = self.sender, 0
        while await sender.send_one():
            done += 1
        return done

    async def work(self) -> None:
        """Everything a worker does, once."""
        await self.fan_out()
        await self.dispatch()
        await self.send()

    async def told(self) -> list[tuple[int, str]]:
        """Who was told, and why, in the order of telling."""
        rows = await self.rows(InboxItem)
        return [(row.account_id, row.reason.value) for row in rows]

    async def job(self, person: Person, topic: PushTopic = PushTopic.RESPONSES) -> Row[Any]:
        """The push job of a person; there must be one."""
        (job,) = [row for row in await self.rows(PushJob) if (row.account_id, row.topic) == (person.id, topic)]
        return job

    async def codes(self) -> list[tuple[str, str | None]]:
        """State and last code of every delivery, in the order of their making."""
        return [(row.state.value, row.last_code) for row in await self.rows(Delivery)]

    async def rows(self, model: type[Model]) -> Sequence[Row[Any]]:
        """All rows of a table."""
        table = model.__table__
        async with self.database.read() as connection:
            return (await connection.execute(select(*table.c).order_by(table.c.id))).all()


def token_of(person: Person) -> str:
    """The token of a person's first phone."""
    return f"phone-of-{person.id}"


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for something that another task or process does. Raises TimeoutError when it does not."""
    with anyio.fail_after(seconds):
        while True:
            met = condition()
            if met if isinstance(met, bool) else await met:
                return
            await anyio.sleep(0.01)


def occurrence(event: Event, event_id: int) -> Occurrence[Any]:
    """An event as the relay hands it over."""
    return Occurrence(event_id, now(), event)
