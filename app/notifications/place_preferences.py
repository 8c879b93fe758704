"""How a person wants to be told of one mini-cluster, where that differs from how he is told of all."""

import uuid

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.consortia.queries import locate_mini_cluster
from app.core.clock import now
from app.identity.actor import Actor
from app.models import MiniClusterNotificationSettings
from app.models.upsert import insert_for
from app.notifications import schemas
from app.notifications.channels import choices_of
from app.notifications.preferences import checked_choices, shown_choices


async def show_of_mini_cluster(
    connection: AsyncConnection | AsyncSession, actor: Actor, public_id: uuid.UUID
) -> schemas.MiniClusterNotificationSettings:
    """What goes for news of a mini-cluster, by his choice for it, for all, or by default.

    :raises NotFound: there is no such mini-cluster.
    """
    place = await locate_mini_cluster(connection, public_id)
    choices = await choices_of(connection, [actor.account_id], place.id)
    return schemas.MiniClusterNotificationSettings(
        mini_cluster_id=public_id, choices=shown_choices(choices[actor.account_id])
    )


async def put_of_mini_cluster(
    session: AsyncSession, actor: Actor, public_id: uuid.UUID, request: schemas.MiniClusterNotificationSettingsUpdate
) -> None:
    """Store it; reasons left out are told of as everywhere.

    :raises NotFound: there is no such mini-cluster.
    :raises Invalid: see :func:`app.notifications.preferences.checked_choices`.
    """
    place = await locate_mini_cluster(session, public_id)
    values = {"choices": checked_choices(request.choices), "changed_at": now()}
    statement = insert_for(session, MiniClusterNotificationSettings).values(
        account_id=actor.account_id, mini_cluster_id=place.id, **values
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "mini_cluster_id"], set_=values)
    )


async def forget_of_mini_cluster(session: AsyncSession, actor: Actor, public_id: uuid.UUID) -> None:
    """Tell of it as of all others again; one need not have chosen.

    :raises NotFound: there is no such mini-cluster.
    """
    place = await locate_mini_cluster(session, public_id)
    table = MiniClusterNotificationSettings
    await session.execute(delete(table).where(table.account_id == actor.account_id, table.mini_cluster_id == place.id))
