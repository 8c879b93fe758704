"""Reading and changing watch lists, for those who look after a consortium."""

import uuid
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.service import record
from app.core.clock import now
from app.core.errors import Forbidden
from app.identity.actor import Actor
from app.models import WatchList as StoredList
from app.models.moderation import Watching
from app.models.upsert import insert_for
from app.moderation.rules.service import locate_consortium
from app.moderation.watch.schemas import WatchList, WatchListUpdate
from app.moderation.watch.words import normal_form

Reader = AsyncConnection | AsyncSession
_DEFAULT_LIMIT = 10


async def get_watch_list(connection: Reader, actor: Actor, public_id: uuid.UUID) -> WatchList:
    """What is watched for in a consortium; nothing until somebody sets it.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    row = await find_watch_list(connection, await _place(connection, actor, public_id))
    if row is None:
        return WatchList(
            words=[], on_word=Watching.OFF, on_burst=Watching.OFF, burst_limit=_DEFAULT_LIMIT, changed_at=None
        )
    return WatchList.model_validate(row)


async def put_watch_list(session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: WatchListUpdate) -> None:
    """Set what is watched for from now on.

    :raises NotFound: there is no such consortium.
    :raises Forbidden: the actor does not coordinate it.
    """
    place = await _place(session, actor, public_id)
    values = {
        "words": list(dict.fromkeys(form for word in request.words if (form := normal_form(word)))),
        "on_word": request.on_word,
        "on_burst": request.on_burst,
        "burst_limit": request.burst_limit,
        "changed_by_id": actor.account_id,
        "changed_at": now(),
    }
    statement = insert_for(session, StoredList).values(consortium_id=place, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["consortium_id"], set_=values))
    await record(
        session,
        actor_id=actor.account_id,
        action="watch_list.changed",
        target_kind="consortium",
        target_id=place,
        consortium_id=place,
        details={"on_word": request.on_word.value, "on_burst": request.on_burst.value, "limit": request.burst_limit},
    )


async def find_watch_list(connection: Reader, consortium_id: int) -> Row[*tuple[Any, ...]] | None:
    """The watch list of a consortium, if it ever had one."""
    statement = select(
        StoredList.words, StoredList.on_word, StoredList.on_burst, StoredList.burst_limit, StoredList.changed_at
    ).where(StoredList.consortium_id == consortium_id)
    return (await connection.execute(statement)).one_or_none()


async def _place(connection: Reader, actor: Actor, public_id: uuid.UUID) -> int:
    place = await locate_consortium(connection, public_id)
    if not (actor.is_operator or place in actor.coordinated_consortium_ids):
        raise Forbidden
    return place
