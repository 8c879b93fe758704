"""Reading single ideas and one's own: the row a viewer sees, its body, its earlier wordings."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Row, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.cursor import CursorCodec
from app.core.errors import NotFound
from app.ideas.merged import co_authors, merged_into
from app.ideas.queries import idea_columns, join_cards, visible_to
from app.ideas.rows import full_idea, summary
from app.ideas.schemas import Idea as IdeaView
from app.ideas.schemas import IdeaPage, IdeaRevisionPage, IdeaSummary
from app.ideas.schemas import IdeaRevision as IdeaRevisionView
from app.identity.actor import Actor
from app.models import Account, Idea, IdeaExclusion, IdeaReader, IdeaRevision, Organisation
from app.models.ideas import IdeaStatus, Visibility
from app.web.paging import MAX_LIMIT

_Reader = AsyncConnection | AsyncSession
_ONE_PAGE: ColumnElement[int] = literal_column(str(MAX_LIMIT + 1))


async def find_idea(connection: _Reader, actor: Actor, public_id: uuid.UUID) -> Row[Any]:
    """The row of an idea the actor may see or has written.

    :raises NotFound: it does not exist, or not for this actor.
    """
    mine_or_visible = or_(Idea.author_id == actor.account_id, visible_to(actor))
    row = (await connection.execute(_select(actor, Idea.public_id == public_id, mine_or_visible))).one_or_none()
    if row is None:
        raise NotFound
    return row


def needs_logging(row: Row[Any], actor: Actor) -> bool:
    """Whether the reading of this body is recorded first: ideas for named people, read by another than the author."""
    return row.visibility is Visibility.NAMED and row.author_id != actor.account_id


async def show_idea(connection: _Reader, actor: Actor, row: Row[Any]) -> IdeaView:
    """The full idea; who else may read it, and what became of it by a merge, is shown to its author only."""
    is_own = row.author_id == actor.account_id
    readers = select(Account.public_id).join(IdeaReader, IdeaReader.account_id == Account.id)
    excluded = select(Organisation.public_id).join(IdeaExclusion, IdeaExclusion.organisation_id == Organisation.id)
    of_readers = readers.where(IdeaReader.idea_id == row.id).order_by(Account.id)
    of_excluded = excluded.where(IdeaExclusion.idea_id == row.id).order_by(Organisation.id)
    return full_idea(
        row,
        actor,
        body=row.body,
        co_authors=await co_authors(connection, actor, row.id),
        merged_into_id=await merged_into(connection, row.id) if is_own else None,
        reader_ids=[each.public_id for each in await connection.execute(of_readers)] if is_own else [],
        excluded_organisation_ids=[each.public_id for each in await connection.execute(of_excluded)] if is_own else [],
    )


async def summarise_idea(connection: _Reader, actor: Actor, public_id: uuid.UUID) -> IdeaSummary:
    """The idea as lists show it: for replies to acts of others than its author, which give no body out unrecorded.

    :raises NotFound: it does not exist, or not for this actor.
    """
    return summary(await find_idea(connection, actor, public_id), actor)


async def list_own_ideas(
    connection: AsyncConnection,
    actor: Actor,
    cursors: CursorCodec,
    status: IdeaStatus | None,
    cursor: str | None,
    limit: int,
) -> IdeaPage:
    """The actor's own ideas, the newest first, of one status or of all."""
    name = f"own_ideas.{status or 'all'}"
    conditions = [Idea.author_id == actor.account_id]
    if status:
        conditions.append(Idea.status == status)
    if cursor:
        (last_id,) = cursors.decode(name, cursor, [int])
        conditions.append(Idea.id < last_id)
    statement = _select(actor, *conditions).order_by(Idea.id.desc()).limit(_ONE_PAGE)
    rows = (await connection.execute(statement)).all()
    items = [summary(row, actor) for row in rows[:limit]]
    return IdeaPage(items=items, next_cursor=cursors.encode(name, [rows[limit - 1].id]) if len(rows) > limit else None)


async def list_revisions(
    connection: AsyncConnection,
    actor: Actor,
    cursors: CursorCodec,
    public_id: uuid.UUID,
    cursor: str | None,
    limit: int,
) -> IdeaRevisionPage:
    """The earlier wordings of an idea the actor may see, the latest first.

    For ideas for named people only the author gets them: each reading of such a body is recorded, lists are not.
    """
    idea = await find_idea(connection, actor, public_id)
    if needs_logging(idea, actor):
        raise NotFound
    conditions = [IdeaRevision.idea_id == idea.id]
    if cursor:
        (version,) = cursors.decode("revisions", cursor, [int])
        conditions.append(IdeaRevision.version < version)
    statement = select(IdeaRevision.__table__).where(*conditions).order_by(IdeaRevision.version.desc()).limit(_ONE_PAGE)
    rows = (await connection.execute(statement)).all()
    items = [IdeaRevisionView.model_validate(row) for row in rows[:limit]]
    next_cursor = cursors.encode("revisions", [rows[limit - 1].version]) if len(rows) > limit else None
    return IdeaRevisionPage(items=items, next_cursor=next_cursor)


def _select(actor: Actor, *conditions: ColumnElement[bool]) -> Any:
    columns: list[Any] = [*idea_columns(actor.account_id), Idea.body.label("body")]
    return select(*columns).select_from(join_cards(Idea.__table__)).where(*conditions)
