"""What a person wants to be told of, and when, as he reads and writes it himself."""

import uuid
from collections.abc import Collection, Mapping
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import now
from app.core.errors import invalid_field
from app.identity.actor import Actor
from app.models import Account, Digest, MiniCluster, MiniClusterNotificationSettings, NotificationSettings
from app.models.notifications import DigestRhythm, NoticeChannel, Reason
from app.models.upsert import insert_for
from app.notifications import schemas
from app.notifications.channels import DEFAULTS, Choices, general_choices
from app.notifications.digests import choose_rhythm
from app.notifications.news import TOPIC_OF
from app.notifications.quiet_ends import QUIET_COLUMNS, quiet_hours_of
from app.notifications.quiet_hours import QuietHours, minutes_of

PLACES_SHOWN: ColumnElement[int] = literal_column("200")


async def show_settings(
    connection: AsyncConnection | AsyncSession, actor: Actor, usual: QuietHours | None
) -> schemas.NotificationSettings:
    """How a person is told, by his own choice or by default."""
    row = (await connection.execute(_statement().where(Account.id == actor.account_id))).one()
    quiet = quiet_hours_of(row, usual)
    return schemas.NotificationSettings(
        quiet_hours=None
        if quiet is None
        else schemas.QuietHours(begins_at=_clock(quiet.begins_at), ends_at=_clock(quiet.ends_at)),
        time_zone=row.time_zone,
        hides_content=bool(row.hides_content),
        choices=shown_choices(general_choices(row)),
        digest_rhythm=row.rhythm or DigestRhythm.WEEKLY,
        mini_cluster_ids=list(await connection.scalars(_places_chosen_for(actor.account_id))),
    )


def shown_choices(choices: Choices) -> list[schemas.Choice]:
    """The whole matrix."""
    return [
        schemas.Choice(
            reason=reason, inbox=choices.inbox(reason), push=choices.push(reason), email_digest=choices.digest(reason)
        )
        for reason in TOPIC_OF
    ]


async def put_settings(session: AsyncSession, actor: Actor, request: schemas.NotificationSettingsUpdate) -> None:
    """Store how a person wants to be told; reasons left out are told of as by default.

    :raises Invalid: a reason is named twice, leaves no choice, or is to be told elsewhere but not in the inbox.
    """
    quiet = request.quiet_hours
    begin, end = (None, None) if quiet is None else (_minutes(quiet.begins_at), _minutes(quiet.ends_at))
    if begin == end:  # hours without an extent are none
        begin = end = None
    moment = now()
    chosen = checked_choices(request.choices)
    values: dict[str, Any] = {
        "quiet_from": begin,
        "quiet_until": end,
        "hides_content": request.hides_content,
        "choices": chosen,
        "without_inbox": _refused(chosen, NoticeChannel.INBOX),
        "without_push": _refused(chosen, NoticeChannel.PUSH),
        "changed_at": moment,
    }
    statement = insert_for(session, NotificationSettings).values(account_id=actor.account_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))
    if request.digest_rhythm is not None:
        await choose_rhythm(session, actor.account_id, request.digest_rhythm, moment)


def _refused(chosen: Mapping[str, Collection[str]], channel: NoticeChannel) -> list[str]:
    """What is not told in a channel, as the release before reads it."""
    choices = Choices(chosen)
    return sorted(reason.value for reason in TOPIC_OF if channel not in choices.channels(reason))


def checked_choices(requested: Collection[schemas.ChoiceUpdate]) -> dict[str, list[str]]:
    """What is chosen, as it is stored.

    :raises Invalid: a reason is named twice, leaves no choice, or is to be told elsewhere but not in the inbox.
    """
    _check_choices(requested)
    return {choice.reason.value: _channels(choice) for choice in requested}


def _channels(choice: schemas.ChoiceUpdate) -> list[str]:
    by_default = choice.inbox and NoticeChannel.DIGEST in DEFAULTS[choice.reason]
    wanted = {
        NoticeChannel.INBOX: choice.inbox,
        NoticeChannel.PUSH: choice.push,
        NoticeChannel.DIGEST: by_default if choice.email_digest is None else choice.email_digest,
    }
    return [channel.value for channel, is_wanted in wanted.items() if is_wanted]


def _check_choices(choices: Collection[schemas.ChoiceUpdate]) -> None:
    seen: set[Reason] = set()
    for number, choice in enumerate(choices):
        if choice.reason not in TOPIC_OF:
            raise invalid_field(
                f"/body/choices/{number}/reason",
                "no_choice",
                "이 알림은 언제나 받은함에만 남습니다.",
                "This is told in the inbox always, and never pushed.",
            )
        if choice.reason in seen:
            raise invalid_field(
                f"/body/choices/{number}/reason", "duplicate", "같은 항목이 두 번 있습니다.", "It is named twice."
            )
        if choice.push and not choice.inbox:
            raise invalid_field(
                f"/body/choices/{number}/push",
                "push_without_inbox",
                "받은함에 남기지 않는 알림은 푸시로 받을 수 없습니다.",
                "What is not kept in the inbox cannot be pushed.",
            )
        if choice.email_digest and not choice.inbox:
            raise invalid_field(
                f"/body/choices/{number}/email_digest",
                "digest_without_inbox",
                "받은함에 남기지 않는 알림은 요약 메일로 받을 수 없습니다.",
                "What is not kept in the inbox cannot stand in the digest.",
            )
        seen.add(choice.reason)


def _statement() -> Any:
    columns: list[Any] = [
        *QUIET_COLUMNS,
        NotificationSettings.hides_content,
        NotificationSettings.choices,
        NotificationSettings.without_inbox,
        NotificationSettings.without_push,
        Digest.rhythm,
    ]
    return (
        select(*columns)
        .select_from(Account)
        .outerjoin(NotificationSettings, NotificationSettings.account_id == Account.id)
        .outerjoin(Digest, Digest.account_id == Account.id)
    )


def _places_chosen_for(account_id: int) -> Select[uuid.UUID]:
    """The mini-clusters a person chose otherwise for."""
    return (
        select(MiniCluster.public_id)
        .join(MiniClusterNotificationSettings, MiniClusterNotificationSettings.mini_cluster_id == MiniCluster.id)
        .where(MiniClusterNotificationSettings.account_id == account_id)
        .order_by(MiniCluster.id)
        .limit(PLACES_SHOWN)
    )


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


def _minutes(clock: str) -> int:
    return minutes_of(time.fromisoformat(clock))
