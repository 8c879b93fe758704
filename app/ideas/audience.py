"""Whom an author may name or exclude, and how many would see an idea with such settings before it is posted."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.memberships import MiniClusterDissolved
from app.consortia.queries import locate_mini_cluster
from app.core.errors import FieldError, Forbidden, Invalid, invalid_field
from app.core.localisation import Text
from app.ideas.audience_count import Audience, count_audience
from app.ideas.policy import may_post_in
from app.ideas.schemas import MAX_EXCLUSIONS, MAX_READERS
from app.identity.actor import Actor
from app.models import Account, CoordinatorRole, Membership, MiniCluster, Organisation
from app.models.accounts import AccountStatus
from app.models.ideas import Visibility

_UNKNOWN_READER = Text(
    "같은 클러스터나 연계된 클러스터의 회원을 골라 주세요.",
    "Choose a member of a consortium of yours, or of one linked to it.",
)
_ONESELF = Text(
    "작성자는 언제나 볼 수 있습니다. 다른 사람을 지정해 주세요.", "The author always sees it; name other people."
)
_UNKNOWN_ORGANISATION = Text(
    "없는 기관입니다. 기관 목록에서 골라 주세요.", "There is no such organisation; choose one from the list."
)
_OWN_ORGANISATION = Text("자신의 소속 기관은 제외할 수 없습니다.", "You cannot exclude your own organisation.")


async def resolve_readers(
    connection: AsyncConnection | AsyncSession,
    actor: Actor,
    public_ids: Sequence[uuid.UUID],
    *,
    pointer: str = "/body/reader_ids",
) -> list[int]:
    """The accounts of named readers, each once, in the order given.

    An author may name active people of his consortia and of those linked to them. A block does not count here: it
    keeps the idea from the person later, and nobody learns of it.

    :raises Invalid: more than 50, somebody the author may not name, or himself.
    """
    _refuse_too_many(public_ids, MAX_READERS, pointer)
    statement = select(Account.public_id, Account.id).where(
        Account.public_id.in_(public_ids), Account.status == AccountStatus.ACTIVE, may_be_named_by(actor)
    )
    found = {row.public_id: row.id for row in await connection.execute(statement)} if public_ids else {}
    _refuse_findings(
        pointer,
        [
            ("cannot_name_oneself", _ONESELF)
            if public_id == actor.public_id
            else None
            if public_id in found
            else ("unknown_reader", _UNKNOWN_READER)
            for public_id in public_ids
        ],
    )
    return list(dict.fromkeys(found[public_id] for public_id in public_ids))


async def resolve_exclusions(session: AsyncSession, actor: Actor, public_ids: Sequence[uuid.UUID]) -> list[int]:
    """The organisations excluded from an idea, each once, in the order given; a merged one stands for its survivor.

    They are locked against a merge until the end of the transaction, so that the exclusion follows it.

    :raises Invalid: more than 20, an unknown one, or the author's own.
    """
    pointer = "/body/excluded_organisation_ids"
    return await _exclusions(session, actor, public_ids, pointer, lock=True)


async def preview_audience(
    connection: AsyncConnection,
    actor: Actor,
    mini_cluster_id: uuid.UUID,
    visibility: Visibility,
    reader_ids: Sequence[uuid.UUID],
    excluded_organisation_ids: Sequence[uuid.UUID],
) -> Audience:
    """How many would see an idea that the actor posted now in a mini-cluster with these settings.

    :raises NotFound: there is no such mini-cluster.
    :raises Forbidden: the actor may not post there.
    :raises MiniClusterDissolved: nobody may any more.
    :raises Invalid: a reader or an exclusion is not acceptable.
    """
    mini_cluster = await locate_mini_cluster(connection, mini_cluster_id)
    if not may_post_in(actor, mini_cluster.id):
        raise Forbidden
    if mini_cluster.dissolved_at:
        raise MiniClusterDissolved
    if reader_ids and visibility is not Visibility.NAMED:
        raise invalid_field(
            "/query/reader_ids",
            "readers_without_named",
            "공개 범위가 named일 때만 열람자를 지정할 수 있습니다.",
            "Readers can be named only for the visibility `named`.",
        )
    readers = await resolve_readers(connection, actor, reader_ids, pointer="/query/reader_ids")
    pointer = "/query/excluded_organisation_ids"
    excluded = await _exclusions(connection, actor, excluded_organisation_ids, pointer, lock=False)
    return await count_audience(connection, actor.account_id, mini_cluster, visibility, readers, excluded)


def may_be_named_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``accounts``: a person of a consortium of the actor's, or of one linked to it."""
    consortium_ids = sorted(actor.consortium_ids | actor.linked_consortium_ids)
    membership = (
        exists()
        .where(Membership.account_id == Account.id, Membership.ended_at.is_(None))
        .where(MiniCluster.id == Membership.mini_cluster_id, MiniCluster.consortium_id.in_(consortium_ids))
    )
    role = exists().where(
        CoordinatorRole.account_id == Account.id,
        CoordinatorRole.ended_at.is_(None),
        CoordinatorRole.consortium_id.in_(consortium_ids),
    )
    return or_(membership, role)


async def _exclusions(
    connection: AsyncConnection | AsyncSession,
    actor: Actor,
    public_ids: Sequence[uuid.UUID],
    pointer: str,
    *,
    lock: bool,
) -> list[int]:
    _refuse_too_many(public_ids, MAX_EXCLUSIONS, pointer)
    if not public_ids:
        return []
    present = func.coalesce(Organisation.merged_into_id, Organisation.id).label("present_id")
    statement = (
        select(Organisation.public_id, present).where(Organisation.public_id.in_(public_ids)).order_by(Organisation.id)
    )
    rows = await connection.execute(statement.with_for_update(read=True) if lock else statement)
    found: dict[uuid.UUID, int] = {row.public_id: row.present_id for row in rows}
    _refuse_findings(
        pointer,
        [
            ("unknown_organisation", _UNKNOWN_ORGANISATION)
            if public_id not in found
            else ("own_organisation", _OWN_ORGANISATION)
            if found[public_id] == actor.organisation_id
            else None
            for public_id in public_ids
        ],
    )
    return list(dict.fromkeys(found[public_id] for public_id in public_ids))


def _refuse_too_many(public_ids: Sequence[uuid.UUID], most: int, pointer: str) -> None:
    if len(public_ids) > most:
        raise invalid_field(pointer, "too_long", f"{most}개까지 쓸 수 있습니다.", f"At most {most} items.")


def _refuse_findings(pointer: str, findings: Sequence[tuple[str, Text] | None]) -> None:
    """Name each item that is not acceptable by its place in the list."""
    fields = [FieldError(f"{pointer}/{place}", *finding) for place, finding in enumerate(findings) if finding]
    if fields:
        raise Invalid(fields=fields)
