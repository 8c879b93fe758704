"""The statements of a vote. Each changes the vote row first; the counter, which all voters share, comes last."""

import uuid
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import NotFound
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.models import Idea, Vote
from app.models.declarative import UtcDateTime
from app.models.ideas import IdeaStatus
from app.models.upsert import insert_for


async def insert_vote(session: AsyncSession, actor: Actor, idea_public_id: uuid.UUID) -> int | None:
    """Vote for an idea of somebody else's that the actor sees; its id, or None when no row was added.

    Two votes of one member at once meet at the key of the table: the second waits for the first and adds nothing.
    """
    row = select(literal(actor.account_id), Idea.id, literal(now(), UtcDateTime())).where(
        *_votable(actor, idea_public_id)
    )
    statement = insert_for(session, Vote).from_select(["account_id", "idea_id", "voted_at"], row)
    added: int | None = await session.scalar(statement.on_conflict_do_nothing().returning(Vote.idea_id))
    return added


async def delete_vote(session: AsyncSession, actor: Actor, idea_public_id: uuid.UUID) -> int | None:
    """Take a vote back from an idea the actor sees; its id, or None when there was no vote."""
    idea = select(Idea.id).where(*_votable(actor, idea_public_id)).scalar_subquery()
    statement = delete(Vote).where(Vote.account_id == actor.account_id, Vote.idea_id == idea).returning(Vote.idea_id)
    return await session.scalar(statement.execution_options(synchronize_session=False))


async def add_to_counter(session: AsyncSession, idea_id: int, difference: int) -> int:
    """Change the counter by the database's own arithmetic; the new number.

    :raises NotFound: the idea was withdrawn or hidden meanwhile: the whole vote is undone.
    """
    statement = (
        update(Idea)
        .where(Idea.id == idea_id, Idea.status == IdeaStatus.PUBLISHED)
        .values(vote_count=Idea.vote_count + difference)
        .returning(Idea.vote_count)
        .execution_options(synchronize_session=False)
    )
    count = await session.scalar(statement)
    if count is None:
        raise NotFound
    return count


class Standing(NamedTuple):
    """An idea as a vote that changed nothing found it."""

    author_id: int
    vote_count: int
    my_vote: bool
    consortium_id: int


async def find_standing(session: AsyncSession, actor: Actor, idea_public_id: uuid.UUID) -> Standing:
    """How an idea the actor sees, or has written, stands.

    :raises NotFound: it does not exist, or not for this actor.
    """
    my_vote = select(Vote.idea_id).where(Vote.account_id == actor.account_id, Vote.idea_id == Idea.id)
    statement = select(Idea.author_id, Idea.vote_count, my_vote.scalar_subquery().is_not(None), Idea.consortium_id)
    statement = statement.where(
        Idea.public_id == idea_public_id, or_(Idea.author_id == actor.account_id, visible_to(actor))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return Standing(*row)


def _votable(actor: Actor, idea_public_id: uuid.UUID) -> list[ColumnElement[bool]]:
    conditions = [Idea.public_id == idea_public_id, Idea.author_id != actor.account_id, visible_to(actor)]
    if actor.suspended_consortium_ids:
        conditions.append(Idea.consortium_id.not_in(sorted(actor.suspended_consortium_ids)))
    return conditions
