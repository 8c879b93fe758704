"""Reading acts: those of a consortium or of one target, for those who moderate there."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import Access, AccessLog
from app.consortia.page_requests import PageRequest
from app.core.errors import Forbidden, NotFound
from app.ideas.handling import handled_by
from app.ideas.queries import NO_ORGANISATION, not_excluded
from app.identity.actor import Actor
from app.models import Account, Case, Comment, Consortium, Idea, IdeaMerge, ModerationAct, ModerationActText
from app.models.accounts import AccountStatus
from app.models.ideas import Visibility
from app.models.memberships import MemberRole
from app.models.moderation import ActKind
from app.moderation.acts import schemas
from app.moderation.cases.schemas import Handler
from app.moderation.rules.service import locate_consortium

Reader = AsyncConnection | AsyncSession
_INTO = Idea.__table__.alias("into_idea")
_SUBJECT = Account.__table__.alias("subject")
_ACTOR = Account.__table__.alias("actor")
_UNDOER = Account.__table__.alias("undoer")


def moderated_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on :func:`select_acts` under which an act is the actor's to read and to undo.

    As with cases: nobody has to do with acts on what he wrote himself. Officers have to do with pins.
    """
    handled = handled_by(actor)
    # An idea may have moved to another consortium since; an act on a member stays where it was done.
    place = func.coalesce(Idea.consortium_id, ModerationAct.consortium_id)
    coordinated = true() if handled.everywhere else place.in_(sorted(handled.consortium_ids))
    managed = and_(Idea.mini_cluster_id.in_(sorted(handled.mini_cluster_ids)), Idea.visibility != Visibility.NAMED)
    offices = {place.mini_cluster_id for place in actor.memberships if place.role is not MemberRole.MEMBER}
    pinned = and_(ModerationAct.kind == ActKind.PIN, Idea.mini_cluster_id.in_(sorted(offices)))
    is_pin = ModerationAct.kind == ActKind.PIN
    return and_(
        or_(coordinated, managed, pinned if offices else false()),
        or_(is_pin, ModerationAct.kind == ActKind.LOCK, ModerationAct.subject_id != actor.account_id),
        not_excluded(Idea.id, actor.organisation_id or NO_ORGANISATION),
    )


async def find_act(connection: Reader, actor: Actor, public_id: uuid.UUID) -> Row[*tuple[Any, ...]]:
    """The row of an act that is the actor's to read and to undo.

    :raises NotFound: it does not exist, or not for this actor.
    """
    statement = select_acts().where(ModerationAct.public_id == public_id, moderated_by(actor))
    row: Row[*tuple[Any, ...]] | None = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def show_act(connection: Reader, actor: Actor, public_id: uuid.UUID) -> schemas.Act:
    """An act, for those who moderate where it was done.

    :raises NotFound: it does not exist, or not for this actor.
    """
    return act_view(await find_act(connection, actor, public_id))


async def list_acts(
    connection: AsyncConnection,
    actor: Actor,
    accesses: AccessLog,
    consortium_id: uuid.UUID,
    idea_id: uuid.UUID | None,
    member_id: uuid.UUID | None,
    kind: ActKind | None,
    page: PageRequest,
    q: str | None = None,
) -> schemas.ActPage:
    """The acts in a consortium, the latest first; of a manager's mini-cluster only for its manager.

    ``q`` is sought in the words of acts and in the names of those concerned and of those who acted.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor moderates nowhere in it.
    """
    place = await locate_consortium(connection, consortium_id)
    manages = any(
        membership.consortium_id == place and membership.role is MemberRole.MANAGER for membership in actor.memberships
    )
    if not (actor.is_operator or manages or place in actor.coordinated_consortium_ids):
        raise Forbidden
    await accesses.note(Access("acts.listed", "consortium", place, consortium_id=place))
    name = f"acts.{place}.{kind or 'all'}.{idea_id or 'all'}.{member_id or 'all'}"
    statement = select_acts().where(ModerationAct.consortium_id == place, moderated_by(actor))
    if idea_id is not None:
        statement = statement.where(Idea.public_id == idea_id)
    if member_id is not None:
        statement = statement.where(_SUBJECT.c.public_id == member_id)
    if kind is not None:
        statement = statement.where(ModerationAct.kind == kind)
    if q and (sought := q.strip()):
        statement = statement.where(_mentions(sought))
    if (after := page.after(name)) is not None:
        statement = statement.where(ModerationAct.id < after)
    newest = statement.order_by(ModerationAct.id.desc()).limit(page.rows)
    rows, next_cursor = page.cut(name, (await connection.execute(newest)).all())
    return schemas.ActPage(items=[act_view(row) for row in rows], next_cursor=next_cursor)


def _mentions(sought: str) -> ColumnElement[bool]:
    texts = (ModerationActText.words, ModerationActText.undo_words)
    names = (
        and_(person.c.name.icontains(sought, autoescape=True), person.c.status != AccountStatus.ERASED)
        for person in (_SUBJECT, _ACTOR)
    )
    return or_(*(text.icontains(sought, autoescape=True) for text in texts), *names)


def select_acts(*more: Any) -> Select[Any]:
    """Acts with what they were done to and by whom; to be narrowed by the caller."""
    columns: list[Any] = [
        ModerationAct.id,
        ModerationAct.public_id,
        ModerationAct.kind,
        ModerationAct.consortium_id,
        ModerationAct.actor_id,
        ModerationAct.subject_id,
        ModerationAct.rules_version,
        ModerationAct.rule_number,
        ModerationAct.until,
        ModerationAct.created_at,
        ModerationAct.undone_at,
        ModerationActText.words,
        ModerationActText.tags_before,
        ModerationActText.tags_after,
        ModerationActText.undo_words,
        Consortium.public_id.label("consortium_public_id"),
        Idea.public_id.label("idea_public_id"),
        Comment.public_id.label("comment_public_id"),
        _INTO.c.public_id.label("into_idea_public_id"),
        Case.public_id.label("case_public_id"),
        *_person_columns(_SUBJECT, "subject"),
        *_person_columns(_ACTOR, "actor"),
        *_person_columns(_UNDOER, "undoer"),
    ]
    source = (
        ModerationAct.__table__.join(Consortium, Consortium.id == ModerationAct.consortium_id)
        .outerjoin(Idea, Idea.id == ModerationAct.idea_id)
        .join(_SUBJECT, _SUBJECT.c.id == ModerationAct.subject_id)
        .outerjoin(_ACTOR, _ACTOR.c.id == ModerationAct.actor_id)
        .outerjoin(_UNDOER, _UNDOER.c.id == ModerationAct.undone_by_id)
        .outerjoin(ModerationActText, ModerationActText.act_id == ModerationAct.id)
        .outerjoin(Comment, Comment.id == ModerationAct.comment_id)
        .outerjoin(Case, Case.id == ModerationAct.case_id)
        .outerjoin(IdeaMerge, IdeaMerge.act_id == ModerationAct.id)
        .outerjoin(_INTO, _INTO.c.id == IdeaMerge.target_id)
    )
    return select(*columns, *more).select_from(source)


def _person_columns(person: Any, name: str) -> list[Any]:
    return [getattr(person.c, column).label(f"{name}_{column}") for column in ("public_id", "name", "status")]


def act_view(row: Row[*tuple[Any, ...]]) -> schemas.Act:
    """A row of :func:`select_acts` as those who moderate see it."""
    return schemas.Act(
        id=row.public_id,
        kind=row.kind,
        consortium_id=row.consortium_public_id,
        idea_id=row.idea_public_id,
        comment_id=row.comment_public_id,
        into_idea_id=row.into_idea_public_id,
        subject=_person(row.subject_public_id, row.subject_name, row.subject_status),
        actor=_person(row.actor_public_id, row.actor_name, row.actor_status) if row.actor_id is not None else None,
        case_id=row.case_public_id,
        words=row.words or "",
        rules_version=row.rules_version,
        rule_number=row.rule_number,
        tags_before=row.tags_before,
        tags_after=row.tags_after,
        until=row.until,
        created_at=row.created_at,
        undone_at=row.undone_at,
        undone_by=_person(row.undoer_public_id, row.undoer_name, row.undoer_status) if row.undone_at else None,
        undo_words=row.undo_words,
    )


def _person(public_id: uuid.UUID, name: str, status: AccountStatus | str) -> Handler:
    return Handler(id=public_id, name="" if status == AccountStatus.ERASED else name)
