"""Looking for experts, and seeing whom one invited into an idea."""

import uuid
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.page_requests import PageRequest
from app.core.errors import Forbidden, NotFound
from app.ideas.detail import find_idea
from app.ideas.experts.policy import may_look_for_experts
from app.ideas.experts.schemas import Expert as ExpertView
from app.ideas.experts.schemas import ExpertPage, InvitedExpert, InvitedExpertPage
from app.ideas.queries import card_columns
from app.ideas.rows import author_card
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.models import Account, Affiliation, Expert, IdeaExpert, Organisation
from app.models.accounts import AccountStatus


async def list_experts(connection: AsyncConnection, actor: Actor, q: str | None, page: PageRequest) -> ExpertPage:
    """Those who may be invited, without those whom a block keeps apart; ``q`` is part of a name or of a field.

    :raises Forbidden: the actor is neither a member nor one who designates experts.
    """
    if not may_look_for_experts(actor):
        raise Forbidden
    statement = (
        _select()
        .where(Account.status == AccountStatus.ACTIVE, not_blocked(Account.id, actor.account_id))
        .order_by(Expert.id)
        .limit(page.rows)
    )
    if q and (sought := q.strip()):
        columns = (Account.name, Organisation.name, Expert.field)
        statement = statement.where(or_(*(column.icontains(sought, autoescape=True) for column in columns)))
    if (after := page.after("experts")) is not None:
        statement = statement.where(Expert.id > after)
    rows, next_cursor = page.cut("experts", (await connection.execute(statement)).all())
    return ExpertPage(items=[_view(row) for row in rows], next_cursor=next_cursor)


async def show_expert(session: AsyncSession, person_id: uuid.UUID) -> ExpertView:
    """One expert, for whoever has just designated him.

    :raises NotFound: there is none.
    """
    row = (await session.execute(_select().where(Account.public_id == person_id))).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


async def list_invited(
    connection: AsyncConnection, actor: Actor, idea_id: uuid.UUID, page: PageRequest
) -> InvitedExpertPage:
    """The experts invited into one's own idea.

    :raises NotFound: the idea does not exist, or not for this actor.
    :raises Forbidden: it is somebody else's.
    """
    idea = await find_idea(connection, actor, idea_id)
    if idea.author_id != actor.account_id:
        raise Forbidden
    name = f"idea_experts.{idea.id}"
    columns: list[Any] = [Account.id.label("id"), Expert.field, IdeaExpert.invited_at, *card_columns()]
    statement = (
        _join_cards(select(*columns))
        .join(IdeaExpert, IdeaExpert.account_id == Account.id)
        .where(IdeaExpert.idea_id == idea.id)
        .order_by(Account.id)
        .limit(page.rows)
    )
    if (after := page.after(name)) is not None:
        statement = statement.where(Account.id > after)
    rows, next_cursor = page.cut(name, (await connection.execute(statement)).all())
    items = [InvitedExpert(person=author_card(row), field=row.field, invited_at=row.invited_at) for row in rows]
    return InvitedExpertPage(items=items, next_cursor=next_cursor)


def _select() -> Select[*tuple[Any, ...]]:
    columns: list[Any] = [Expert.id.label("id"), Expert.field, Expert.started_at, *card_columns()]
    return _join_cards(select(*columns))


def _join_cards(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Present experts with what their cards show."""
    return (
        statement.select_from(Expert)
        .join(Account, Account.id == Expert.account_id)
        .outerjoin(Affiliation, (Affiliation.account_id == Account.id) & Affiliation.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Expert.ended_at.is_(None))
    )


def _view(row: Row[Any]) -> ExpertView:
    return ExpertView(person=author_card(row), field=row.field, designated_at=row.started_at)
