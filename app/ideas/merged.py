"""What came of merges: who is a co-author of an idea, and into which other one it went."""

import uuid
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.ideas.schemas import AuthorCard
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.models import Account, Affiliation, Idea, IdeaMerge, Organisation

_Reader = AsyncConnection | AsyncSession
_SHOWN: Any = literal_column("20")


async def co_authors(connection: _Reader, actor: Actor, idea_id: int) -> list[AuthorCard]:
    """The authors of ideas that are merged into one, but for its own author and whom a block keeps apart."""
    target = Idea.__table__.alias("target")
    columns: list[Any] = card_columns()
    statement = (
        select(*columns)
        .select_from(IdeaMerge)
        .join(Idea, Idea.id == IdeaMerge.source_id)
        .join(target, target.c.id == IdeaMerge.target_id)
        .join(Account, Account.id == Idea.author_id)
        .outerjoin(Affiliation, Affiliation.id == Idea.affiliation_id)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            IdeaMerge.target_id == idea_id,
            IdeaMerge.merged_at.is_not(None),
            IdeaMerge.undone_at.is_(None),
            Idea.author_id != target.c.author_id,
            not_blocked(Account.id, actor.account_id),
        )
        .order_by(IdeaMerge.id)
        .limit(_SHOWN)
    )
    cards = [author_card(row) for row in await connection.execute(statement)]
    return list({card.id: card for card in cards}.values())


async def merged_into(connection: _Reader, idea_id: int) -> uuid.UUID | None:
    """The idea into which one is merged."""
    statement = (
        select(Idea.public_id)
        .join(IdeaMerge, IdeaMerge.target_id == Idea.id)
        .where(IdeaMerge.source_id == idea_id, IdeaMerge.merged_at.is_not(None), IdeaMerge.undone_at.is_(None))
    )
    return (await connection.execute(statement)).scalar_one_or_none()
