"""Who read an idea for named people, as its author is shown."""

import uuid
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.page_requests import PageRequest
from app.core.errors import Forbidden
from app.ideas.detail import find_idea
from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.ideas.schemas import AuthorCard
from app.identity.actor import Actor
from app.models import Account, Affiliation, NamedIdeaRead, Organisation
from app.web.fields import Moment, ResponseModel


class IdeaRead(ResponseModel):
    """Somebody opened the body."""

    reader: AuthorCard = Field(description="Who")
    by_staff: bool = Field(description="Whether it was staff, through a case", examples=[False])
    read_at: Moment = Field(description="When")


class IdeaReadPage(ResponseModel):
    """A page of readings, the latest first."""

    items: list[IdeaRead] = Field(description="Readings")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


async def list_reads(connection: AsyncConnection, actor: Actor, idea_id: uuid.UUID, page: PageRequest) -> IdeaReadPage:
    """Every opening of the body of one's own idea, the latest first.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises Forbidden: it is somebody else's.
    """
    idea = await find_idea(connection, actor, idea_id)
    if idea.author_id != actor.account_id:
        raise Forbidden
    name = f"reads.{idea.id}"
    columns: list[Any] = [
        NamedIdeaRead.id.label("id"), NamedIdeaRead.by_staff, NamedIdeaRead.read_at, *card_columns(),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .select_from(NamedIdeaRead)
        .join(Account, Account.id == NamedIdeaRead.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(NamedIdeaRead.idea_id == idea.id)
        .order_by(NamedIdeaRead.id.desc())
        .limit(page.rows)
    )
    if (before := page.after(name)) is not None:
        statement = statement.where(NamedIdeaRead.id < before)
    rows, next_cursor = page.cut(name, (await connection.execute(statement)).all())
    items = [IdeaRead(reader=author_card(row), by_staff=row.by_staff, read_at=row.read_at) for row in rows]
    return IdeaReadPage(items=items, next_cursor=next_cursor)
