"""Reading the access log: of a consortium, of the whole installation, of what concerns one member."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.page_requests import PageRequest
from app.core.errors import Forbidden, NotFound
from app.identity.accounts.policy import require_operator
from app.identity.actor import Actor
from app.models import AccessEntry, Account, Case, Comment, Consortium, Idea, MiniCluster
from app.models.accounts import AccountStatus
from app.moderation.access_log import schemas

_READER = Account.__table__.alias("reader")
_KINDS: dict[str, Any] = {
    "idea": Idea,
    "comment": Comment,
    "account": Account,
    "mini_cluster": MiniCluster,
    "consortium": Consortium,
    "case": Case,
}
"""What entries name, by ``target_kind``; another kind is shown without its id."""


async def list_accesses_of_consortium(
    connection: AsyncConnection, actor: Actor, public_id: uuid.UUID, page: PageRequest
) -> schemas.AccessPage:
    """What staff read in a consortium, the latest first.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    statement = select(Consortium.id).where(Consortium.public_id == public_id)
    consortium_id = (await connection.execute(statement)).scalar_one_or_none()
    if consortium_id is None:
        raise NotFound
    if not (actor.is_operator or consortium_id in actor.coordinated_consortium_ids):
        raise Forbidden
    return await _list(connection, f"accesses.{consortium_id}", page, AccessEntry.consortium_id == consortium_id)


async def list_accesses(connection: AsyncConnection, actor: Actor, page: PageRequest) -> schemas.AccessPage:
    """All that staff read, the latest first.

    :raises Forbidden: the actor is no operator.
    """
    require_operator(actor)
    return await _list(connection, "accesses", page)


async def list_my_accesses(connection: AsyncConnection, actor: Actor, page: PageRequest) -> schemas.AccessPage:
    """What staff read of the actor's own data, the latest first. Lists of several people name nobody."""
    return await _list(connection, "my_accesses", page, AccessEntry.subject_id == actor.account_id)


async def _list(
    connection: AsyncConnection, name: str, page: PageRequest, *conditions: ColumnElement[bool]
) -> schemas.AccessPage:
    statement = _select().where(*conditions).order_by(AccessEntry.id.desc()).limit(page.rows)
    if (after := page.after(name)) is not None:
        statement = statement.where(AccessEntry.id < after)
    rows, next_cursor = page.cut(name, (await connection.execute(statement)).all())
    return schemas.AccessPage(items=[_entry(row) for row in rows], next_cursor=next_cursor)


def _select() -> Select[Any]:
    target = case(
        *(
            (AccessEntry.target_kind == kind, _public_id(model, AccessEntry.target_id))
            for kind, model in _KINDS.items()
        ),
        else_=null(),
    )
    columns: list[Any] = [
        AccessEntry.id,
        AccessEntry.at,
        AccessEntry.action,
        AccessEntry.target_kind,
        target.label("target_id"),
        _public_id(Account, AccessEntry.subject_id).label("subject_id"),
        _public_id(Consortium, AccessEntry.consortium_id).label("consortium_id"),
        _public_id(Case, AccessEntry.case_id).label("case_id"),
        _READER.c.public_id.label("reader_id"),
        _READER.c.name.label("reader_name"),
        _READER.c.status.label("reader_status"),
    ]
    return select(*columns).outerjoin(_READER, _READER.c.id == AccessEntry.account_id)


def _public_id(model: Any, key: Any) -> Any:
    return select(model.public_id).where(model.id == key).correlate(AccessEntry).scalar_subquery()


def _entry(row: Row[Any]) -> schemas.AccessEntry:
    reader = None
    if row.reader_id is not None:
        is_erased = row.reader_status == AccountStatus.ERASED
        reader = schemas.AccessReader(id=row.reader_id, name="" if is_erased else row.reader_name)
    return schemas.AccessEntry(
        at=row.at,
        reader=reader,
        action=row.action,
        target_kind=row.target_kind,
        target_id=row.target_id,
        subject_id=row.subject_id,
        consortium_id=row.consortium_id,
        case_id=row.case_id,
    )
