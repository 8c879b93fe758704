"""Finding what is acted on: through visibility, or through the right to moderate where it stands."""

import uuid
from typing import Any, NamedTuple

from sqlalchemy import Row, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Forbidden, NotFound, invalid_field
from app.ideas.handling import handled_condition
from app.ideas.queries import NO_ORGANISATION, not_excluded, visible_to
from app.identity.actor import Actor
from app.models import Case, Comment, Idea
from app.models.ideas import IdeaStatus
from app.models.moderation import CaseState
from app.moderation.acts.errors import TargetGone
from app.moderation.acts.policy import Facts, may_act, may_reach
from app.moderation.acts.schemas import ActCreate
from app.moderation.cases.queries import select_cases


class Target(NamedTuple):
    """What is acted on."""

    idea_id: int
    comment_id: int | None
    mini_cluster_id: int
    consortium_id: int
    author_id: int


async def find_target(session: AsyncSession, actor: Actor, request: ActCreate) -> Target:
    """What an act is to be done to.

    :raises NotFound: it does not exist, or not for this actor.
    :raises Forbidden: the actor sees it, but may not do this to it.
    :raises TargetGone: its author withdrew or deleted it.
    :raises Invalid: the case is about something else.
    """
    row = await _find(session, actor, request.idea_id, request.comment_id)
    if row is None:
        raise NotFound
    case_id = request.case_id
    case_state = await _state_of_case(session, actor, case_id, row) if case_id else None
    facts = Facts(
        row.mini_cluster_id,
        row.consortium_id,
        row.visibility,
        row.author_id,
        is_visible=row.is_visible,
        is_admitted=row.is_admitted,
        has_case=case_state is CaseState.OPEN,
    )
    if not may_reach(actor, facts):
        raise NotFound
    if not may_act(actor, facts, request.kind):
        raise Forbidden
    if case_id is not None and case_state is None:
        raise invalid_field(
            "/body/case_id",
            "unknown_case",
            "이 글에 대한 신고 건이 아닙니다. 다시 읽어 주세요.",
            "This is no case about it; read it again.",
        )
    if row.is_gone:
        raise TargetGone
    return Target(row.idea_id, row.comment_id, row.mini_cluster_id, row.consortium_id, row.author_id)


async def _find(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID | None, comment_id: uuid.UUID | None
) -> Row[*tuple[Any, ...]] | None:
    is_withdrawn = Idea.status == IdeaStatus.WITHDRAWN
    columns: list[Any] = [
        Idea.id.label("idea_id"),
        Idea.mini_cluster_id,
        Idea.consortium_id,
        Idea.visibility,
        case((visible_to(actor), 1), else_=0).label("is_visible"),
        case((not_excluded(Idea.id, actor.organisation_id or NO_ORGANISATION), 1), else_=0).label("is_admitted"),
    ]
    if comment_id is not None:
        statement = select(
            *columns,
            Comment.id.label("comment_id"),
            Comment.author_id,
            case((Comment.deleted_at.is_not(None) | is_withdrawn, 1), else_=0).label("is_gone"),
        ).join(Comment, Comment.idea_id == Idea.id)
        statement = statement.where(Comment.public_id == comment_id, Idea.status != IdeaStatus.DRAFT)
        return (await session.execute(statement)).one_or_none()
    statement = select(
        *columns,
        case((Idea.id < 0, 0)).label("comment_id"),
        Idea.author_id,
        case((is_withdrawn, 1), else_=0).label("is_gone"),
    )
    statement = statement.where(Idea.public_id == idea_id, Idea.status != IdeaStatus.DRAFT)
    return (await session.execute(statement)).one_or_none()


async def _state_of_case(
    session: AsyncSession, actor: Actor, case_id: uuid.UUID, row: Row[*tuple[Any, ...]]
) -> CaseState | None:
    """The state of a case that the actor handles, if it is about this very thing."""
    statement = select_cases().where(Case.public_id == case_id, handled_condition(actor))
    found = (await session.execute(statement)).one_or_none()
    if found is None or (found.idea_id, found.comment_id) != (row.idea_id, row.comment_id):
        return None
    state: CaseState = found.state
    return state
