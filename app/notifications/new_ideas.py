"""Telling those who follow a mini-cluster of a new idea there, in portions, so that no transaction is long."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.follows.service import followers_of
from app.ideas.audience_count import people_who_see
from app.models import Idea, MiniClusterFollow
from app.models.ideas import IdeaStatus
from app.models.notifications import PushTopic, Reason
from app.notifications.channels import choices_of
from app.notifications.events import FollowersToTell
from app.notifications.telling import have_person_pushed, put_into_inboxes
from app.outbox import events as outbox

AT_ONCE = 200
"""People told in one transaction."""


async def tell_followers(
    session: AsyncSession, idea_id: int, event_id: int, after_account_id: int, at: datetime
) -> None:
    """Tell the next followers, as far as they see the idea, and leave the rest to an event of its own. Repeatable."""
    idea = await _load(session, idea_id)
    if idea is None:
        return
    followers = (
        followers_of(idea.mini_cluster_id)
        .where(MiniClusterFollow.account_id > after_account_id, MiniClusterFollow.account_id.in_(people_who_see(idea)))
        .order_by(MiniClusterFollow.account_id)
        .limit(AT_ONCE)
    )
    people = (await session.scalars(followers, {"at": at})).all()
    choices = await choices_of(session, people, idea.mini_cluster_id)
    subject = {"actor_id": idea.author_id, "idea_id": idea.id}
    for person in await put_into_inboxes(session, choices, event_id, Reason.NEW_IDEA, at, **subject):
        if choices[person].push(Reason.NEW_IDEA):
            await have_person_pushed(session, person, PushTopic.NEW_IDEAS, at)
    if len(people) == AT_ONCE:
        rest = FollowersToTell(idea_id=idea.id, first_event_id=event_id, after_account_id=people[-1])
        await outbox.append(session, rest)


async def _load(session: AsyncSession, idea_id: int) -> Row[Any] | None:
    """The idea; None once nobody can read it any more."""
    columns: Sequence[Any] = [
        Idea.id, Idea.author_id, Idea.mini_cluster_id, Idea.consortium_id, Idea.visibility
    ]  # fmt: skip
    statement = select(*columns).where(Idea.id == idea_id, Idea.status == IdeaStatus.PUBLISHED)
    return (await session.execute(statement)).one_or_none()
