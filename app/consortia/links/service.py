"""Proposing, agreeing and ending links. What is for linked consortia is seen as long as the link is active."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit import service as audit
from app.consortia.lifetime import is_open, require_open
from app.consortia.links.schemas import Link, LinkCreate, LinkedConsortium, LinkPage
from app.consortia.page_requests import PageRequest
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, IdTaken, NotFound, invalid_field
from app.core.localisation import Text
from app.identity.actor import Actor
from app.models import Consortium, ConsortiumLink
from app.models.programme import LinkState


class AlreadyLinked(Conflict):
    """There is a link, proposed or active, between the two."""

    code = "already_linked"
    detail = Text(
        "두 클러스터 사이에 이미 제안되었거나 맺어진 연계가 있습니다.",
        "A link between the two is proposed or active already.",
    )


async def propose_link(session: AsyncSession, actor: Actor, consortium_id: uuid.UUID, request: LinkCreate) -> None:
    """Propose a link of a consortium to another; the same id and content again changes nothing.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    :raises ConsortiumClosed: it has ended.
    :raises IdTaken: the id is in use with other content.
    :raises AlreadyLinked: there is a link between the two.
    :raises Invalid: the other one is the same, does not exist or has ended.
    """
    ours = await _coordinated(session, actor, consortium_id)
    if await _was_made_before(session, request, ours):
        return
    await require_open(session, ours)
    theirs = await _other_side(session, consortium_id, request.consortium_id)
    first, second = sorted((ours, theirs))
    link = ConsortiumLink(
        public_id=request.id,
        creation_digest=request.digest(),
        first_id=first,
        second_id=second,
        proposed_by_id=ours,
        state=LinkState.PROPOSED,
    )
    try:
        async with session.begin_nested():
            session.add(link)
    except IntegrityError as error:
        if await _was_made_before(session, request, ours):  # sent twice at once
            return
        raise AlreadyLinked from error
    await _record(session, actor, "link.proposed", link, ours)


async def agree_to_link(session: AsyncSession, actor: Actor, link_id: uuid.UUID) -> None:
    """Agree to a link the other side proposed; agreeing twice is agreeing once.

    :raises NotFound: there is no such link, it has ended, or the actor coordinates neither side.
    :raises Forbidden: the actor's side proposed it.
    :raises ConsortiumClosed: one of the two has ended.
    """
    link = await _locked(session, actor, link_id)
    ours = link.second_id if link.proposed_by_id == link.first_id else link.first_id
    if ours not in actor.coordinated_consortium_ids:
        raise Forbidden
    if link.state is LinkState.ACTIVE:
        return
    for side in (link.first_id, link.second_id):
        await require_open(session, side)
    link.state = LinkState.ACTIVE
    link.agreed_at = now()
    await _record(session, actor, "link.agreed", link, ours)


async def end_link(session: AsyncSession, actor: Actor, link_id: uuid.UUID) -> None:
    """End a link, or decline or take back a proposed one: either side may, at any time.

    :raises NotFound: there is no such link, it has ended, or the actor coordinates neither side.
    """
    link = await _locked(session, actor, link_id)
    link.state = LinkState.ENDED
    link.ended_at = now()
    sides = actor.coordinated_consortium_ids & {link.first_id, link.second_id}
    await _record(session, actor, "link.ended", link, min(sides))


async def list_links(
    connection: AsyncConnection, actor: Actor, consortium_id: uuid.UUID, page: PageRequest
) -> LinkPage:
    """The links of a consortium for its people: proposed ones are shown to its coordinators only.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not belong to it.
    """
    ours = (
        await connection.execute(select(Consortium.id).where(Consortium.public_id == consortium_id))
    ).scalar_one_or_none()
    if ours is None:
        raise NotFound
    coordinates = ours in actor.coordinated_consortium_ids
    if ours not in actor.consortium_ids:
        raise Forbidden
    states = (LinkState.ACTIVE, LinkState.PROPOSED) if coordinates else (LinkState.ACTIVE,)
    list_name = f"links.{ours}"
    statement = _select(ours, ConsortiumLink.state.in_(states)).limit(page.rows)
    if (after := page.after(list_name)) is not None:
        statement = statement.where(ConsortiumLink.id > after)
    rows, next_cursor = page.cut(list_name, (await connection.execute(statement)).all())
    return LinkPage(items=[_view(row, coordinates=coordinates) for row in rows], next_cursor=next_cursor)


async def show_link(session: AsyncSession, actor: Actor, link_id: uuid.UUID) -> Link:
    """A link that is not ended, for a coordinator, from the side of his consortium.

    :raises NotFound: there is none, or not for this actor.
    """
    link = await _locked(session, actor, link_id)
    await session.flush()
    sides = actor.coordinated_consortium_ids & {link.first_id, link.second_id}
    row = (await session.execute(_select(min(sides), ConsortiumLink.id == link.id))).one()
    return _view(row, coordinates=True)


async def _coordinated(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> int:
    consortium_id: int | None = await session.scalar(select(Consortium.id).where(Consortium.public_id == public_id))
    if consortium_id is None:
        raise NotFound
    if consortium_id not in actor.coordinated_consortium_ids:
        raise Forbidden
    return consortium_id


async def _other_side(session: AsyncSession, ours: uuid.UUID, theirs: uuid.UUID) -> int:
    if ours == theirs:
        raise invalid_field(
            "/body/consortium_id",
            "own_consortium",
            "자신의 클러스터입니다. 연계할 다른 클러스터를 골라 주세요.",
            "This is the consortium itself; choose another one to link.",
        )
    statement = select(Consortium.id).where(Consortium.public_id == theirs, is_open())
    consortium_id: int | None = await session.scalar(statement)
    if consortium_id is None:
        raise invalid_field(
            "/body/consortium_id",
            "unknown_consortium",
            "없거나 종료된 클러스터입니다. 클러스터 목록에서 골라 주세요.",
            "There is no such consortium, or it has ended; choose one from the list.",
        )
    return consortium_id


async def _was_made_before(session: AsyncSession, request: LinkCreate, ours: int) -> bool:
    link = await session.scalar(select(ConsortiumLink).where(ConsortiumLink.public_id == request.id))
    if link is not None and (link.creation_digest != request.digest() or link.proposed_by_id != ours):
        raise IdTaken
    return link is not None


async def _locked(session: AsyncSession, actor: Actor, link_id: uuid.UUID) -> ConsortiumLink:
    statement = (
        select(ConsortiumLink)
        .where(ConsortiumLink.public_id == link_id, ConsortiumLink.state != LinkState.ENDED)
        .with_for_update()
    )
    link = await session.scalar(statement.execution_options(populate_existing=True))
    if link is None or actor.coordinated_consortium_ids.isdisjoint({link.first_id, link.second_id}):
        raise NotFound
    return link


def _select(ours: int, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    theirs = case((ConsortiumLink.first_id == ours, ConsortiumLink.second_id), else_=ConsortiumLink.first_id)
    return (
        select(
            ConsortiumLink.id.label("id"),
            ConsortiumLink.public_id.label("public_id"),
            ConsortiumLink.state,
            ConsortiumLink.proposed_by_id,
            ConsortiumLink.created_at,
            ConsortiumLink.agreed_at,
            literal(ours).label("ours"),
            Consortium.public_id.label("consortium_public_id"),
            Consortium.name_ko,
            Consortium.name_en,
        )
        .join(Consortium, Consortium.id == theirs)
        .where(or_(ConsortiumLink.first_id == ours, ConsortiumLink.second_id == ours), *conditions)
        .order_by(ConsortiumLink.id)
    )


def _view(row: Row[Any], *, coordinates: bool) -> Link:
    proposed_by_us = row.proposed_by_id == row.ours
    actions = ["agree"] if coordinates and row.state is LinkState.PROPOSED and not proposed_by_us else []
    return Link(
        id=row.public_id,
        consortium=LinkedConsortium(id=row.consortium_public_id, name_ko=row.name_ko, name_en=row.name_en),
        state=row.state,
        proposed_by_us=proposed_by_us,
        created_at=row.created_at,
        agreed_at=row.agreed_at,
        allowed_actions=[*actions, "end"] if coordinates else [],
    )


async def _record(session: AsyncSession, actor: Actor, action: str, link: ConsortiumLink, ours: int) -> None:
    await session.flush()
    await audit.record(
        session,
        actor_id=actor.account_id,
        action=action,
        target_kind="consortium_link",
        target_id=link.id,
        consortium_id=ours,
        details={"first_id": link.first_id, "second_id": link.second_id},
    )
