"""The pinned ideas of a mini-cluster, which apps show on top of its feed."""

import uuid
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.queries import locate_mini_cluster
from app.ideas.queries import idea_columns, join_cards, visible_to
from app.ideas.rows import summary
from app.ideas.schemas import IdeaPage
from app.identity.actor import Actor
from app.models import Idea
from app.moderation.acts.effects import PINS_AT_MOST


async def list_pins(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> IdeaPage:
    """The pinned ideas that the actor sees, the one pinned last first. They are few: always one page.

    :raises NotFound: there is no such mini-cluster.
    """
    mini_cluster = await locate_mini_cluster(connection, public_id)
    columns: list[Any] = idea_columns(actor.account_id)
    statement = (
        select(*columns)
        .select_from(join_cards(Idea.__table__))
        .where(Idea.mini_cluster_id == mini_cluster.id, Idea.pinned_at.is_not(None), visible_to(actor))
        .order_by(Idea.pinned_at.desc(), Idea.id.desc())
        .limit(literal_column(str(PINS_AT_MOST)))
    )
    rows = (await connection.execute(statement)).all()
    return IdeaPage(items=[summary(row, actor) for row in rows], next_cursor=None)
