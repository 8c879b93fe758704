"""All about a delivery that is one of each: device, session, person, subject. One statement, built once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, Select, and_, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from app.models import (
    Announcement,
    Consortium,
    Delivery,
    Device,
    Idea,
    IdeaFollow,
    MiniCluster,
    MiniClusterNotificationSettings,
    NotificationSettings,
    PushJob,
    Session,
)
from app.notifications.deliveries import Claim

_COLUMNS: Sequence[Any] = [
    PushJob.account_id,
    PushJob.idea_id,
    PushJob.announcement_id,
    PushJob.topic,
    Device.account_id.label("device_account_id"),
    Device.token_kind,
    Device.token,
    Device.locale,
    Device.disabled_at,
    Session.account_id.label("session_account_id"),
    Session.ended_at.label("session_ended_at"),
    Session.expires_at.label("session_expires_at"),
    Idea.public_id.label("idea_public_id"),
    func.coalesce(Idea.title, Announcement.title).label("title"),
    Idea.status.label("idea_status"),
    Idea.visibility,
    Idea.state,
    Idea.vote_count,
    Announcement.public_id.label("announcement_public_id"),
    Announcement.body.label("announcement_body"),
    Announcement.valid_until,
    MiniCluster.public_id.label("mini_cluster_public_id"),
    func.coalesce(MiniCluster.name_ko, Consortium.name_ko).label("name_ko"),
    func.coalesce(MiniCluster.name_en, Consortium.name_en).label("name_en"),
    NotificationSettings.hides_content,
    NotificationSettings.choices,
    NotificationSettings.without_inbox,
    NotificationSettings.without_push,
    MiniClusterNotificationSettings.choices.label("choices_here"),
]


def _statement() -> Select[Any]:
    job_id, device_id = bindparam("job_id", type_=BigInteger), bindparam("device_id", type_=BigInteger)
    newer = aliased(Delivery)
    superseded = exists().where(
        newer.push_job_id == job_id,
        newer.device_id == device_id,
        newer.revision > bindparam("revision", type_=Integer),
    )
    muted = select(IdeaFollow.muted).where(
        IdeaFollow.account_id == PushJob.account_id, IdeaFollow.idea_id == PushJob.idea_id
    )
    columns = [*_COLUMNS, superseded.label("superseded"), muted.scalar_subquery().label("muted")]
    return (
        select(*columns)
        .select_from(Device)
        .join(Session, Session.id == Device.session_id)
        .join(PushJob, PushJob.id == job_id)
        .outerjoin(Idea, Idea.id == PushJob.idea_id)
        .outerjoin(Announcement, Announcement.id == PushJob.announcement_id)
        .outerjoin(MiniCluster, MiniCluster.id == func.coalesce(Idea.mini_cluster_id, Announcement.mini_cluster_id))
        .outerjoin(Consortium, Consortium.id == Announcement.consortium_id)
        .outerjoin(NotificationSettings, NotificationSettings.account_id == PushJob.account_id)
        .outerjoin(
            MiniClusterNotificationSettings,
            and_(
                MiniClusterNotificationSettings.account_id == PushJob.account_id,
                MiniClusterNotificationSettings.mini_cluster_id == MiniCluster.id,
            ),
        )
        .where(Device.id == device_id)
    )


_FACTS = _statement()


async def load_facts(connection: AsyncConnection, claim: Claim) -> Row[Any]:
    """The facts of a delivery as of now."""
    binds = {"job_id": claim.push_job_id, "device_id": claim.device_id, "revision": claim.revision}
    facts: Row[Any] = (await connection.execute(_FACTS, binds)).one()
    return facts
